"""What the pages share beyond HTML: icons, fields with their words, periods, badges."""

from datetime import timedelta

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments import publication, recognition_profiles, retention
from deployments.enums import EntryStatus, Status
from deployments.models import Deployment
from deployments.wording import period_in_words

register = template.Library()

_TONES: dict[str, str] = {
    Status.DRAFT: "",
    Status.SUBMITTED: "warn",
    Status.RETURNED: "warn",
    Status.REFUSED: "bad",
    Status.AUTHORISED: "accent",
    Status.READY: "good",
    Status.LIVE: "live",
    Status.SUSPENDED: "warn",
    Status.ENDED: "",
    Status.CLOSED: "",
    Status.CANCELLED: "bad",
    EntryStatus.PENDING: "accent",
    EntryStatus.TO_REVIEW: "warn",
    EntryStatus.ENROLLED: "good",
    EntryStatus.REFUSED: "bad",
    EntryStatus.RETURNED: "bad",
    EntryStatus.WITHDRAWN: "",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of the sprite. It is decoration: the words are beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.inclusion_tag("includes/field.html")
def render_field(field: BoundField, css: str = "") -> dict[str, object]:
    return {"field": field, "css": css}


@register.simple_tag
def status_badge(value: str, label: str) -> SafeString:
    tone = _TONES.get(value, "")
    return format_html('<span class="badge {}">{}</span>', f"badge-{tone}" if tone else "", label)


@register.filter
def mid_sentence(words: str) -> str:
    """As it stands within a sentence; CCTV stays what it is."""
    is_acronym = words[1:2].isupper()
    return words if is_acronym else words[:1].lower() + words[1:]


@register.filter
def in_words(period: timedelta | None) -> str:
    return period_in_words(period)


@register.filter
def profile_in_words(profile: str) -> str:
    return recognition_profiles.in_words(profile)


@register.filter
def notice_fault(deployment: Deployment) -> str:
    """What was wrong with the notice to the public, in a few words; nothing where nothing was."""
    if deployment.published_at is None:
        return "Notice withheld"
    return "" if publication.is_notice_in_time(deployment) else "Notice late"


@register.simple_tag
def shortened_rules() -> list[retention.Rule]:
    """The kinds of data whose period this installation's policy shortens."""
    return [rule for rule in retention.RULES.values() if rule.is_shortened]
