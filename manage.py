#!/usr/bin/env python
"""Command line of the site."""

import os
import sys

if __name__ == "__main__":
    # Commands have hyphens where their modules cannot: policy-annex, rotate-master-key.
    sys.argv[1:2] = [name.replace("-", "_") if name[:1] != "-" else name for name in sys.argv[1:2]]
    if sys.argv[1:2] == ["demo"]:
        # Before Django: the demo makes the servers and secrets that the settings ask for.
        from lfr_site.demo.command import main

        sys.exit(main(sys.argv[2:]))
    if sys.argv[1:2] == ["bench"]:
        # The same: it measures on servers of its own.
        from lfr_site.bench import main

        sys.exit(main(sys.argv[2:]))

    if sys.argv[1:2] == ["bench_console"]:
        from lfr_site.console_bench.command import main

        sys.exit(main(sys.argv[2:]))

    from lfr_site import without_site

    without_site.allow(*sys.argv[1:2] or [""])

    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lfr_site.settings")
    execute_from_command_line(sys.argv)
