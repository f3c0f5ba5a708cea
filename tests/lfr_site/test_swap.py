from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from lfr_site import checks, swap

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "block" / "dm-1" / "dm").mkdir(parents=True)
    (tmp_path / "block" / "dm-1" / "dm" / "uuid").write_text("CRYPT-PLAIN-cryptswap1\n")
    (tmp_path / "block" / "dm-2" / "dm").mkdir(parents=True)
    (tmp_path / "block" / "dm-2" / "dm" / "uuid").write_text("LVM-abc\n")
    (tmp_path / "block" / "zram0").mkdir()
    (tmp_path / "block" / "zram0" / "backing_dev").write_text("none\n")
    (tmp_path / "block" / "zram1").mkdir()
    (tmp_path / "block" / "zram1" / "backing_dev").write_text("/dev/sda3\n")
    return tmp_path


def in_clear(machine: Path, *names: str) -> list[str]:
    table = machine / "swaps"
    rows = "".join(f"{name} partition 2097148 0 -2\n" for name in names)
    table.write_text(HEAD + rows)
    return swap.places_in_clear(table, machine / "block")


def test_no_swap_is_safe(machine: Path) -> None:
    assert in_clear(machine) == []
    assert swap.places_in_clear(machine / "missing", machine / "block") == []


@pytest.mark.parametrize("name", ["/dev/dm-1", "/dev/zram0"])
def test_what_is_encrypted_or_stays_in_memory_is_safe(machine: Path, name: str) -> None:
    assert in_clear(machine, name) == []


@pytest.mark.parametrize("name", ["/dev/sda2", "/swapfile", "/dev/dm-2", "/dev/zram1"])
def test_what_is_not_known_to_be_is_not(machine: Path, name: str) -> None:
    assert in_clear(machine, name, "/dev/dm-1") == [name]


def test_the_check_says_what_to_do_until_somebody_vouches_for_it(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(swap, "places_in_clear", lambda: ["/swapfile"])

    (warning,) = checks.check_swap()
    assert "/swapfile" in warning.msg
    assert "swapoff" in str(warning.hint)

    settings.SWAP_ENCRYPTED = True
    assert checks.check_swap() == []


def test_the_check_belongs_to_those_before_a_deployment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(swap, "places_in_clear", lambda: ["/swapfile"])
    call_command("check")
    assert "lfr_site.W001" not in capsys.readouterr().err
    call_command("check", "--deploy", "--fail-level", "CRITICAL")
    assert "lfr_site.W001" in capsys.readouterr().err
