"""Notices and results as an Atom feed."""

from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format

from deployments.enums import Status
from deployments.models import Deployment
from deployments.queries import public_deployments

LENGTH = 30


class DeploymentFeed(Feed):  # type: ignore[type-arg]
    feed_type = Atom1Feed

    def title(self) -> str:
        return f"Live facial recognition: {settings.FORCE_NAME or 'deployments'}"

    def subtitle(self) -> str:
        return "Notices before and results after each deployment."

    def link(self) -> str:
        return reverse("public:home")

    def items(self) -> list[Deployment]:
        shown = public_deployments().select_related("result")
        return list(shown.order_by("-status_at", "-pk")[:LENGTH])

    def item_title(self, item: Deployment) -> str:
        start = date_format(timezone.localtime(item.starts_at), "j F Y")
        return f"{_stage(item)}: {item.place}, {start}"

    def item_description(self, item: Deployment) -> str:
        start = date_format(timezone.localtime(item.starts_at), "j F Y, H:i")
        end = date_format(timezone.localtime(item.ends_at), "j F Y, H:i")
        return f"{item.place}, {start} to {end}. Sought: {'; '.join(item.category_labels)}."

    def item_link(self, item: Deployment) -> str:
        return reverse("public:deployment", kwargs={"uuid": item.uuid})

    def item_guid(self, item: Deployment) -> str:
        return f"urn:uuid:{item.uuid}"

    def item_updateddate(self, item: Deployment) -> datetime:
        return item.status_at

    def item_pubdate(self, item: Deployment) -> datetime:
        return item.published_at or item.status_at


def _stage(item: Deployment) -> str:
    if item.status == Status.CANCELLED:
        return "Cancelled"
    return "Result" if hasattr(item, "result") else "Notice"
