"""Closed lists of what was flagged and what people decided."""

from django.db.models import TextChoices


class AlertStatus(TextChoices):
    RAISED = "raised", "Waiting for an operator"
    CLAIMED = "claimed", "With an operator"
    DISMISSED = "dismissed", "Dismissed"
    CONFIRMED = "confirmed", "Confirmed by the operator"
    DISPATCHED = "dispatched", "Officers sent"
    ENGAGED = "engaged", "Engaged"
    NOT_LOCATED = "not_located", "Not located"
    RESOLVED = "resolved", "Outcome recorded"
    NOT_SOUGHT = "not_sought", "No longer sought"


class Verdict(TextChoices):
    DISMISSED = "dismissed", "Not the same person"
    CONFIRMED = "confirmed", "Likely the same person"


class DismissalReason(TextChoices):
    DIFFERENT_FEATURES = "different_features", "Features differ"
    DIFFERENT_AGE = "different_age", "Age does not fit"
    POOR_IMAGE = "poor_image", "Image too poor to judge"
    LOOKALIKE = "lookalike", "Look-alike or relative"
    NO_LONGER_SOUGHT = "no_longer_sought", "No longer sought"


class Outcome(TextChoices):
    ARREST = "arrest", "Arrest"
    OTHER_DISPOSAL = "other_disposal", "Other disposal"
    SAFEGUARDING = "safeguarding", "Safeguarding"
    NO_FURTHER_ACTION = "no_further_action", "No further action"
    NOT_THE_PERSON = "not_the_person", "Not the person sought (confirmed false alert)"


class OfficersView(TextChoices):
    """What officers on the ground make of it themselves, before they speak to anybody."""

    COULD_BE = "could_be", "Could be the person"
    CANNOT_TELL = "cannot_tell", "Cannot tell from here"
    IS_NOT = "is_not", "Not the person"


class EventKind(TextChoices):
    RAISED = "raised", "Raised"
    SEEN_AGAIN = "seen_again", "Seen again"
    ESCALATED = "escalated", "Escalated"
    CLAIMED = "claimed", "Claimed"
    RELEASED = "released", "Released"
    DISMISSED = "dismissed", "Dismissed"
    CONFIRMED = "confirmed", "Confirmed"
    DISPATCHED = "dispatched", "Officers sent"
    ACKNOWLEDGED = "acknowledged", "Acknowledged by officers"
    ASSESSED = "assessed", "Assessed by officers"
    ENGAGED = "engaged", "Engaged"
    NOT_LOCATED = "not_located", "Not located"
    RESOLVED = "resolved", "Outcome recorded"
    NOT_SOUGHT = "not_sought", "No longer sought"
    ERASED = "erased", "Erased"
