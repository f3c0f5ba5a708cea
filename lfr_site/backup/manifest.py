"""What a backup consists of, each part with its SHA-256, signed by the site's key."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deployments import signing
from lfr_site.backup.errors import BackupRefused

FORMAT = 1
NAME = "manifest.json"
SIGNATURE = "manifest.json.sig"
DATABASE = "database.sealed"
KEYS = "keys.sealed"
FILES = "files"
_SIGNED_AS = b"LFR backup manifest\n"


@dataclass(frozen=True, slots=True)
class Part:
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`wrapped_key` seals the two dumps, and is under the master key itself. `audit_sequence` and
    `audit_head` are the last event of the trail as it was dumped. `files` by their path below the
    file store."""

    made_at: str
    wrapped_key: str
    audit_sequence: int
    audit_head: str
    database: Part
    keys: Part
    files: Mapping[str, Part] = field(default_factory=dict)

    def write(self, folder: Path) -> str:
        """Last of all: without it a backup is not whole. Returns its SHA-256."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()
        (folder / SIGNATURE).write_bytes(signing.sign(_SIGNED_AS + text))
        (folder / NAME).write_bytes(text)
        return hashlib.sha256(text).hexdigest()


def read(folder: Path) -> tuple[Manifest, str]:
    """The manifest and its SHA-256. Raises BackupRefused."""
    try:
        text, signature = (folder / NAME).read_bytes(), (folder / SIGNATURE).read_bytes()
    except OSError as error:
        raise BackupRefused(
            f"{folder} holds no whole backup: {error.strerror}, {error.filename}."
        ) from error
    try:
        signing.verify(_SIGNED_AS + text, signature)
    except signing.Forged as error:
        raise BackupRefused(
            "The manifest was altered, or another site made this backup: set LFR_AUDIT_KEY to the "
            "key of that site, or use another backup."
        ) from error
    return _parsed(json.loads(text)), hashlib.sha256(text).hexdigest()


def _parsed(said: dict[str, Any]) -> Manifest:
    if said.pop("format") != FORMAT:
        raise BackupRefused("This backup was made by a later version of the site: use that one.")
    for name in ("database", "keys"):
        said[name] = Part(**said[name])
    said["files"] = {path: Part(**part) for path, part in said["files"].items()}
    return Manifest(**said)


def part_of(path: Path) -> Part:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Part(digest.hexdigest(), file.tell())


def require_whole(manifest: Manifest, folder: Path, *, keys: Path | None) -> None:
    """Every part is there and as it was, and nothing else is. Raises BackupRefused."""
    parts = {folder / DATABASE: manifest.database}
    parts |= {folder / FILES / name: part for name, part in manifest.files.items()}
    if keys is not None:
        parts[keys] = manifest.keys
    for path, part in parts.items():
        if not path.is_file():
            raise BackupRefused(f"{path} is missing: use another backup.")
        if part_of(path) != part:
            raise BackupRefused(f"{path} was altered: use another backup.")
    there = {path for path in (folder / FILES).rglob("*") if path.is_file()}
    if added := sorted(there - parts.keys()):
        raise BackupRefused(f"{added[0]} is not part of this backup: take it away.")
