"""Looks for faces in bytes: embeddings in each form in which a program would write them, pixels,
and pictures of any kind. One pass, some hundred megabytes a second.

An embedding or a crop is cut into windows of 16 bytes; a table of 2^24 hashes of their first four
bytes says where a comparison is worth while. Numbers in text are read as numbers, so that neither
how many digits were printed nor what stands between them matters."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

WINDOW = 16
PIECE = 8 * 2**20
FORMS = {"float32": "<f4", "big-endian": ">f4", "float16": "<f2", "float64": "<f8"}
# So many numbers of one embedding after each other are no accident.
NUMBERS = 6
_NUMBER = rb"[-+]?\d*\.\d{3,}(?:[eE][-+]?\d+)?"
_RUN = re.compile(rb"(?:%s[\s,;\[\]()'\"]{1,8}){%d,}" % (_NUMBER, NUMBERS - 1))
_ONE = re.compile(_NUMBER)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")
_BLOCK = 4096
_JPEG, _PNG, _RIFF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"
_SEGMENTS = frozenset({0xDB, 0xC4, 0xDD, 0xFE, *range(0xE0, 0xF0)})
_IS_DIGIT = np.zeros(256, bool)
_IS_DIGIT[ord("0") : ord("9") + 1] = True
_HASHES = 2**24


@dataclass(frozen=True, slots=True)
class Found:
    """`who` is the label that it was looked for under; a picture is of nobody in particular."""

    who: str
    form: str


@dataclass(slots=True)
class Sought:
    """What is looked for. Fill it, then `find` in as many bytes as there are."""

    _windows: dict[bytes, Found] = field(default_factory=dict)
    _vectors: list[np.ndarray] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _table: np.ndarray | None = None
    _sorted: tuple[np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self._windows)

    def add_embedding(self, who: str, embedding: np.ndarray) -> None:
        vector = np.asarray(embedding, np.float32)
        for form, kind in FORMS.items():
            data = vector.astype(kind).tobytes()
            # A float64 that was a float32 begins with zeros.
            for part in (4, len(data) // 2 + 4, len(data) - WINDOW - 4):
                self._add(data[part : part + WINDOW], Found(who, form))
        self._vectors.append(vector)
        self._names.append(who)
        self._sorted = None

    def add_pixels(self, who: str, image: np.ndarray) -> None:
        """Of a picture as it lies in memory, its colours in either order."""
        for picture in (image, image[..., ::-1]):
            rows = np.ascontiguousarray(picture).reshape(len(picture), -1)
            for row in rows[len(rows) // 5 :: max(1, len(rows) // 6)]:
                middle = (row.size - WINDOW) // 2
                self._add(row[middle : middle + WINDOW].tobytes(), Found(who, "pixels"))

    def add_bytes(self, who: str, data: bytes) -> None:
        """Of a file as it was uploaded."""
        for part in range(WINDOW, len(data) - WINDOW, max(WINDOW, len(data) // 12)):
            self._add(data[part : part + WINDOW], Found(who, "file"))

    def find(self, data: bytes | memoryview, *, packed: bool = False) -> set[Found]:
        """Everything of it in these bytes; with `packed` in what is base64 in them too."""
        found = set(self._pieces(data)) | set(self._numbers(bytes(data)))
        found |= {Found("", kind) for kind in pictures(bytes(data))}
        if packed:
            for match in _BASE64.finditer(data):
                text = match[0].rstrip(b"=")
                decoded = base64.b64decode(text[: len(text) // 4 * 4])
                found |= self.find(decoded, packed=True)
        return found

    def _add(self, window: bytes, found: Found) -> None:
        # Skies, walls and zeros are everywhere; a window must be of this face.
        if len(window) == WINDOW and len(set(window)) >= 9 and window[:4].count(0) < 2:
            self._windows[window] = found
            self._table = None

    def _pieces(self, data: bytes | memoryview) -> Iterator[Found]:
        if self._table is None:
            self._table = np.zeros(_HASHES, bool)
            starts = np.frombuffer(b"".join(w[:4] for w in self._windows), "<u4")
            self._table[_hash(starts)] = True
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            piece = view[start : start + PIECE + WINDOW]
            for shift in range(4):
                words = np.frombuffer(piece, "<u4", count=(len(piece) - shift) // 4, offset=shift)
                for at in np.flatnonzero(self._table[_hash(words)]).tolist():
                    place = shift + 4 * at
                    found = self._windows.get(bytes(piece[place : place + WINDOW]))
                    if found is not None:
                        yield found

    def _numbers(self, data: bytes) -> Iterator[Found]:
        for text in _dotted(data):
            for run in _RUN.finditer(text):
                # The last of them may have been followed by anything.
                values = [
                    float(number) for number in _ONE.findall(text, run.start(), run.end() + 24)
                ]
                yield from self._of(np.array(values))

    def _of(self, values: np.ndarray) -> Iterator[Found]:
        if not self._vectors:
            return
        if self._sorted is None:
            flat = np.concatenate(self._vectors).astype(float)
            self._sorted = (flat, np.argsort(flat))
        flat, order = self._sorted
        tolerance, size = 6e-4, len(self._vectors[0])
        for at in range(len(values) - NUMBERS + 1):
            wanted = values[at : at + NUMBERS]
            low, high = np.searchsorted(
                flat, (wanted[0] - tolerance, wanted[0] + tolerance), sorter=order
            )
            for place in order[low:high]:
                near = flat[place : place + NUMBERS]
                if len(near) == NUMBERS and np.abs(near - wanted).max() < tolerance:
                    yield Found(self._names[place // size], "text")


def _hash(words: np.ndarray) -> np.ndarray:
    return (words * np.uint32(2654435761)) >> np.uint32(8)


def _dotted(data: bytes) -> Iterator[bytes]:
    """The parts in which several decimal fractions stand close to each other."""
    if len(data) < 3:
        return
    raw = np.frombuffer(data, np.uint8)
    dots = np.flatnonzero(raw[:-2] == ord("."))
    dots = dots[_IS_DIGIT[raw[dots + 1]] & _IS_DIGIT[raw[dots + 2]]]
    counts = np.bincount(dots // _BLOCK, minlength=len(data) // _BLOCK + 1)
    busy = counts + np.append(counts[1:], 0) >= NUMBERS
    edges = np.flatnonzero(np.diff(np.concatenate(([False], busy, [False])).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        yield data[max(0, first * _BLOCK - 64) : (last + 1) * _BLOCK + 64]


def pictures(data: bytes) -> set[str]:
    """Kinds of encoded pictures that begin somewhere in these bytes, whatever they show."""
    kinds = set()
    if any(_is_jpeg(data, at) for at in _places(data, _JPEG)):
        kinds.add("jpeg")
    if any(data[at + 12 : at + 16] == b"IHDR" for at in _places(data, _PNG)):
        kinds.add("png")
    if any(data[at + 8 : at + 12] == b"WEBP" for at in _places(data, _RIFF)):
        kinds.add("webp")
    return kinds


def _places(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


def _is_jpeg(data: bytes, at: int) -> bool:
    """Its segments follow each other up to the one that names its size."""
    at += 2
    for _ in range(24):
        if len(data) < at + 10 or data[at] != 0xFF:
            return False
        kind = data[at + 1]
        if kind in {0xC0, 0xC1, 0xC2}:
            return data[at + 4] == 8 and data[at + 9] in {1, 3, 4}
        if kind not in _SEGMENTS:
            return False
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False
