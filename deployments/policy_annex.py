"""The DPIA's annex on retention: the table that the purge, the pages and the tests read, as a
document, with the periods that are in force on this site."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from deployments.controller import controller
from deployments.retention import RULES, Rule
from deployments.typesetting import pdf

TITLE = "Retention of data by live facial recognition"
INTRODUCTION = (
    "Every kind of data that the system holds: where it is, from when its time runs, how long it "
    "is kept here, the longest that it could be kept, and why. The system erases by this table; "
    "the page for the public and this annex are printed from it. The force's policy may shorten "
    "any period, and lengthen none beyond its maximum."
)
COLUMNS = ("Kind of data", "Where", "Kept", "At most", "Who may extend it", "Why")


def markdown(*, at: datetime | None = None) -> str:
    lines = [f"# {TITLE}", "", f"{controller().force}, {_day(at)}.", "", INTRODUCTION, ""]
    lines.append(f"| {' | '.join(COLUMNS)} |")
    lines.append(f"| {' | '.join('---' for _ in COLUMNS)} |")
    lines += [f"| {' | '.join(_escaped(cell) for cell in _cells(rule))} |" for rule in _rules()]
    return "\n".join(lines) + "\n"


def as_pdf(*, at: datetime | None = None) -> bytes:
    return pdf(
        "policy_annex",
        {
            "title": TITLE,
            "force": controller().force,
            "day": _day(at),
            "introduction": INTRODUCTION,
            "columns": list(COLUMNS),
            "rows": [_cells(rule) for rule in _rules()],
        },
    )


def _rules() -> list[Rule]:
    return list(RULES.values())


def _cells(rule: Rule) -> list[str]:
    kept = rule.kept_for + (" (changed by policy)" if rule.is_shortened else "")
    if rule.period is None:
        kept += f", from {rule.clock}"
    return [rule.what, _sentence(rule.where), kept, rule.at_most, rule.who_may_extend, rule.ground]


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def _day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j F Y")
