import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lfr_site.embedded import EmbeddedServerError
from lfr_site.embedded.folders import (
    HOMES_FOR_ROOT,
    choose_folders,
    home_for_root,
    make_private,
    require_space,
)
from lfr_site.embedded.system_user import SystemUser

LONGEST_SOCKET_PATH = 107
NOBODY = SystemUser(name="nobody", uid=65534, gid=65534)


def test_an_ordinary_users_database_lies_in_the_data_folder(tmp_path: Path) -> None:
    folders = choose_folders(tmp_path / "var", user=None)

    assert folders.postgres.parent == tmp_path / "var"


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root may make /var/lib/lfr.")
def test_roots_database_lies_outside_every_home(tmp_path: Path) -> None:
    folders = choose_folders(tmp_path / "var", user=NOBODY)

    assert folders.postgres.parent in HOMES_FOR_ROOT
    assert folders.data == tmp_path / "var"


def test_a_sockets_path_is_short_however_deep_the_data_folder(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a" * 50] * 5)

    sockets = choose_folders(deep, user=None).sockets

    assert len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH


def test_each_data_folder_has_sockets_of_its_own(tmp_path: Path) -> None:
    one, other = (choose_folders(tmp_path / name, user=None) for name in ("one", "other"))

    assert one.sockets != other.sockets


def test_the_home_for_root_is_the_first_that_others_can_reach(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)  # as /root is
    with TemporaryDirectory() as public:
        Path(public).chmod(0o755)
        reachable = Path(public) / "lfr"

        assert home_for_root((tmp_path / "lfr", reachable)) == reachable
        assert not (tmp_path / "lfr").exists()


def test_no_home_for_root_is_said_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with pytest.raises(EmbeddedServerError, match="as an ordinary user"):
        home_for_root((tmp_path / "lfr",))


def test_parent_folders_keep_their_mode(tmp_path: Path) -> None:
    parent = tmp_path / "home"
    parent.mkdir(mode=0o700)

    make_private(parent / "sockets", user=None)

    assert parent.stat().st_mode & 0o777 == 0o700
    assert (parent / "sockets").stat().st_mode & 0o777 == 0o700


def test_a_link_planted_in_place_of_a_private_folder_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    target.chmod(0o755)
    (tmp_path / "planted").symlink_to(target)

    with pytest.raises(EmbeddedServerError, match="somebody else"):
        make_private(tmp_path / "planted", user=None)

    assert target.stat().st_mode & 0o777 == 0o755


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match=r"MiB left and the database needs .* free some"):
        require_space(tmp_path / "not" / "made", needed_bytes=2**62)
