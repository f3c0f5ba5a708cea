"""What a check found."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Link:
    """Where a person puts right what failed."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Check:
    """`evidence` says what was found, `lines` the same for each of several things, `remedy` what
    to do where it failed, and `link` where."""

    name: str
    passed: bool
    evidence: str
    remedy: str = ""
    link: Link | None = None
    lines: tuple[str, ...] = ()
    # What it rests on is being found out at this moment: look again in a few seconds.
    is_pending: bool = False
    looked_at: datetime = field(default_factory=timezone.now)

    @property
    def sentence(self) -> str:
        """All of it on one line, for a refusal."""
        found = [self.evidence, *(() if self.passed else self.lines)]
        return " ".join([*found, self.remedy]).strip()

    def as_record(self) -> dict[str, object]:
        """As it is kept with a start."""
        return {
            "name": self.name,
            "passed": self.passed,
            "evidence": self.evidence,
            "lines": list(self.lines),
            "looked_at": self.looked_at.isoformat(),
        }
