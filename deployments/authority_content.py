"""What a written authority says: taken from the record at the moment of the decision, and laid out
in the same sections for the page and for print."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from deployments import authority_expectation, recognition_profiles
from deployments.enums import RELIED_ON, Status
from deployments.models import (
    Camera,
    CameraStill,
    Deployment,
    DeploymentCamera,
    PolicyDocument,
    User,
    Variation,
)
from deployments.zones import zone_of

FORMAT = "authority 4"
NONE = "None."


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it: pairs of a label and a text."""

    title: str
    lines: tuple[tuple[str, str], ...]


def canonical(content: Mapping[str, object]) -> str:
    """One text for one content, so that its hash can be computed again by anybody."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_of(deployment: Deployment, *, variation: Variation | None = None) -> dict[str, object]:
    """Everything that was applied for and decided. Zones are in it, so it is not public."""
    used = deployment.deploymentcamera_set.select_related("camera").order_by("camera__name")
    return {
        "format": FORMAT,
        "deployment": str(deployment.uuid),
        "decision": _decision(deployment) if variation is None else _decision_on(variation),
        "applicant": _person(deployment.applicant),
        "submitted_at": _submitted_at(deployment),
        "application": _application(deployment),
        authority_expectation.KEY: authority_expectation.frozen(deployment),
        "cameras": [_camera(each) for each in used],
        "documents": [_document(each) for each in documents_of(deployment)],
    }


def documents_of(deployment: Deployment) -> list[PolicyDocument]:
    wanted: list[PolicyDocument | None] = [getattr(deployment, field) for field in RELIED_ON]
    return [document for document in wanted if document is not None]


def sections_of(content: Mapping[str, Any]) -> list[Section]:
    """The content in words, in the order in which an officer reads it."""
    applied, decided = content["application"], content["decision"]
    return [
        Section("Decision", tuple(_decision_lines(decided))),
        Section(
            "Who, where and when",
            (
                ("Title", applied["title"]),
                ("Controller force", applied["controller_force"]),
                ("Applicant", _person_in_words(content["applicant"])),
                ("Submitted", _moment_in_words(content["submitted_at"])),
                ("Who is sought", "\n".join(applied["categories"])),
                ("Place", applied["place"]),
                ("Ground for the place", applied["place_ground"]),
                ("What supports it", applied["place_intelligence"]),
                ("From", _moment_in_words(applied["starts_at"])),
                ("Until", _moment_in_words(applied["ends_at"])),
                ("People expected in a day", f"{applied['expected_footfall']:,}"),
            ),
        ),
        Section("Cameras", tuple(_camera_line(each) for each in content["cameras"])),
        Section(
            "Watchlist and recognition",
            (
                ("Watchlist criteria", applied["watchlist_criteria"]),
                ("Most people on the watchlist", f"{applied['watchlist_cap']:,}"),
                ("Model profile", _profile_in_words(applied)),
                ("Face-match threshold", str(applied["threshold"])),
                *authority_expectation.lines_of(content),
            ),
        ),
        Section(
            "Why",
            (
                ("Why it is necessary", applied["necessity"]),
                ("Why it is proportionate", applied["proportionality"]),
                ("Alternatives considered", applied["alternatives"]),
                ("Community impact", applied["community_impact"]),
            ),
        ),
        Section(
            "Telling the public",
            (
                ("Signs", applied["signs_plan"]),
                ("Notice", applied["notice_plan"] or NONE),
                ("Reason proposed for withholding it", applied["withholding_proposed"] or NONE),
            ),
        ),
        Section(
            "Documents relied on",
            tuple(
                (each["kind"], f"{each['title']}, version {each['version']}")
                for each in content["documents"]
            ),
        ),
    ]


def _decision(deployment: Deployment) -> dict[str, object]:
    officer = deployment.decided_by
    assert officer is not None, "a decision is made by somebody"
    return {
        "decision": deployment.status,
        "officer": _person(officer),
        "decided_at": _moment(deployment.decided_at),
        "reasons": deployment.decision_reasons,
        "conditions": deployment.decision_conditions,
        "review_due_at": _moment(deployment.review_due_at),
        "notice_withheld_reason": deployment.notice_withheld_reason,
    }


def _decision_on(variation: Variation) -> dict[str, object]:
    officer = variation.decided_by
    assert officer is not None, "a decision is made by somebody"
    return {
        "decision": variation.status,
        "variation": variation.number,
        "variation_reasons": variation.reasons,
        "officer": _person(officer),
        "decided_at": _moment(variation.decided_at),
        "reasons": variation.decision_reasons,
        # A variation changes terms; what the authority was made to depend on still stands.
        "conditions": variation.deployment.decision_conditions,
        "notice_withheld_reason": variation.deployment.notice_withheld_reason,
        "short_notice_reason": variation.short_notice_reason,
    }


def _application(deployment: Deployment) -> dict[str, object]:
    return {
        "title": deployment.title,
        "controller_force": deployment.controller_force_id,
        "categories": deployment.category_labels,
        "place": deployment.place,
        "place_ground": deployment.get_place_ground_display(),
        "place_intelligence": deployment.place_intelligence,
        "starts_at": _moment(deployment.starts_at),
        "ends_at": _moment(deployment.ends_at),
        "expected_footfall": deployment.expected_footfall,
        "watchlist_criteria": deployment.watchlist_criteria,
        "watchlist_cap": deployment.watchlist_cap,
        "profile": deployment.profile,
        "profile_in_words": recognition_profiles.in_words(deployment.profile),
        "threshold": deployment.threshold,
        "necessity": deployment.necessity,
        "proportionality": deployment.proportionality,
        "alternatives": deployment.alternatives,
        "community_impact": deployment.community_impact,
        "signs_plan": deployment.signs_plan,
        "notice_plan": deployment.notice_plan,
        "withholding_proposed": deployment.withholding_proposed,
    }


def _person(person: User) -> dict[str, str]:
    return {
        "name": person.get_full_name() or person.get_username(),
        "rank": person.get_rank_display(),
        "number": person.collar_number,
    }


def _camera(used: DeploymentCamera) -> dict[str, object]:
    zone = zone_of(used)
    return {
        "name": used.camera.name,
        "location": used.camera.location,
        # The picture that the zone was drawn on: a database trigger keeps it meanwhile.
        "still": _still(used.camera),
        "zone": None if zone is None else [str(each) for each in (zone.x, zone.y, zone.w, zone.h)],
        "records_cctv": used.records_cctv,
    }


def _still(camera: Camera) -> str | None:
    """The SHA-256 of its picture, where there is one that is shown."""
    still = CameraStill.objects.filter(camera=camera).exclude(faces_hidden_at=None).first()
    return None if still is None else still.sha256


def _document(document: PolicyDocument) -> dict[str, object]:
    return {
        "kind": document.get_kind_display(),
        "title": document.title,
        "version": document.version,
        "published_at": _moment(document.published_at),
    }


def _submitted_at(deployment: Deployment) -> str | None:
    last = deployment.status_changes.filter(new=Status.SUBMITTED).last()
    return None if last is None else _moment(last.at)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else timezone.localtime(moment).isoformat()


def _decision_lines(decided: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "Decision", str(Status(decided["decision"]).label)
    if "variation" in decided:
        yield "Variation", f"Version {decided['variation']} of the terms"
        yield "Why the change is asked for", decided["variation_reasons"]
    if decided.get("review_due_at"):
        yield "Urgent route", f"To be reviewed by {_moment_in_words(decided['review_due_at'])}"
    yield "Officer", _person_in_words(decided["officer"])
    yield "Time", _moment_in_words(decided["decided_at"])
    yield "Reasons", decided["reasons"]
    yield "Conditions", decided["conditions"] or NONE
    if decided["notice_withheld_reason"]:
        yield "Public notice withheld, because", decided["notice_withheld_reason"]
    if decided.get("short_notice_reason"):
        yield "Shorter notice, because", decided["short_notice_reason"]


def _profile_in_words(applied: Mapping[str, Any]) -> str:
    # Documents of the first two formats have the name alone.
    return str(applied.get("profile_in_words") or applied["profile"])


def _person_in_words(person: Mapping[str, str]) -> str:
    number = f", {person['number']}" if person["number"] else ""
    return f"{person['rank']} {person['name']}{number}"


def _camera_line(camera: Mapping[str, Any]) -> tuple[str, str]:
    # A document from before recording was an element of its own authorises none.
    recorded = "CCTV is recorded" if camera.get("records_cctv") else "Nothing is recorded"
    if camera["zone"] is None:
        return camera["name"], f"{camera['location']}. {recorded}."
    x, y, w, h = (f"{Decimal(each) * 100:.4f}".rstrip("0").rstrip(".") for each in camera["zone"])
    # Documents of the first format name no picture.
    still = camera.get("still")
    drawn_on = f"\nDrawn on the picture with the SHA-256 {still}." if still else ""
    return camera["name"], (
        f"{camera['location']}. Zone of recognition: {x} % from the left and {y} % from the top "
        f"of the picture, {w} % wide and {h} % high. {recorded}.{drawn_on}"
    )


def _moment_in_words(moment: str | None) -> str:
    if moment is None:
        return NONE
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "l j F Y, H:i:s T")
