"""Notices and results as an Atom feed (RFC 4287)."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.html import escape

from deployments import publication
from deployments.controller import controller, public_address
from deployments.enums import Status
from deployments.figures import false_alert_rate_in_words
from deployments.models import Deployment, DeploymentResult
from deployments.printing import window_in_words
from deployments.publication import NOTICE_STATES
from deployments.queries import public_deployments

LENGTH = 30
NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)


class NoticeFeed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Of a feed without entries always the same, so that nobody is sent it twice."""
        return super().latest_post_date() if self.items else NOTHING_YET


class DeploymentFeed(Feed):  # type: ignore[type-arg]
    feed_type = NoticeFeed

    def title(self) -> str:
        return f"Live facial recognition: {settings.FORCE_NAME or 'deployments'}"

    def subtitle(self) -> str:
        return "Notices before and results after each deployment."

    def link(self) -> str:
        return public_address("public:home")

    def author_name(self) -> str:
        return controller().force

    def author_email(self) -> str | None:
        return controller().email or None

    def items(self) -> list[Deployment]:
        """What changed last first: the status, the notice or the result."""
        changed = Greatest("status_at", "published_at", "result__published_at")
        shown = public_deployments().select_related("result").annotate(changed_at=changed)
        return list(shown.order_by("-changed_at", "-pk")[:LENGTH])

    def item_title(self, item: Deployment) -> str:
        start = date_format(timezone.localtime(item.starts_at), "j F Y")
        return f"{_stage(item)}: {item.place}, {start}"

    def item_description(self, item: Deployment) -> str:
        """A reader takes it for HTML."""
        sentences = [
            f"{item.place}, {window_in_words(item.starts_at, item.ends_at)}.",
            f"Sought: {'; '.join(item.category_labels)}.",
            publication.notice_in_words(item),
        ]
        result = getattr(item, "result", None)
        if result is not None:
            sentences.append(_in_words(result))
        return escape(" ".join(sentences))

    def item_link(self, item: Deployment) -> str:
        return public_address("public:deployment", uuid=item.uuid)

    def item_guid(self, item: Deployment) -> str:
        return f"urn:uuid:{item.uuid}"

    def item_updateddate(self, item: Deployment) -> datetime:
        changed: datetime = item.changed_at  # type: ignore[attr-defined]
        return changed

    def item_pubdate(self, item: Deployment) -> datetime:
        return item.published_at or item.ended_at or item.status_at


def _stage(item: Deployment) -> str:
    if item.status == Status.CANCELLED:
        return "Cancelled"
    if hasattr(item, "result"):
        return "Result"
    return "Notice" if item.status in NOTICE_STATES else "Over, result to follow"


def _in_words(result: DeploymentResult) -> str:
    return (
        f"Faces seen: {result.faces_seen:,}. Alerts: {result.alerts:,}, of which "
        f"{result.true_alerts:,} true and {result.false_alerts:,} false. "
        f"False alert rate: {false_alert_rate_in_words(result)}"
    )
