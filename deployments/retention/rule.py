"""What a row of the retention table says, and the period that is in force."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from deployments.wording import period_in_words

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STAFF_KINDS = frozenset({"staff_account", "session", "sign_in", "console_presence", "short_note"})


@dataclass(frozen=True, slots=True)
class Rule:
    """`models` are the database models that hold this kind (app_label.Model), `places` what holds
    it outside the database: `files:…` a folder of the file store, `cache:…`, `channel_layer:…`,
    `queue:…`, `results:…`, `log:…`, `temporary:…`, `data:…` what else lies in the data folder."""

    kind: str
    what: str
    where: str
    clock: str
    default: timedelta | None  # None: kept
    maximum: timedelta | None
    ground: str
    models: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    # Who may keep it longer, where it is neither nobody nor the force's policy.
    extended_by: str = ""
    # In words, where no clock says how long.
    until: str = ""
    # Its holder lets go of it without being asked; the purge has nothing to do, and a policy would
    # promise what nothing keeps.
    forgets_itself: bool = False

    @property
    def period(self) -> timedelta | None:
        """The period in force: the policy's, where it changes the default."""
        seconds = settings.RETENTION_PERIODS_S.get(self.kind)
        if seconds is None:
            return self.default
        wanted = timedelta(seconds=seconds)
        if self.maximum is None:
            raise self._refused("has no period: nothing erases it by a clock. Leave it out.")
        if self.forgets_itself:
            raise self._refused("goes by itself, and no policy can hasten it. Leave it out.")
        if wanted > self.maximum:
            raise self._refused(f"may not be kept longer than {period_in_words(self.maximum)}.")
        return wanted

    def _refused(self, words: str) -> ImproperlyConfigured:
        return ImproperlyConfigured(f"LFR_RETENTION_S: {self.kind} {words}")

    @property
    def kept_for(self) -> str:
        """The period with its clock, as the public's pages and the leaflet say it."""
        if self.period is None:
            return self.until or "Kept"
        words = period_in_words(self.period)
        if self.kind == "unmatched_face":
            return f"Within {words}"
        if self.period:
            return f"{words[0].upper()}{words[1:]} after {self.clock}"
        return f"At once, from {self.clock}"

    @property
    def at_most(self) -> str:
        """The maximum in words."""
        if self.maximum is None:
            return self.until or "No limit"
        return period_in_words(self.maximum).capitalize()

    @property
    def who_may_extend(self) -> str:
        """Beyond the period that stands in the table, never beyond the maximum."""
        if self.extended_by:
            return self.extended_by
        if self.default is None or self.maximum is None:
            return "Nobody: it has no period"
        if self.default < self.maximum and not self.forgets_itself:
            return "The force's policy, up to the maximum"
        return "Nobody"

    @property
    def is_about_staff(self) -> bool:
        """Kept about the site's own users, not about a deployment."""
        return self.kind in STAFF_KINDS

    @property
    def is_of_no_deployment(self) -> bool:
        return self.is_about_staff or self.kind == "camera_survey"

    @property
    def is_shortened(self) -> bool:
        return self.kind in settings.RETENTION_PERIODS_S
