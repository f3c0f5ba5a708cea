"""Closed lists of what was flagged and what people decided."""

from django.db.models import TextChoices


class AlertStatus(TextChoices):
    RAISED = "raised", "Waiting for an operator"
    CLAIMED = "claimed", "With an operator"
    SECOND_LOOK = "second_look", "With a second operator"
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


class Factor(TextChoices):
    """What an operator has regard to: the subject, the system, the environment (R (Bridges) v
    South Wales Police [2020] EWCA Civ 1058). A closed list, beside a free text for each."""

    FACE_SHAPE = "face_shape", "Face shape and jaw"
    EYES = "eyes", "Eyes and brows"
    NOSE = "nose", "Nose"
    MOUTH = "mouth", "Mouth"
    EARS = "ears", "Ears"
    HAIRLINE = "hairline", "Hairline"
    MARKS = "marks", "Marks or scars"
    AGE = "age", "Apparent age"
    SHARPNESS = "sharpness", "Sharp enough"
    POSE = "pose", "Similar pose"
    IMAGE_AGE = "image_age", "Age of the watchlist image"
    LOOKALIKE = "lookalike", "Look-alike considered"
    LIGHTING = "lighting", "Lighting"
    OBSTRUCTION = "obstruction", "Clear view"
    CROWDING = "crowding", "Few people around"
    WEATHER = "weather", "Weather"


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


class AlertKind(TextChoices):
    """What an alert turned out to be, as the published statistics count it."""

    UNDECIDED = "undecided", "Not decided"
    FALSE = "false", "False alert"
    TRUE = "true", "True alert"
    CONFIRMED_FALSE = "confirmed_false", "Confirmed false alert"
    CONFIRMED_TRUE = "confirmed_true", "Confirmed true alert"


class EventKind(TextChoices):
    RAISED = "raised", "Raised"
    SEEN_AGAIN = "seen_again", "Seen again"
    ESCALATED = "escalated", "Escalated"
    CLAIMED = "claimed", "Claimed"
    RELEASED = "released", "Released"
    SECOND_ASKED = "second_asked", "A second operator is asked"
    SECOND_GIVEN = "second_given", "The second operator has answered"
    SECOND_ENDED = "second_ended", "The second operator is no longer asked"
    DISMISSED = "dismissed", "Dismissed"
    CONFIRMED = "confirmed", "Confirmed"
    SENDING = "sending", "Officers are about to be sent"
    UNDONE = "undone", "Decision taken back"
    DISPATCHED = "dispatched", "Officers sent"
    ACKNOWLEDGED = "acknowledged", "Acknowledged by officers"
    ASSESSED = "assessed", "Assessed by officers"
    ENGAGED = "engaged", "Engaged"
    NOT_LOCATED = "not_located", "Not located"
    RESOLVED = "resolved", "Outcome recorded"
    NOT_SOUGHT = "not_sought", "No longer sought"
    ERASED = "erased", "Erased"
