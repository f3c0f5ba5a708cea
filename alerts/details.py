"""What a look at one alert tells, over HTTP only: how good the pictures are to compare, what was
judged, and, after the operator's own first look, who it would be."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert, SecondOpinion
from alerts.models.comparison import Comparison
from alerts.protocol import (
    ComparisonFacts,
    FieldTimes,
    IdentityFacts,
    JudgementFacts,
    NearFacts,
    OtherFacts,
    SecondFacts,
    SourceFacts,
)
from alerts.score_bands import band_of
from alerts.transitions import WEIGHED
from deployments.models import User


def sources_of(alert: Alert) -> SourceFacts | None:
    """How good the pictures are to compare; nothing of who it is."""
    if alert.entry is None:
        return None
    return {
        "image_date": alert.entry.image_date.isoformat(),
        "image_age_days": _days_since(alert.entry.image_date),
        "image_source": alert.entry.image_source,
        "source_position_s": alert.source_position_s,
        "face_box": alert.face_box,
        "probe_eyes": alert.probe_eyes,
        "candidate_eyes": alert.entry.eyes,
        "others": _others_of(alert),
    }


def identity_of(alert: Alert) -> IdentityFacts | None:
    """Who it would be, and how alike the machine found the two: for after the first look."""
    if alert.entry is None:
        return None
    band = band_of(alert)
    return {
        "name": alert.entry.name,
        "reference": alert.entry.reference,
        "lawful_basis": alert.entry.lawful_basis,
        "band": band.name,
        "band_meaning": band.meaning,
        "others": _near(alert),
    }


def judgements_of(alert: Alert, *, seen_by: User) -> list[JudgementFacts]:
    """Nobody who still weighs the alert learns what another thinks of it."""
    if alert.status in WEIGHED and alert.claimed_by_id != seen_by.pk:
        return []
    return [
        {
            "by": str(judgement.by),
            "at": judgement.at.timestamp(),
            "verdict": judgement.verdict,
            "verdict_words": judgement.get_verdict_display(),
            "reason_words": judgement.get_dismissal_reason_display(),
            "undone": judgement.undone_at is not None,
            "compared": _compared(judgement),
        }
        for judgement in alert.adjudications.select_related("by")
    ]


def second_of(alert: Alert, *, seen_by: User) -> SecondFacts | None:
    """The last question to a second operator; the answer for whoever asked, or once decided."""
    last = alert.second_opinions.select_related("asked_by", "answered_by").last()
    if last is None:
        return None
    answered = last.answered_by if _may_read_answer(alert, last, seen_by) else None
    return {
        "asked_by": str(last.asked_by),
        "asked_at": last.asked_at.timestamp(),
        "answered_by": None if answered is None else str(answered),
        "verdict": last.verdict if answered else "",
        "verdict_words": last.get_verdict_display() if answered else "",
        "compared": _compared(last) if answered else None,
    }


def field_times_of(alert: Alert) -> FieldTimes:
    engagement = getattr(alert, "engagement", None)
    return {
        "sent_at": alert.dispatched_at.timestamp() if alert.dispatched_at else None,
        "engaged_from": engagement.engaged_from.timestamp() if engagement else None,
    }


def _may_read_answer(alert: Alert, opinion: SecondOpinion, person: User) -> bool:
    return alert.status not in WEIGHED or person.pk in (alert.claimed_by_id, opinion.answered_by_id)


def _others_of(alert: Alert) -> list[OtherFacts]:
    return [
        {
            "rank": other.rank,
            "image": reverse("alerts:other_image", args=[alert.uuid, other.rank]),
            "image_age_days": _days_since(other.entry.image_date),
            "eyes": other.entry.eyes,
        }
        for other in alert.others.select_related("entry")
    ]


def _near(alert: Alert) -> list[NearFacts]:
    return [
        {
            "rank": other.rank,
            "name": other.entry.name,
            "reference": other.entry.reference,
            "band": band_of(alert, similarity=other.similarity).name,
        }
        for other in alert.others.select_related("entry")
    ]


def _compared(comparison: Comparison) -> ComparisonFacts:
    return {
        "in_favour": comparison.in_favour_words,
        "against": comparison.against_words,
        "subject": comparison.subject_factors,
        "system": comparison.system_factors,
        "environment": comparison.environment_factors,
    }


def _days_since(day: date) -> int:
    return max(0, (timezone.localdate() - day).days)
