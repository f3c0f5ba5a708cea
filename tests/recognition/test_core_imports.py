"""The core of recognition knows neither Django nor, when imported, any heavy library."""

import subprocess
import sys

CORE = (
    "types", "protocols", "geometry", "alignment", "quality", "tracker", "attention", "decision",
    "pipeline", "gallery_memory", "batching", "images", "enrolment", "blurring", "profiles",
    "weights", "factory", "keras_runtime", "deepface_models", "detectors.mtcnn", "detectors.yunet",
    "detectors.dlib_hog", "embedders.dlib_resnet", "embedders.onnx", "readers.file",
    "readers.live",
)  # fmt: skip
FOREIGN = ("django", "tensorflow", "keras", "deepface", "dlib", "mtcnn", "onnxruntime")


def test_importing_the_core_loads_neither_django_nor_a_heavy_library() -> None:
    script = (
        "import importlib, sys\n"
        f"for name in {CORE!r}: importlib.import_module('recognition.' + name)\n"
        f"print([name for name in {FOREIGN!r} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
