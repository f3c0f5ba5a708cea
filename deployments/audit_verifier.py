"""Verifies an audit trail: a whole program in one file, so that an inspector can take it away.

    python3 verify_audit.py TRAIL --key KEY.pem [--checkpoint FILE …]

It needs Python 3.11 and, for the signatures, the package `cryptography`; nothing of this system.
TRAIL is an export: one event a line, in JSON. The site's own verification is the same code, and
both compute every hash anew; neither asks the database that holds the trail what to believe.

Each event's hash is the SHA-256 of ten digests: of the hash before it, of its sequence, and of its
eight fields (FIELDS). A field that the reader may not see is replaced by its digest in an export,
which verifies all the same."""

import argparse
import hashlib
import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GENESIS = "0" * 64
FIELDS = ("at", "kind", "action", "actor", "deployment", "subject", "reason", "details")
TITLE = "lfr-audit-checkpoint 1"
# How far from its place an event is looked for: everywhere near, and a few times far away.
NEAR, FAR, FAR_SEARCHES, MOST_FAULTS = 64, 200_000, 5, 1000

# sequence, hash before it, its own hash, the digests of its fields
Row = tuple[int, str, str, bytes]


def chain_hash(previous: str, sequence: int, content: bytes) -> str:
    digest = hashlib.sha256
    before, number = digest(previous.encode()).digest(), digest(b"%d" % sequence).digest()
    return digest(before + number + content).hexdigest()


class Forged(Exception):
    """A checkpoint that is none, or whose signature does not fit."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The trail had `count` events, the last of them `sequence` with the hash `head`."""

    sequence: int
    count: int
    head: str
    at: str
    force: str
    key: str
    signature: bytes = b""

    @property
    def signed(self) -> bytes:
        facts = ("sequence", "count", "head", "at", "force", "key")
        return "".join(
            f"{line}\n" for line in (TITLE, *(f"{name}: {getattr(self, name)}" for name in facts))
        ).encode()

    @property
    def text(self) -> str:
        return f"{self.signed.decode()}signature: {self.signature.hex()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Raises Forged for what is no checkpoint to the letter."""
        title, *lines = text.split("\n")
        facts = dict(line.split(": ", 1) for line in lines if ": " in line)
        try:
            found = cls(
                int(facts["sequence"]),
                int(facts["count"]),
                facts["head"],
                facts["at"],
                facts["force"],
                facts["key"],
                bytes.fromhex(facts["signature"]),
            )
        except (KeyError, ValueError):
            raise Forged("it is no checkpoint") from None
        if title != TITLE or found.text != text:
            raise Forged("it was altered")
        return found


@dataclass(slots=True)
class Walk:
    """What a walk along the trail found: `faults` in words, by the numbers of events."""

    checkpoints: Sequence[Checkpoint] = ()
    last: int = 0  # the number of the row read last
    written: int = 0  # the number it was written under: the same in a sound trail
    head: str = GENESIS
    count: int = 0
    faults: list[str] = field(default_factory=list)
    _recent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=NEAR))
    _odd: list[tuple[int, str]] = field(default_factory=list)
    _missing: set[int] = field(default_factory=set)
    _gaps: list[tuple[int, int, bool]] = field(default_factory=list)
    _seen: dict[int, str] = field(default_factory=dict)
    _jumped: tuple[int, int] = (0, 0)
    _far: int = FAR_SEARCHES

    def over(self, rows: Iterable[Row]) -> "Walk":
        """Walk in the order of the numbers. Every fault is named; after very many it stops."""
        self._recent.append((self.written, self.head))
        marks = sorted({point.sequence for point in self.checkpoints}, reverse=True)
        head, last, count, recent = self.head, self.last, 0, self._recent
        for row in rows:
            number, previous, own, content = row
            count += 1
            # Written out: this runs for each of millions.
            if (
                previous == head
                and number == last + 1
                and self.written == last
                and not self._odd
                and chain_hash(previous, number, content) == own
            ):
                head, last = own, number
                self.written = number
                recent.append((number, own))
            else:
                self.head, self.last = head, last
                self._strange(row)
                head, last = self.head, self.last
                if len(self.faults) + len(self._gaps) >= MOST_FAULTS:
                    self.faults.append("and more: not looked at further")
                    break
            while marks and marks[-1] <= self.written:
                mark = marks.pop()
                if mark == self.written:
                    self._seen[mark] = head
        self.head, self.last, self.count = head, last, self.count + count
        self._finish()
        return self

    def _strange(self, row: Row) -> None:
        """One that does not simply follow: say why, and find where the trail goes on."""
        number, previous, own, _ = row
        origin = self._origin(row)
        if origin is None:
            self._odd.append((number, own))
            self.last = number
            return
        said = len(self.faults) + len(self._gaps)
        shift = self.last - self.written
        if self._odd:
            self._explain_odd(origin, previous)
        if origin in self._missing:
            self._missing.discard(origin)
            self._moved(origin, number)
            self.last = number
            return
        hashes = [known for _, known in self._recent]
        if origin <= self.written and previous in hashes:
            alien = [known for known, _ in list(self._recent)[hashes.index(previous) + 1 :]]
            self.faults.append(f"{_events(alien[0] + shift, alien[-1] + shift)} inserted")
            self._recent = deque(list(self._recent)[: hashes.index(previous) + 1], maxlen=NEAR)
        elif origin > self.written + 1:
            self._gaps.append((self.written + 1, origin - 1, number - origin < shift))
            self._jumped = (origin, number)
            self._missing.update(range(self.written + 1, min(origin, self.written + FAR)))
        elif previous != self.head:
            self.faults.append(
                f"event {self.last} was replaced: event {number} follows another than it"
            )
        if number - origin != shift and len(self.faults) + len(self._gaps) == said:
            self.faults.append(f"event {origin} is numbered {number} now")
        self.head, self.last, self.written = own, number, origin
        self._recent.append((origin, own))

    def _moved(self, origin: int, number: int) -> None:
        """The one that is out of its place: this one, or the one that came before its turn."""
        if origin == number:
            origin, number = self._jumped
        words = f"event {origin} was moved: it is numbered {number} now"
        if words not in self.faults:
            self.faults.append(words)

    def _origin(self, row: Row) -> int | None:
        """The number under which this event was written, by its own hash; None where it was
        changed."""
        number: int = row[0]
        _, previous, own, content = row
        near = range(max(1, self.written - NEAR), self.written + NEAR + 1)
        guess: int
        for guess in (number, self.written + 1, *near):
            if chain_hash(previous, guess, content) == own:
                return guess
        if self._far and previous != self.head:
            self._far -= 1
            for guess in range(self.written + NEAR, self.written + FAR):
                if chain_hash(previous, guess, content) == own:
                    return guess
        return None

    def _explain_odd(self, origin: int, previous: str) -> None:
        """Those before it whose own hash fits no number: new ones in between, or changed ones."""
        odd, self._odd = self._odd, []
        first, last = odd[0][0], odd[-1][0]
        if origin == self.written + 1 and previous == self.head:
            self.faults.append(f"{_events(first, last)} inserted")
            return
        self.faults.append(f"{_events(first, last)} changed")
        stood_for = min(len(odd), origin - 1 - self.written)
        self.written += max(stood_for, 0)
        self.head = previous

    def _finish(self) -> None:
        if self._odd:
            self.faults.append(f"{_events(self._odd[0][0], self._odd[-1][0])} changed")
            self.written = max(self.written, self._odd[-1][0])
            self._odd = []
        for first, last, is_closed in self._gaps:
            if gone := [n for n in range(first, min(last + 1, first + FAR)) if n in self._missing]:
                words = "; those after are renumbered" if is_closed else ""
                self.faults.append(f"{_events(gone[0], max(gone[-1], last))} removed{words}")
        self._gaps = []
        self._compare()

    def _compare(self) -> None:
        """With what was signed. It bounds what somebody rebuilt who could compute all hashes."""
        fits = 0
        for point in sorted(self.checkpoints, key=lambda point: point.sequence):
            found = self._seen.get(point.sequence)
            if point.sequence > self.written:
                where = f"{_events(self.written + 1, point.sequence)} cut off"
                self.faults.append(f"{where}: the checkpoint of {point.at} has them")
                return
            if found == point.head:
                fits = point.sequence
            elif found is not None:
                where = f"{_events(fits + 1, point.sequence)} rewritten"
                self.faults.append(f"{where}: the checkpoint of {point.at} has another head")
                return


def _events(first: int, last: int) -> str:
    return f"event {first} was" if first == last else f"events {first} to {last} were"


def content_of(values: Iterable[object]) -> bytes:
    """The digests of the eight fields; one that is withheld brings its own."""
    return b"".join(
        bytes.fromhex(value["sha256"])
        if isinstance(value, dict)
        else hashlib.sha256(str(value).encode()).digest()
        for value in values
    )


def rows_of(lines: Iterable[str]) -> Iterator[Row]:
    """The events of an export."""
    for line in lines:
        event = json.loads(line)
        content = content_of(event[name] for name in FIELDS)
        yield int(event["sequence"]), event["previous_hash"], event["hash"], content


def believed(
    texts: Iterable[tuple[str, str]], *, check: Callable[[bytes, bytes], None]
) -> tuple[list[Checkpoint], list[str]]:
    """Checkpoints by the name of where they lie: those whose signature fits, and what is wrong
    with the others. `check` raises for a signature that does not fit."""
    good, faults = [], []
    for name, text in texts:
        try:
            point = Checkpoint.parse(text)
            check(point.signed, point.signature)
        except Exception as error:  # noqa: BLE001 - whatever is wrong, it is not believed
            faults.append(f"checkpoint {name} is forged: {error}")
        else:
            good.append(point)
    return good, faults


def _checker(paths: Sequence[Path]) -> Callable[[bytes, bytes], None]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    keys = [load_pem_public_key(path.read_bytes()) for path in paths]

    def check(message: bytes, signature: bytes) -> None:
        for key in keys:
            try:
                if isinstance(key, Ed25519PublicKey):
                    key.verify(signature, message)
                    return
            except InvalidSignature:
                continue
        raise Forged("its signature is by none of the keys given")

    return check


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Verify an exported audit trail.")
    parser.add_argument("trail", type=Path)
    parser.add_argument("--key", type=Path, action="append", default=[], help="public key, PEM")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[])
    options = parser.parse_args(arguments)
    texts = [(path.name, path.read_text()) for path in options.checkpoint]
    good, faults = believed(texts, check=_checker(options.key)) if texts else ([], [])
    with options.trail.open(encoding="utf-8") as lines:
        walk = Walk(good).over(rows_of(lines))
    for fault in (*faults, *walk.faults):
        sys.stdout.write(f"BROKEN: {fault}.\n")
    if faults or walk.faults:
        return 1
    sys.stdout.write(f"{walk.count} events, unbroken, {len(good)} checkpoints. Head: {walk.head}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
