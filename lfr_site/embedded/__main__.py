"""`python -m lfr_site.embedded discard FOLDER`: removes what servers keep for data folders there.

Root's database lies outside its data folder, so removing that folder would leave it behind.
"""

import argparse
import sys
from pathlib import Path

from lfr_site.embedded import EmbeddedServerError, discard


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lfr_site.embedded")
    parser.add_argument("command", choices=["discard"])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    try:
        for where in (*folder.glob("postgres.where"), *folder.glob("*/postgres.where")):
            discard(where.parent)
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
