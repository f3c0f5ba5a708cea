"""`python -m lfr_site.embedded discard FOLDER` removes the servers' data of a data folder."""

import argparse
import sys
from pathlib import Path

from lfr_site.embedded import EmbeddedServerError, discard


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lfr_site.embedded")
    parser.add_argument("command", choices=["discard"])
    parser.add_argument("data_dir", type=Path)
    try:
        discard(parser.parse_args().data_dir)
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
