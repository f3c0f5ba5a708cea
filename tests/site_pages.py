"""Every page of the site, with the person who may see it and the states that change how it looks.

`tests/test_accessibility.py` visits each of them and fails where the URL resolver knows a name that
stands neither in PAGES nor in NOT_PAGES. A new page is a line here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import uuid4

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse
from django.utils import timezone

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments import publication, urgent, watchlist_review
from deployments.application_steps import STEPS
from deployments.enums import (
    DocumentKind,
    DocumentStatus,
    FootageGapReason,
    FootageGround,
    ImportStatus,
    Rank,
    Role,
    Status,
    TrainingKind,
)
from deployments.footage import disclosures, holds
from deployments.models import (
    Deployment,
    FootageGap,
    PolicyDocument,
    User,
    WatchlistImport,
)
from deployments.publication import Counts
from deployments.subject_access import requests as subject_access
from tests.deployments import access_requests
from tests.deployments.recordings import recorded
from tests.deployments.sheets import finish, received, row, sheet
from tests.factories import (
    make_alert,
    make_camera,
    make_deployment,
    make_entry,
    make_policy_document,
    make_variation,
    person,
    train,
)
from tests.second_factors import app_of

COUNTS = Counts(12, 4312, 9, 6, 2, 1, 5, {"arrest": 3, "no_further_action": 1})


@dataclass
class World:
    """One deployment in each state, with what hangs on it."""

    deployments: dict[Status, Deployment]
    alerts: dict[AlertStatus, Alert]
    documents: dict[DocumentStatus, PolicyDocument]
    # Authorised by an inspector, and waiting for its review.
    urgent: Deployment


@dataclass(frozen=True)
class Page:
    """`who` is one of the cast, None the public. `post` shows a form that was refused; `answers`
    is the status of a page that refuses by itself."""

    name: str
    who: str | None = None
    address: Callable[[World], str] = field(default=lambda _: "")
    state: str = ""
    post: dict[str, str] | None = None
    answers: int = 200

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.state, f"({self.who or 'public'})")))


def page(name: str, who: str | None = None, **more: object) -> Page:
    return Page(name, who, lambda _: reverse(name), **more)  # type: ignore[arg-type]


def of(status: Status, name: str, who: str | None = None, **more: object) -> Page:
    """A page of the deployment in that state."""

    def address(world: World) -> str:
        return reverse(name, kwargs={"uuid": world.deployments[status].uuid})

    return Page(name, who, address, str(status), **more)  # type: ignore[arg-type]


def of_entry(name: str, who: str, *, is_waiting: bool = False) -> Page:
    """Somebody on the list; or under 18, looking like another, and waiting for the review."""

    def address(world: World) -> str:
        entries = world.deployments[Status.LIVE].entries.order_by("pk")
        entry = entries.get(is_under_18=True) if is_waiting else entries[0]
        return reverse(name, args=[entry.deployment.uuid, entry.pk])

    return Page(name, who, address, "to review" if is_waiting else "")


def of_access(number: int, state: str, **more: object) -> Page:
    """`number` of the requests that the world has."""

    def address(world: World) -> str:
        found = world.deployments[Status.LIVE].subject_access.order_by("pk")[number]
        shown = found.files.exclude(kind="still").order_by("kind", "number").last()
        here = reverse("deployments:subject_access_request", args=[found.deployment.uuid, found.pk])
        return f"{here}?show={shown.pk}" if shown else here

    name = "deployments:subject_access_request"
    return Page(name, "disclosure_officer", address, state, **more)  # type: ignore[arg-type]


def access_found(_: World) -> str:
    day = timezone.localdate().isoformat()
    return reverse("deployments:subject_access") + f"?begins={day}T00:00&ends={day}T23:59&words="


def of_import(status: ImportStatus) -> Page:
    def address(world: World) -> str:
        found = WatchlistImport.objects.filter(status=status).latest("pk")
        return reverse("deployments:import_report", args=[found.deployment.uuid, found.pk])

    return Page("deployments:import_report", "watchlist_manager", address, str(status))


def of_step(name: str, **more: object) -> Page:
    def address(world: World) -> str:
        return reverse("deployments:step", args=[world.deployments[Status.DRAFT].uuid, name])

    return Page("deployments:step", "applicant", address, name, **more)  # type: ignore[arg-type]


def of_authority(status: Status) -> Page:
    def address(world: World) -> str:
        document = world.deployments[status].authority_documents.get()
        return reverse("deployments:authority", args=[document.deployment.uuid, document.pk])

    return Page("deployments:authority", SUPER, address, str(status))


def of_variation(who: str, **more: object) -> Page:
    def address(world: World) -> str:
        found = world.deployments[Status.SUSPENDED].variations.get()
        return reverse("deployments:variation", args=[found.deployment.uuid, found.pk])

    return Page("deployments:variation", who, address, "submitted", **more)  # type: ignore[arg-type]


def of_urgent(who: str) -> Page:
    """For who reviews it, a form; for the others, what they wait for."""

    def address(world: World) -> str:
        return reverse("deployments:detail", kwargs={"uuid": world.urgent.uuid})

    return Page("deployments:detail", who, address, "urgent")


def of_document(status: DocumentStatus) -> Page:
    def address(world: World) -> str:
        document = world.documents[status]
        return reverse("public:document", args=[document.kind, document.version])

    return Page("public:document", None, address, str(status))


def of_draft(who: str) -> Page:
    def address(world: World) -> str:
        draft = world.documents[DocumentStatus.DRAFT]
        return reverse("deployments:document_draft", args=[draft.pk])

    return Page("deployments:document_draft", who, address)


def of_alert(status: AlertStatus, name: str, who: str) -> Page:
    def address(world: World) -> str:
        return reverse(name, kwargs={"uuid": world.alerts[status].uuid})

    return Page(name, who, address, str(status))


def nowhere(_: World) -> str:
    return reverse("public:deployment", args=[uuid4()])


def staff_nowhere(_: World) -> str:
    return reverse("deployments:detail", args=[uuid4()])


def of_alices_password(_: World) -> str:
    return reverse("admin:auth_user_password_change", args=[person("alice").pk])


APP = ["deployments"]
OPERATOR, OFFICER, SUPER = "alice", "engagement_officer", "authorising_officer"
PUBLIC_STATES = (
    Status.AUTHORISED,
    Status.LIVE,
    Status.SUSPENDED,
    Status.ENDED,
    Status.CLOSED,
    Status.CANCELLED,
)

PAGES: tuple[Page, ...] = (
    page("public:home"),
    *(page(f"public:{name}") for name in ("announced", "results", "how", "rights", "data")),
    page("public:documents"),
    *(of_document(status) for status in (DocumentStatus.PUBLISHED, DocumentStatus.SUPERSEDED)),
    page("public:open_data"),
    *(of(status, "public:deployment") for status in PUBLIC_STATES),
    page("sign_in"),
    page("sign_in", post={"username": "nobody", "password": "wrong"}, state="refused"),
    *(page(name, OPERATOR) for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn")),
    page("account_reauthenticate", OPERATOR),
    page("mfa_index", "bob", state="set up"),
    *(
        page(name, "bob")
        for name in (
            "mfa_deactivate_totp",
            "mfa_list_webauthn",
            "mfa_generate_recovery_codes",
            "mfa_view_recovery_codes",
        )
    ),
    page("account_inactive", answers=403),
    Page("public:deployment", None, nowhere, "not there", answers=404),
    Page("deployments:detail", OPERATOR, staff_nowhere, "not there", answers=404),
    page("deployments:ledger", OPERATOR, state="not theirs", answers=403),
    *(page("deployments:list", who) for who in ("applicant", SUPER, OPERATOR)),
    page("deployments:rules", OPERATOR),
    page("deployments:apply", "applicant"),
    page("deployments:apply", "applicant", post={"title": "x" * 200}, state="refused"),
    *(of_step(step.name) for step in STEPS),
    of_step("when", post={"starts_at": "tomorrow"}),
    of(Status.DRAFT, "deployments:review", "applicant"),
    *(of(status, "deployments:detail", "applicant") for status in (Status.DRAFT, Status.RETURNED)),
    *(of(status, "deployments:detail", SUPER) for status in (Status.SUBMITTED, Status.REFUSED)),
    of_urgent(SUPER),
    of_urgent("applicant"),
    of(Status.AUTHORISED, "deployments:detail", "watchlist_manager"),
    *(
        of(status, "deployments:detail", OPERATOR)
        for status in Status
        if status not in {Status.DRAFT, Status.AUTHORISED}
    ),
    *(of_authority(status) for status in (Status.AUTHORISED, Status.REFUSED)),
    *(of(Status.LIVE, "deployments:briefing", who) for who in (OPERATOR, OFFICER)),
    *(of(status, "deployments:signs", OFFICER) for status in (Status.READY, Status.ENDED)),
    of(Status.READY, "deployments:signs", OFFICER, post={"place": "zone"}),
    *(
        of(Status.LIVE, "deployments:footage", who)
        for who in ("disclosure_officer", "auditor", SUPER)
    ),
    of(Status.ENDED, "deployments:footage", "disclosure_officer"),
    of(Status.LIVE, "deployments:footage", "disclosure_officer", post={"action": "hold"}),
    of(Status.LIVE, "deployments:footage", "disclosure_officer", post={"action": "hand_over"}),
    page("deployments:subject_access", "disclosure_officer"),
    Page("deployments:subject_access", "disclosure_officer", access_found, "found"),
    of(Status.LIVE, "deployments:open_subject_access", "disclosure_officer"),
    of(Status.LIVE, "deployments:open_subject_access", "disclosure_officer", post={}),
    of_access(0, "faces and copy"),
    of_access(0, "refused", post={"action": "refuse"}),
    of_access(1, "nothing there"),
    of_access(2, "answered"),
    of(Status.LIVE, "deployments:vary", "applicant"),
    of(Status.LIVE, "deployments:vary", "applicant", post={"threshold": ""}),
    of_variation("applicant"),
    of_variation(SUPER),
    of_variation(SUPER, post={"decision": ""}),
    of(Status.LIVE, "deployments:watchlist", "watchlist_manager"),
    of(Status.LIVE, "deployments:add_entry", "watchlist_manager"),
    of(Status.LIVE, "deployments:add_entry", "watchlist_manager", post={}),
    of(Status.LIVE, "deployments:import", "watchlist_manager"),
    of(Status.LIVE, "deployments:review_watchlist", "second_watchlist_manager"),
    of(Status.LIVE, "deployments:review_watchlist", "watchlist_manager"),
    *(page("deployments:erasure", who) for who in ("auditor", SUPER)),
    page("deployments:ledger", "auditor"),
    page(
        "deployments:ledger",
        "auditor",
        post={"reference": "X-1", "day": "2026-01-31", "why": "A complaint."},
        state="answered",
    ),
    *(of_import(status) for status in (ImportStatus.CHECKED, ImportStatus.DONE)),
    of_entry("deployments:entry", "watchlist_manager"),
    of_entry("deployments:entry", "second_watchlist_manager", is_waiting=True),
    *(page("deployments:documents", who) for who in (SUPER, "system_administrator")),
    of_draft(SUPER),
    *(of(status, "alerts:console", OPERATOR) for status in (Status.LIVE, Status.SUSPENDED)),
    of(Status.LIVE, "alerts:handheld", OFFICER),
    page("alerts:handheld_shell"),
    of(Status.LIVE, "alerts:timeline", OPERATOR),
    of(Status.CLOSED, "alerts:timeline", "auditor"),
    page("alerts:supervision", "authorising_officer"),
    *(page("admin:deployments_auditevent_verification", who) for who in ("auditor", "inspector")),
    page("admin:deployments_auditevent_changelist", "inspector"),
    page("admin:password_change", "auditor"),
    page("admin:password_change", "auditor", post={"old_password": "x"}, state="refused"),
    page("admin:password_change_done", "auditor"),
    Page("admin:app_list", "system_administrator", lambda _: reverse("admin:app_list", args=APP)),
    Page("admin:auth_user_password_change", "system_administrator", of_alices_password),
)

# Names that answer no page, with what they answer instead.
NOT_PAGES: dict[str, str] = {
    "account_login": "the sign-in under allauth's name",
    "mfa_authenticate": "shown in the middle of signing in: tests/test_second_factor_browser.py",
    "mfa_reauthenticate": "asks only where the factor is on: tests/test_second_factor_browser.py",
    "mfa_reauthenticate_webauthn": "the same with a key: tests/test_second_factor_browser.py",
    "mfa_edit_webauthn": "needs a key: tests/test_second_factor_browser.py",
    "mfa_remove_webauthn": "needs a key: tests/test_second_factor_browser.py",
    "home": "sends each person to the page they start from",
    "sign_out": "a form's target",
    "public:feed": "Atom",
    "public:calendar": "iCalendar",
    "public:deployment_calendar": "iCalendar",
    "public:csv": "a sheet",
    "public:openapi": "JSON",
    "public:public_api:api-root": "JSON",
    "public:public_api:deployments": "JSON",
    "public:public_api:deployment": "JSON",
    "public:public_api:retention": "JSON",
    "public:public_api:documents": "JSON",
    "public:document_pdf": "PDF",
    "public:print": "PDF",
    "public:deployment_print": "PDF",
    "deployments:retention_annex": "PDF",
    "deployments:edit": "leads to the step where it was left",
    "deployments:expected": "JSON",
    "deployments:publish_document": "a form's target",
    "deployments:camera_still": "an image",
    "deployments:submit": "a form's target",
    "deployments:decide": "a form's target",
    "deployments:authority_file": "PDF or JSON",
    "deployments:move": "a form's target",
    "deployments:withdraw_variation": "a form's target",
    "deployments:review_urgent": "a form's target",
    "deployments:explain_stop": "a form's target",
    "deployments:progress": "JSON",
    "deployments:checks": "a part of the deployment's page",
    "deployments:check_cameras": "a form's target",
    "deployments:sign_picture": "an image",
    "deployments:footage_player": "after a reason: footage/test_player_browser.py",
    "deployments:footage_video": "a video",
    "deployments:footage_export": "a zip file",
    "deployments:review_hold": "a form's target",
    "deployments:subject_access_state": "JSON",
    "deployments:subject_access_file": "an image or a video",
    "deployments:subject_access_export": "a zip file",
    "deployments:remove_sign": "a form's target",
    "deployments:entry_image": "an image",
    "deployments:withdraw": "a form's target",
    "deployments:import_state": "JSON",
    "deployments:import_refused": "CSV",
    "deployments:import_decide": "a form's target",
    "deployments:send_back": "a form's target",
    "deployments:approve_under_18": "a form's target",
    "deployments:keep_both": "a form's target",
    "deployments:sought": "a form's target",
    "deployments:entry_sought": "a form's target",
    "alerts:manifest": "JSON",
    "alerts:handheld_worker": "a script",
    "alerts:acknowledge": "a form's target",
    "alerts:assess": "a form's target",
    "alerts:detail": "JSON",
    "alerts:timeline_csv": "CSV",
    "recognition:watch": "JSON",
    "recognition:picture": "an image",
    "alerts:claim": "a form's target",
    "alerts:draft": "a form's target",
    "alerts:release": "a form's target",
    "alerts:look": "a form's target",
    "alerts:ask_second": "a form's target",
    "alerts:answer_second": "a form's target",
    "alerts:take_back_second": "a form's target",
    "alerts:undo": "a form's target",
    "alerts:dismiss": "a form's target",
    "alerts:confirm": "a form's target",
    "alerts:dispatch": "a form's target",
    "alerts:not_sought": "a form's target",
    "alerts:engage": "a form's target",
    "alerts:not_located": "a form's target",
    "alerts:resolve": "a form's target",
    "alerts:image": "an image",
    "alerts:other_image": "an image",
    "metrics": "text for a monitoring system",
    "admin:deployments_auditevent_export": "a sheet",
    "admin:deployments_auditevent_verify": "a form's target",
    "admin:deployments_auditevent_trail": "a file",
    "admin:deployments_auditevent_key": "a file",
    "admin:deployments_auditevent_verifier": "a program",
    "admin:deployments_auditevent_checkpoint": "a file",
    # Lists, forms and histories of the admin's models are found through its registry.
    "admin:login": "the site's own sign-in stands before it",
    "admin:logout": "a form's target",
    "admin:autocomplete": "JSON",
    "admin:jsi18n": "a script",
    "admin:view_on_site": "sends on",
}


def make_world() -> World:
    """One of each; what the public sees has figures and a policy in two versions."""
    # Closing one erases what is due of the others, so it comes first.
    states = (Status.CLOSED, *(status for status in Status if status != Status.CLOSED))
    deployments = {
        status: make_deployment(status=status, entries=2, records_cctv=True) for status in states
    }
    live = deployments[Status.LIVE]
    _make_footage(live)
    _make_access(live)
    varied = deployments[Status.SUSPENDED]
    cameras = [*varied.cameras.values_list("pk", flat=True), make_camera(name="Bridge").pk]
    make_variation(varied, threshold=0.7, camera_ids=cameras)
    make_entry(live, is_enrolled=False)
    make_entry(live, is_reviewed=False)
    _make_doubtful_entry(live)
    for status in (Status.LIVE, Status.READY):
        made = received(deployments[status], sheet(row("A1"), row("A2", response="purple")))
        finish(made, is_confirmed=status == Status.READY)
    publication.publish_result(deployments[Status.ENDED], COUNTS, profile_version="embedded 1")
    alerts = {status: make_alert(live, status=status) for status in AlertStatus}
    make_camera(name="A camera that nothing uses")
    app_of(person("bob"))
    RecoveryCodes.activate(person("bob"))
    return World(deployments, alerts, _documents(), _make_urgent())


def _make_urgent() -> Deployment:
    inspector = User.objects.create(
        username="duty_inspector", rank=Rank.INSPECTOR, roles=[Role.AUTHORISING_OFFICER]
    )
    train(inspector, TrainingKind.AUTHORISING_OFFICER)
    submitted = make_deployment(status=Status.SUBMITTED)
    return urgent.authorise(submitted, by=inspector, reasons="They were seen ten minutes ago.")


def _make_footage(live: Deployment) -> None:
    """Seen, held, missing and handed over."""
    there = [recorded(live, seconds=1) for _ in range(2)]
    holds.hold(
        live,
        there[:1],
        ground=FootageGround.COMPLAINT,
        reason="Complaint 12/26.",
        review_on=timezone.localdate() + timedelta(days=7),
        by=person("disclosure_officer"),
    )
    handover = disclosures.Handover(FootageGround.PROCEEDINGS, "The court", "Case 7/26.")
    disclosures.disclose(live, there, handover, by=person("disclosure_officer"))
    FootageGap.objects.create(
        deployment=live,
        camera=live.cameras.get(),
        began_at=timezone.now(),
        reason=FootageGapReason.DISK_FULL,
    )


def _make_access(live: Deployment) -> None:
    """One to look through, one without anything, one that was answered."""
    request = access_requests.opened(live)
    segment = request.hold.segments.first() if request.hold else None
    assert segment is not None
    access_requests.with_copy(request, segment)
    day = timezone.now() - timedelta(days=60)
    early = {"begins": day, "ends": day + timedelta(minutes=10)}
    access_requests.opened(live, **early, received_on=timezone.localdate() - timedelta(days=40))
    answered = access_requests.opened(live, **early)
    subject_access.nothing_found(answered, by=person("disclosure_officer"))


def _make_doubtful_entry(live: Deployment) -> None:
    doubtful = make_entry(
        live, is_reviewed=False, is_under_18=True, under_18_rationale="Missing since Monday."
    )
    watchlist_review.note_likely_same(live, [(doubtful.pk, live.entries.order_by("pk")[0].pk)])


def _documents() -> dict[DocumentStatus, PolicyDocument]:
    for kind in DocumentKind:
        make_policy_document(kind=kind)
    make = partial(make_policy_document, kind=DocumentKind.POLICY)
    superseded = make()
    published = make()
    superseded.refresh_from_db()
    draft = make(status=DocumentStatus.DRAFT)
    found = (superseded, published, draft)
    return {DocumentStatus(document.status): document for document in found}
