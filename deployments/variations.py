"""Variations: changes to what was authorised, each with reasons and an authority of its own."""

from copy import copy
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from deployments import (
    audit,
    authority_documents,
    expected_alerts,
    permissions,
    publication,
)
from deployments.enums import AuditKind, EntryStatus, VariationStatus
from deployments.locking import lock
from deployments.models import Camera, Deployment, User, Variation
from deployments.moving import Refused, require, tell
from deployments.variation_sql import VARIED_COLUMNS
from deployments.zones import zone_from, zone_of

# What a notice tells: when one of these changes, the public is told anew.
ON_THE_NOTICE = frozenset({"place", "categories", "starts_at", "ends_at"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a variation may change, all of it. Cameras by id, and which of them record; `zones`
    are those of each camera, by its id as JSON names it, in fractions of the picture."""

    place: str
    place_ground: str
    place_intelligence: str
    categories: list[str]
    watchlist_criteria: str
    watchlist_cap: int
    starts_at: datetime
    ends_at: datetime
    threshold: float
    camera_ids: list[int]
    recorded_ids: list[int]
    zones: dict[str, list[float]]


def terms_of(deployment: Deployment) -> Terms:
    """What is in force now."""
    values = {name: getattr(deployment, name) for name in VARIED_COLUMNS}
    used = list(deployment.deploymentcamera_set.order_by("camera_id"))
    zones = {str(each.camera_id): zone.numbers() for each in used if (zone := zone_of(each))}
    return Terms(
        **values,
        camera_ids=[each.camera_id for each in used],
        recorded_ids=[each.camera_id for each in used if each.records_cctv],
        zones=zones,
    )


def changed(variation: Variation, terms: Terms) -> list[str]:
    """The names of what differs from those terms, in the order of the form."""
    return [name for name, value in asdict(terms).items() if getattr(variation, name) != value]


def as_proposed(deployment: Deployment, variation: Variation) -> Deployment:
    """The deployment on the variation's terms, to look at and never to save."""
    proposed = copy(deployment)
    for name in VARIED_COLUMNS:
        setattr(proposed, name, getattr(variation, name))
    return proposed


def propose(deployment: Deployment, terms: Terms, *, by: User, reasons: str) -> Variation:
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not permissions.can_vary(by, locked):
            raise Refused("Only the applicant varies an authority, while it may still run.")
        require(reasons, "Say why the change is necessary and proportionate.")
        if locked.variations.filter(status=VariationStatus.SUBMITTED).exists():
            raise Refused("A variation of this deployment already waits for its decision.")
        variation = Variation(deployment=locked, written_by=by, reasons=reasons, **_sorted(terms))
        names = changed(variation, terms_of(locked))
        if not names:
            raise Refused("Nothing differs from what is authorised.")
        _check(locked, variation)
        variation.save()
        _record(variation, by=by, reason=reasons, details={"fields": names})
        return variation


def withdraw(variation: Variation, *, by: User) -> Variation:
    with transaction.atomic():
        locked = lock(variation.deployment_id)
        variation = _open(variation)
        if variation.written_by_id != by.pk or not permissions.can_apply(by):
            raise Refused("Only the applicant who wrote a variation withdraws it.")
        variation.status = VariationStatus.WITHDRAWN
        variation.save(update_fields=["status"])
        _record(variation, by=by, deployment=locked)
        return variation


def refuse(variation: Variation, *, by: User, reasons: str) -> Variation:
    with transaction.atomic():
        locked = lock(variation.deployment_id)
        return _decided(locked, variation, VariationStatus.REFUSED, by=by, reasons=reasons)


def authorise(
    variation: Variation, *, by: User, reasons: str, short_notice_reason: str = ""
) -> Variation:
    """In force at once: the deployment's terms, its notice, and the cameras that run on them."""
    with transaction.atomic():
        locked = lock(variation.deployment_id)
        names = changed(_open(variation), terms_of(locked))
        variation = _decided(
            locked,
            variation,
            VariationStatus.AUTHORISED,
            by=by,
            reasons=reasons,
            short_notice_reason=short_notice_reason,
        )
        _apply(locked, variation)
        if ON_THE_NOTICE & set(names):
            _tell_the_public(locked, variation, by=by)
        authority_documents.write(locked, by=by, variation=variation)
        transaction.on_commit(lambda: tell(locked))
        return variation


def _apply(deployment: Deployment, variation: Variation) -> None:
    """Cameras first: the database lets them change only until the new terms are in force."""
    deployment.deploymentcamera_set.exclude(camera__in=variation.camera_ids).delete()
    for pk in variation.camera_ids:
        columns: dict[str, Any] = dict(zone_from(variation.zones[str(pk)]).columns())
        columns["records_cctv"] = pk in variation.recorded_ids
        deployment.deploymentcamera_set.update_or_create(camera_id=pk, defaults=columns)
    for name in VARIED_COLUMNS:
        setattr(deployment, name, getattr(variation, name))
    deployment.terms_version += 1
    deployment.save(update_fields=[*VARIED_COLUMNS, "terms_version"])


def _tell_the_public(deployment: Deployment, variation: Variation, *, by: User) -> None:
    """The notice goes up anew, and its lead is judged from now."""
    if deployment.notice_withheld_reason:
        return
    publication.publish_notice(deployment, by=by)
    if publication.is_notice_in_time(deployment):
        return
    if not variation.short_notice_reason.strip():
        raise Refused(
            f"This change leaves the public less than {settings.NOTICE_LEAD_DAYS} days' notice. "
            "Say in writing why that is justified, or refuse it."
        )
    deployment.short_notice_reason = variation.short_notice_reason
    deployment.save(update_fields=["short_notice_reason"])


def _decided(
    deployment: Deployment,
    variation: Variation,
    status: VariationStatus,
    *,
    by: User,
    reasons: str,
    short_notice_reason: str = "",
) -> Variation:
    variation = _open(variation)
    if by.pk in {variation.written_by_id, deployment.applicant_id}:
        raise Refused("The applicant cannot decide their own variation.")
    if not permissions.can_decide_variation(by, deployment):
        raise Refused(
            "Only an authorising officer with current training, superintendent or above, decides a "
            "variation, while the authority may still run."
        )
    require(reasons, "A decision needs its reasons.")
    if status == VariationStatus.AUTHORISED:
        _check(deployment, variation)
    variation.status, variation.decided_by = status, by
    variation.decided_at, variation.decision_reasons = timezone.now(), reasons
    variation.short_notice_reason = short_notice_reason
    variation.save()
    variation.refresh_from_db()  # number and what was replaced are the database's own
    _record(variation, by=by, reason=reasons, kind=AuditKind.DECISION)
    return variation


def _open(variation: Variation) -> Variation:
    """Read again under the deployment's lock: somebody may have been quicker."""
    fresh = Variation.objects.select_related("deployment", "decided_by").get(pk=variation.pk)
    if fresh.status != VariationStatus.SUBMITTED:
        words = f"this variation is {fresh.get_status_display().lower()}; nothing to decide."
        first = f"{fresh.decided_by} was first: " if fresh.decided_by else ""
        raise Refused((first + words)[0].upper() + (first + words)[1:])
    return fresh


def _check(deployment: Deployment, variation: Variation) -> None:
    """What would make no sense, when it is written and again when it is decided."""
    if variation.ends_at <= variation.starts_at:
        raise Refused("The end must be after the start.")
    if variation.ends_at <= timezone.now() + timedelta(minutes=1):
        raise Refused("The new window would be over: end or cancel the deployment instead.")
    if deployment.started_at and variation.starts_at != deployment.starts_at:
        raise Refused("The deployment has started; its start cannot be moved.")
    if variation.watchlist_cap > settings.WATCHLIST_CAP:
        raise Refused(f"Policy allows at most {settings.WATCHLIST_CAP:,} people.")
    _check_false_alerts(deployment, variation)
    listed = deployment.entries.filter(status__in=(EntryStatus.PENDING, EntryStatus.ENROLLED))
    if (count := listed.count()) > variation.watchlist_cap:
        raise Refused(f"{count} people are on the watchlist: withdraw some first.")
    if (count := listed.exclude(category__in=variation.categories).count()) > 0:
        raise Refused(
            f"{count} people on the watchlist are in a category that this takes away: withdraw "
            "them first."
        )
    chosen = Camera.objects.filter(pk__in=variation.camera_ids)
    if len(chosen) != len(variation.camera_ids):
        raise Refused("A camera that was chosen is no longer there.")
    for camera in chosen:
        if str(camera.pk) not in variation.zones:
            raise Refused(f"{camera} has no zone of recognition: draw it on its picture.")


def _check_false_alerts(deployment: Deployment, variation: Variation) -> None:
    """Neither another threshold nor a longer list may bring more than an application may."""
    if not {"threshold", "watchlist_cap"} & set(changed(variation, terms_of(deployment))):
        return
    proposed = as_proposed(deployment, variation)
    question = expected_alerts.question_of(
        proposed, profile=proposed.profile, threshold=proposed.threshold
    )
    if words := expected_alerts.what_to_give_instead(question):
        raise Refused(f"Ask for {words}.")


def _sorted(terms: Terms) -> dict[str, Any]:
    """What is left of a camera that goes is not kept."""
    ids = sorted(set(terms.camera_ids))
    zones = {key: zone for key, zone in terms.zones.items() if int(key) in ids}
    recorded = sorted(set(terms.recorded_ids) & set(ids))
    return asdict(terms) | {"camera_ids": ids, "recorded_ids": recorded, "zones": zones}


def _record(
    variation: Variation,
    *,
    by: User,
    deployment: Deployment | None = None,
    reason: str = "",
    kind: AuditKind = AuditKind.ALTERATION,
    details: dict[str, object] | None = None,
) -> None:
    audit.record(
        f"variation.{variation.status}",
        kind=kind,
        by=by,
        deployment=deployment or variation.deployment,
        subject=f"variation {variation.pk}",
        reason=reason,
        details=details or {"version": variation.number},
    )
