"""The parts fit as docs/architecture.md says: who imports whom, and what each process loads."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The right may import the left, never the other way; lfr_site joins them and is imported by none.
ORDER = ("deployments", "alerts", "recognition", "lfr_site")
HEAVY = {"tensorflow", "keras", "tf_keras", "deepface", "dlib", "mtcnn", "onnxruntime"}
ADAPTERS = (
    "recognition/embedders/",
    "recognition/detectors/",
    "recognition/deepface_models.py",
    "recognition/keras_runtime.py",
)
# What sees faces. The rest of recognition joins it to Django.
CORE = {
    "alignment",
    "attention",
    "batching",
    "blurring",
    "decision",
    "enrolment",
    "factory",
    "gallery_memory",
    "geometry",
    "images",
    "pipeline",
    "profiles",
    "protocols",
    "quality",
    "tracker",
    "types",
}
CORE_FOLDERS = {"detectors", "embedders", "readers"}


def _modules(app: str) -> list[Path]:
    return sorted(path for path in (ROOT / app).rglob("*.py") if "synthetic" not in path.parts)


def _imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    """The dotted names that a module imports; functions included unless told otherwise."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = _outside_functions(tree) if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from _outside_functions(node)


@pytest.mark.parametrize("app", ORDER)
def test_an_app_imports_only_what_is_to_its_left(app: str):
    to_the_right = set(ORDER[ORDER.index(app) + 1 :])

    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in _modules(app)
        for name in _imports(path)
        if name.split(".")[0] in to_the_right | {"tests"}
    }

    assert wrong == set()


def test_heavy_libraries_are_imported_in_their_adapters_only():
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for app in ORDER
        for path in _modules(app)
        if not str(path.relative_to(ROOT)).startswith(ADAPTERS)
        for name in _imports(path, top_level_only=True)
        if name.split(".")[0] in HEAVY
    }

    assert wrong == set()


def test_the_core_of_recognition_imports_no_django():
    foreign = {"django", "celery", "channels", "pgvector", "deployments", "alerts", "lfr_site"}
    core = [
        path
        for path in _modules("recognition")
        if (path.parent.name == "recognition" and path.stem in CORE)
        or path.parent.name in CORE_FOLDERS
    ]
    assert {path.stem for path in core} >= CORE

    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in core
        for name in _imports(path)
        if name.split(".")[0] in foreign or name == "recognition.models"
    }

    assert wrong == set()


def test_the_web_process_loads_no_heavy_library():
    script = (
        "import sys, lfr_site.asgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        f"print(sorted(set({sorted(HEAVY)!r}) & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_rows_are_locked_in_one_place_of_each_app():
    """Another lock, or another order, is a deadlock (see deployments.locking)."""
    locking = {
        str(path.relative_to(ROOT)): path.read_text("utf-8").count("select_for_update(")
        for app in ORDER
        for path in _modules(app)
        if "select_for_update(" in path.read_text("utf-8")
    }

    assert locking == {"deployments/locking.py": 4, "alerts/locking.py": 1}


def test_a_status_is_written_in_the_lifecycles_only():
    """I4: nothing else assigns `.status` of a deployment or an alert."""
    allowed = {"deployments/moving.py", "alerts/moves.py"}
    writers = {
        str(path.relative_to(ROOT))
        for app in ("deployments", "alerts", "recognition", "lfr_site")
        for path in _modules(app)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign)
        for target in node.targets
        for part in ast.walk(target)
        if isinstance(part, ast.Attribute)
        and part.attr == "status"
        and isinstance(part.value, ast.Name)
        and part.value.id in {"deployment", "alert", "locked"}
    }

    assert writers <= allowed


def test_nothing_but_the_image_store_writes_a_picture_to_a_file():
    wrong = {
        f"{path.relative_to(ROOT)}: {node.func.attr}"
        for app in ("deployments", "alerts", "recognition")
        for path in _modules(app)
        if path.name != "image_store.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"imwrite", "write_bytes", "VideoWriter"}
    }

    # Tools that make, fetch and cache model weights and the synthetic street, not people; a printed
    # table; random bytes in the place of pictures.
    harmless = ("weights", "models", "commands/policy_annex.py", "bench/purge.py")
    assert {line for line in wrong if not any(name in line for name in harmless)} == set()


@pytest.mark.parametrize("app", ["deployments", "alerts", "recognition"])
def test_log_lines_name_no_person(app: str):
    """A log call's fields are numbers, kinds and error types."""
    personal = {"reference", "name", "entry_name", "embedding", "face", "image", "username"}
    wrong = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _modules(app)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"log", "logger", "logging"}
        and (
            personal & {keyword.arg for keyword in node.keywords}
            or node.func.attr == "exception"
            or any(keyword.arg == "exc_info" for keyword in node.keywords)
        )
    }

    assert wrong == set()
