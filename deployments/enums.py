"""Closed lists. None has an "other": the open category was what made a watchlist unlawful
(R (Bridges) v South Wales Police [2020] EWCA Civ 1058)."""

from django.db.models import IntegerChoices, TextChoices


class Rank(IntegerChoices):
    """Police ranks in order; 0 is police staff."""

    STAFF = 0, "Police staff"
    CONSTABLE = 10, "Constable"
    SERGEANT = 20, "Sergeant"
    INSPECTOR = 30, "Inspector"
    CHIEF_INSPECTOR = 40, "Chief Inspector"
    SUPERINTENDENT = 50, "Superintendent"
    CHIEF_SUPERINTENDENT = 60, "Chief Superintendent"
    ASSISTANT_CHIEF_CONSTABLE = 70, "Assistant Chief Constable"
    CHIEF_CONSTABLE = 80, "Chief Constable"


class Role(TextChoices):
    APPLICANT = "applicant", "Applicant"
    AUTHORISING_OFFICER = "authorising_officer", "Authorising officer"
    WATCHLIST_MANAGER = "watchlist_manager", "Watchlist manager"
    OPERATOR = "operator", "Operator"
    ENGAGEMENT_OFFICER = "engagement_officer", "Engagement officer"
    DISCLOSURE_OFFICER = "disclosure_officer", "Disclosure officer"
    AUDITOR = "auditor", "Auditor"
    INSPECTOR = "inspector", "Inspector (outside the force)"
    SYSTEM_ADMINISTRATOR = "system_administrator", "System administrator"


class TrainingKind(TextChoices):
    """What a person may be trained as: the roles that touch a person's image or liberty."""

    AUTHORISING_OFFICER = Role.AUTHORISING_OFFICER.value, "Authorising officer"
    WATCHLIST_MANAGER = Role.WATCHLIST_MANAGER.value, "Watchlist manager"
    OPERATOR = Role.OPERATOR.value, "Operator"
    ENGAGEMENT_OFFICER = Role.ENGAGEMENT_OFFICER.value, "Engagement officer"


# Each is held alone: who configures, audits or inspects neither decides nor operates.
ROLES_HELD_ALONE: tuple[Role, ...] = (Role.AUDITOR, Role.INSPECTOR, Role.SYSTEM_ADMINISTRATOR)


class Status(TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned to the applicant"
    REFUSED = "refused", "Refused"
    AUTHORISED = "authorised", "Authorised"
    READY = "ready", "Ready"
    LIVE = "live", "Live"
    SUSPENDED = "suspended", "Suspended"
    ENDED = "ended", "Ended"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class VariationStatus(TextChoices):
    SUBMITTED = "submitted", "Waits for a decision"
    AUTHORISED = "authorised", "Authorised"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn by the applicant"


class Category(TextChoices):
    """Who may be sought (College of Policing APP)."""

    WANTED_BY_COURTS = "wanted_by_courts", "Wanted by the courts"
    SUSPECTED_OF_OFFENCE = "suspected_of_offence", "Suspected of an offence, or about to offend"
    BAIL_CONDITIONS = "bail_conditions", "Subject to bail conditions"
    COURT_ORDER = "court_order", "Subject to a court order"
    MISSING_AT_RISK = "missing_at_risk", "Missing and at increased risk"
    RISK_OF_HARM = "risk_of_harm", "Posing a risk of harm"
    ASSOCIATE = "associate", "Associate of a person in another category"
    WITNESS = "witness", "Witness"
    VICTIM = "victim", "Victim"


class PlaceGround(TextChoices):
    """Why this place may be watched."""

    CRIME_HOTSPOT = "crime_hotspot", "Crime hotspot or its access routes"
    PROTECTIVE_SECURITY = (
        "protective_security",
        "Protective security at an event or critical national infrastructure",
    )
    INTELLIGENCE = "intelligence", "Intelligence on the likely location of those sought"


class Response(TextChoices):
    """What officers do, decided per entry before the deployment."""

    RED = "red", "Red: immediate action"
    AMBER = "amber", "Amber: arrest once identity is confirmed"
    GREEN = "green", "Green: establish identity"


class EntryStatus(TextChoices):
    """Searched for only when `enrolled`: with a template, and reviewed by a second person."""

    PENDING = "pending", "Waiting to be enrolled"
    TO_REVIEW = "to_review", "Waiting for review"
    ENROLLED = "enrolled", "Enrolled"
    REFUSED = "refused", "Image refused"
    RETURNED = "returned", "Sent back"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ImportStatus(TextChoices):
    RECEIVED = "received", "Received"
    CHECKING = "checking", "Being checked"
    COMPARING = "comparing", "Faces being compared"
    CHECKED = "checked", "Checked: you decide"
    IMPORTING = "importing", "Being imported"
    DONE = "done", "Imported"
    DISCARDED = "discarded", "Discarded"
    UNUSABLE = "unusable", "Cannot be used"


class UploadKind(TextChoices):
    SHEET = "sheet", "Sheet"
    ARCHIVE = "archive", "Zip file"
    IMAGE = "image", "Image"


class RowOutcome(TextChoices):
    UNCHECKED = "waiting", "Not checked yet"
    READY = "ready", "Will be added"
    REFUSED = "refused", "Refused"
    ADDED = "added", "Added"


class SoughtSource(TextChoices):
    """Who was asked whether a person is still sought."""

    PNC = "pnc", "Police National Computer"
    FORCE_RECORDS = "force_records", "Force records system"
    COURT = "court", "Court or warrants office"
    OFFICER_IN_CASE = "officer_in_case", "Officer in the case"
    MISSING_PERSONS = "missing_persons", "Missing persons unit"


class ImageKind(TextChoices):
    WATCHLIST = "watchlist", "Watchlist image"
    PROBE = "probe", "Face seen"
    CONTEXT = "context", "Scene, everyone else blurred"
    SIGN = "sign", "Photograph of a sign"


class SignPlace(TextChoices):
    """Where people are told by a sign before they are seen by a camera."""

    ZONE = "zone", "At the zone of recognition"
    APPROACH = "approach", "About 100 m out"


class DocumentKind(TextChoices):
    """What a force publishes before it may deploy (REQUIREMENTS 9)."""

    POLICY = "policy", "Policy on live facial recognition"
    DPIA = "dpia", "Data protection impact assessment"
    APPROPRIATE_POLICY = "appropriate_policy", "Appropriate policy document"
    EQUALITY = "equality", "Equality impact assessment"
    CAMERA_CODE = "camera_code", "Surveillance Camera Code self-assessment"


# What each application relies on: the deployment's field, and the kind of document it names.
RELIED_ON: dict[str, DocumentKind] = {
    "dpia": DocumentKind.DPIA,
    "appropriate_policy_document": DocumentKind.APPROPRIATE_POLICY,
    "equality_assessment": DocumentKind.EQUALITY,
}


class DocumentStatus(TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "In force"
    SUPERSEDED = "superseded", "Superseded"


class FootageGround(TextChoices):
    """Why footage may be seen, kept beyond its period or handed over (REQUIREMENTS 31)."""

    PROCEEDINGS = "proceedings", "Evidence in proceedings"
    COMPLAINT = "complaint", "Complaint"
    SUBJECT_ACCESS = "subject_access", "Subject access"
    INCIDENT = "incident", "Investigation of an incident"


class FootageGapReason(TextChoices):
    """Why a camera whose recording was authorised was not recorded."""

    DISK_FULL = "disk_full", "No space left on the disk"
    DISK_ERROR = "disk_error", "The disk or the database could not be written"
    TOO_SLOW = "too_slow", "The disk was slower than the camera"
    NOT_RECORDABLE = "not_recordable", "The camera's pictures cannot be stored as they come"
    CUT_SHORT = "cut_short", "The recording process was cut off"


class SubjectAccessStatus(TextChoices):
    OPEN = "open", "Open"
    PREPARED = "prepared", "Prepared: to be looked through"
    REVIEWED = "reviewed", "Looked through"
    HANDED_OVER = "handed_over", "Handed over"
    REFUSED = "refused", "Refused"
    NOTHING_FOUND = "nothing_found", "Nothing found"


# The legal moves: the database's trigger and the pages read them. The last three are its ends.
SUBJECT_ACCESS_MOVES: dict[SubjectAccessStatus, tuple[SubjectAccessStatus, ...]] = {
    SubjectAccessStatus.OPEN: (
        SubjectAccessStatus.PREPARED,
        SubjectAccessStatus.REFUSED,
        SubjectAccessStatus.NOTHING_FOUND,
    ),
    SubjectAccessStatus.PREPARED: (
        SubjectAccessStatus.OPEN,
        SubjectAccessStatus.REVIEWED,
        SubjectAccessStatus.REFUSED,
    ),
    SubjectAccessStatus.REVIEWED: (
        SubjectAccessStatus.OPEN,
        SubjectAccessStatus.HANDED_OVER,
        SubjectAccessStatus.REFUSED,
    ),
    SubjectAccessStatus.HANDED_OVER: (),
    SubjectAccessStatus.REFUSED: (),
    SubjectAccessStatus.NOTHING_FOUND: (),
}


class IdentityProof(TextChoices):
    """How the force knows that the requester is who is asked about. The proof itself stays with
    the force's own records."""

    PHOTO_DOCUMENT = "photo_document", "Identity document with a photograph, seen"
    IN_PERSON = "in_person", "In person, at a police station"
    REPRESENTATIVE = "representative", "Representative with a signed authority"
    KNOWN = "known", "Known to the force from its own records"


class SubjectAccessRefusal(TextChoices):
    """Data Protection Act 2018, ss. 45(4), 52(4) and 53."""

    INQUIRY = "inquiry", "It would obstruct an official inquiry or procedure"
    CRIME = "crime", "It would prejudice the prevention or detection of crime"
    PUBLIC_SECURITY = "public_security", "Public security"
    NATIONAL_SECURITY = "national_security", "National security"
    OTHERS = "others", "The rights and freedoms of others"
    IDENTITY = "identity", "The requester's identity was not established"
    UNFOUNDED = "unfounded", "Manifestly unfounded or excessive"


class SubjectAccessFileKind(TextChoices):
    STILL = "still", "Picture with numbered faces"
    FACE = "face", "One face of it"
    COPY = "copy", "Copy in which everybody else is hidden"


class AuditKind(TextChoices):
    """Data Protection Act 2018, s. 62, and the system's own decisions."""

    COLLECTION = "collection", "Collection"
    ALTERATION = "alteration", "Alteration"
    CONSULTATION = "consultation", "Consultation"
    DISCLOSURE = "disclosure", "Disclosure"
    COMBINATION = "combination", "Combination"
    ERASURE = "erasure", "Erasure"
    DECISION = "decision", "Decision"
    ACCESS = "access", "Access to the system"
