"""What is printed for the public: signs, the leaflet, policy documents. The texts with figures come
from the tables and settings, as on the pages."""

from dataclasses import asdict
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from deployments import urgent_policy
from deployments.controller import Controller, controller
from deployments.models import Deployment, PolicyDocument
from deployments.policy_text import blocks
from deployments.retention import RULES
from deployments.typesetting import pdf
from deployments.wording import period_in_words

ON_LEAFLET = ("unmatched_face", "false_alert", "alert", "watchlist", "watchlist_templates")


def policy_document(document: PolicyDocument) -> bytes:
    controls = controller()
    published = _day(document.published_at) if document.published_at else ""
    superseded = _day(document.superseded_at) if document.superseded_at else ""
    data = {
        "force": controls.force,
        "title": document.title,
        "kind": document.get_kind_display(),
        "version": document.version,
        "published": published,
        "superseded": superseded,
        "blocks": [
            {"kind": str(block.kind), "text": block.text, "lines": list(block.lines)}
            for block in blocks(document.body)
        ],
    }
    return pdf("policy_document", data)


def sign(deployment: Deployment | None = None) -> bytes:
    """A3, for the zone and the way to it; without a deployment one that serves for any."""
    return pdf("sign", _about(deployment))


def leaflet(deployment: Deployment | None = None) -> bytes:
    """A5, handed to everyone whom officers speak to because of an alert."""
    kept = [{"what": RULES[kind].what, "how_long": RULES[kind].kept_for} for kind in ON_LEAFLET]
    return pdf("leaflet", _about(deployment) | {"kept": kept})


def _about(deployment: Deployment | None) -> dict[str, object]:
    controls = controller()
    return {
        "contact": contact_lines(controls),
        "dpo": controls.dpo_email or controls.address,
        "complaints": controls.complaints_url,
        "unmatched": period_in_words(RULES["unmatched_face"].period),
        "controller": asdict(controls),
        "website": controls.website,
        "authorised_by": _authorised_by(deployment),
        "deployment": None if deployment is None else _of(deployment),
    }


def _of(deployment: Deployment) -> dict[str, object]:
    return {
        "force": str(deployment.controller_force_id),
        "place": deployment.place,
        "when": window_in_words(deployment.starts_at, deployment.ends_at),
        "sought": deployment.category_labels,
        "ground": deployment.get_place_ground_display(),
    }


def _authorised_by(deployment: Deployment | None) -> str:
    """Of one that stands for any, what policy allows."""
    route = urgent_policy.route()
    if deployment is None and route is not None:
        return (
            f"A superintendent or above (in an urgent case, of the rank of {route.rank} or above)"
        )
    if deployment is not None and deployment.is_urgent:
        return "In an urgent case, an officer below superintendent"
    return "A superintendent or above"


def contact_lines(controls: Controller) -> list[str]:
    return [
        line
        for line in (f"Telephone {controls.phone}", controls.email, controls.address)
        if line and line != "Telephone "
    ]


def window_in_words(starts_at: datetime, ends_at: datetime) -> str:
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    last = "H:i" if start.date() == end.date() else "l j F Y, H:i"
    return f"{date_format(start, 'l j F Y, H:i')} to {date_format(end, last)}"


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")
