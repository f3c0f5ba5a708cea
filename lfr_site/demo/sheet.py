"""The demo's watchlist sheet."""

import csv
import io

from recognition.demo_watchlist import Row


def sheet_of(some: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(some[0]))
    writer.writeheader()
    writer.writerows(some)
    return text.getvalue().encode()
