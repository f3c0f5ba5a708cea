"""Whether memory of this machine may come to lie on a disk in clear: swap that nothing encrypts.

The faces of passers-by are in memory only. What the kernel swaps out is on a disk, until something
else is written there."""

from pathlib import Path

PROC_SWAPS = Path("/proc/swaps")
BLOCK_DEVICES = Path("/sys/class/block")


def places_in_clear(swaps: Path = PROC_SWAPS, devices: Path = BLOCK_DEVICES) -> list[str]:
    """Names of what is swapped to and is not known to be encrypted or to stay in memory (zram).
    A file's encryption cannot be told from here."""
    try:
        lines = swaps.read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        return []
    names = [line.split()[0] for line in lines if line.strip()]
    return [name for name in names if not _is_safe(name, devices)]


def _is_safe(name: str, devices: Path) -> bool:
    device = devices / Path(name).resolve().name
    if device.name.startswith("zram"):
        return _stays_in_memory(device)
    try:
        return (device / "dm" / "uuid").read_text(encoding="ascii").startswith("CRYPT-")
    except OSError:
        return False


def _stays_in_memory(zram: Path) -> bool:
    try:
        return (zram / "backing_dev").read_text(encoding="ascii").strip() == "none"
    except OSError:
        return True  # a kernel whose zram cannot write to a disk
