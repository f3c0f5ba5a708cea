from alerts.models.alert import Alert
from alerts.models.event import AlertEvent
from alerts.models.field import FieldAssessment
from alerts.models.judgement import Adjudication, Engagement

__all__ = ["Adjudication", "Alert", "AlertEvent", "Engagement", "FieldAssessment"]
