"""The process that serves consoles stays small: no model and no picture library in it."""

import subprocess
import sys

from tests.conftest import ROOT


def test_web_process_loads_no_model() -> None:
    heavy = "{'tensorflow', 'keras', 'dlib', 'deepface', 'onnxruntime', 'mtcnn'}"
    code = (
        f"import sys; import lfr_site.asgi; sys.exit(repr({heavy} & set(sys.modules)) != 'set()')"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
