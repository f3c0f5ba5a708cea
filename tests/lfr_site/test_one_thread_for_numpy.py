"""Every process of the site says so before anything imports NumPy."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SAY = """
import os, sys
told = []
def on_event(event, arguments):
    if event == "import" and arguments[0] == "numpy":
        told.append(os.environ.get("OPENBLAS_NUM_THREADS"))
sys.addaudithook(on_event)
import {}
import numpy
print(told[0])
"""


@pytest.mark.parametrize("entrance", ["lfr_site.celery", "lfr_site.asgi", "lfr_site.settings"])
@pytest.mark.parametrize("given", [None, "4"])
def test_products_have_one_thread_unless_told_otherwise(entrance: str, given: str | None):
    environment = {key: value for key, value in os.environ.items() if "OPENBLAS" not in key}
    if given:
        environment["OPENBLAS_NUM_THREADS"] = given

    said = subprocess.run(
        [sys.executable, "-c", SAY.format(entrance)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == (given or "1")
