from alerts.models.alert import Alert
from alerts.models.candidate import OtherCandidate
from alerts.models.draft import JudgementDraft
from alerts.models.engagement import Engagement
from alerts.models.event import AlertEvent
from alerts.models.field import FieldAssessment
from alerts.models.judgement import Adjudication, FirstLook, SecondOpinion
from alerts.models.presence import ConsolePresence

__all__ = [
    "Adjudication",
    "Alert",
    "AlertEvent",
    "ConsolePresence",
    "Engagement",
    "FieldAssessment",
    "FirstLook",
    "JudgementDraft",
    "OtherCandidate",
    "SecondOpinion",
]
