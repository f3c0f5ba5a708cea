"""What will become of a row of an import, and why: nothing is stored but the outcome."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min
from django.db.models.functions import Lower

from deployments import image_store
from deployments.enums import Category, Response, RowOutcome
from deployments.forms.watchlist import EntryFields
from deployments.import_files import Row, values_of
from deployments.import_images import Images, UnusableMember, fault_of_picture
from deployments.models import Deployment, ImportRow, WatchlistImport
from deployments.watchlist import NewEntry

YES = {"yes", "y", "true", "1"}
NO = {"", "no", "n", "false", "0"}
_VALUES = {str(choice.label).lower(): str(choice.value) for choice in (*Category, *Response)}


@dataclass(frozen=True, slots=True)
class Finding:
    """`reason` is empty where the row can be added."""

    row_id: int
    reason: str
    image_digest: bytes | None

    @property
    def outcome(self) -> RowOutcome:
        return RowOutcome.REFUSED if self.reason else RowOutcome.READY


class RowCheck:
    """Checks the rows of one import in the order of their lines, some at a time."""

    def __init__(self, of: WatchlistImport, images: Images) -> None:
        self._of, self._images = of, images
        self._deployment = of.deployment
        self._key = image_store.data_key(of.deployment)
        self._form = RowForm(of.deployment)
        self._listed_images: set[bytes] = set()
        ready = of.rows.filter(outcome=RowOutcome.READY).count()
        self._room = of.deployment.watchlist_cap - of.deployment.entries.count() - ready

    def findings(self, rows: list[ImportRow]) -> Iterator[Finding]:
        """Images are read one at a time; only their digests stay."""
        values = {row.pk: values_of(row, of=self._of, key=self._key) for row in rows}
        looked = {row.pk: self._look_at(values[row.pk]) for row in rows}
        references = self._first_lines(
            "reference_digest", {bytes(row.reference_digest) for row in rows}
        )
        digests = {digest for _, digest in looked.values() if digest}
        images = self._first_lines("image_digest", digests)
        self._listed_images = self._listed("image_digest", digests)
        listed = self._listed("folded", {given["reference"].lower() for given in values.values()})
        for row in rows:
            reason, digest = looked[row.pk]
            earlier = references.get(bytes(row.reference_digest), row.line)
            if earlier < row.line:
                reason = f"This reference is already in line {earlier} of the sheet."
            elif values[row.pk]["reference"].lower() in listed:
                reason = "This reference is already on the watchlist."
            reason = reason or self._image_twice(digest, row.line, images) or self._no_room()
            self._room -= not reason
            yield Finding(row.pk, reason, None if reason else digest)

    def _look_at(self, given: Row) -> tuple[str, bytes | None]:
        """Why the row by itself cannot be added; the digest of its image where it can."""
        if fault := self._form.fault_of(given):
            return fault, None
        try:
            image = self._images.read(given["image"])
        except UnusableMember as unusable:
            return str(unusable), None
        if fault := fault_of_picture(image):
            return fault, None
        return "", image_store.digest(image, key=self._key)

    def _image_twice(self, digest: bytes | None, line: int, first: dict[bytes, int]) -> str:
        if digest is None:
            return ""
        if (earlier := first.setdefault(digest, line)) < line:
            return f"The same image is already in line {earlier} of the sheet."
        if digest in self._listed_images:
            return "This image is already on the watchlist, under another reference."
        return ""

    def _no_room(self) -> str:
        cap = self._deployment.watchlist_cap
        return "" if self._room > 0 else f"The watchlist is full: its authorised cap is {cap}."

    def _first_lines(self, column: str, digests: set[bytes]) -> dict[bytes, int]:
        rows = self._of.rows.filter(**{f"{column}__in": digests}).values(column).order_by()
        return {bytes(row[column]): row["first"] for row in rows.annotate(first=Min("line"))}

    def _listed(self, column: str, values: set[Any]) -> set[Any]:
        entries = self._deployment.entries.annotate(folded=Lower("reference"))
        entries = entries.filter(**{f"{column}__in": values})
        return {
            bytes(value) if isinstance(value, memoryview) else value
            for value in entries.values_list(column, flat=True)
        }


def counts_of(of: WatchlistImport) -> dict[str, int]:
    rows = of.rows.values_list("outcome").order_by().annotate(Count("pk"))
    return dict.fromkeys(RowOutcome.values, 0) | dict(rows)


class RowForm:
    """The form of one person, for row after row: to make it costs more than to fill it in."""

    def __init__(self, deployment: Deployment) -> None:
        self._form = EntryFields({}, deployment=deployment)

    def fault_of(self, given: Row) -> str:
        """In words why the row, its image aside, cannot be added; empty where it can."""
        if fault := _under_18_fault(given):
            return fault
        self._form.data = _as_sent(given)
        self._form.full_clean()
        return _in_words(self._form)

    def new_entry(self, given: Row, image: bytes) -> NewEntry | str:
        """The entry, or in words why there is none: checked again, the world may have changed."""
        return self.fault_of(given) or self._form.new_entry(image)


def _as_sent(given: Row) -> dict[str, Any]:
    """Closed lists may be written by their value or by their words."""
    written = {name: given[name].strip().lower() for name in ("category", "response")}
    values = {name: _VALUES.get(text, text) for name, text in written.items()}
    return {**given, **values, "is_under_18": given.get("under_18", "").lower() in YES}


def _under_18_fault(given: Row) -> str:
    if given.get("under_18", "").lower() not in YES | NO:
        return "under_18: Write yes or no."
    return ""


def _in_words(form: EntryFields) -> str:
    sentences = []
    for name, errors in form.errors.items():
        text = str(errors[0])
        if name == "category" and form.data["category"] in Category.values:
            text = "This category was not authorised for this deployment."
        sentences.append(f"{name}: {text}")
    return " ".join(sentences)
