"""In which order alerts are to be looked at. Only the order means anything, not the figure."""

from alerts.models import Alert
from deployments.enums import Category, Response

# A danger to somebody comes before a warrant.
CATEGORIES = (
    Category.RISK_OF_HARM,
    Category.MISSING_AT_RISK,
    Category.VICTIM,
    Category.SUSPECTED_OF_OFFENCE,
    Category.WANTED_BY_COURTS,
    Category.BAIL_CONDITIONS,
    Category.COURT_ORDER,
    Category.ASSOCIATE,
    Category.WITNESS,
)
RESPONSES = (Response.RED, Response.AMBER, Response.GREEN)


def urgency_of(alert: Alert) -> int:
    """By the predefined response, then whether nobody took it in time, then the category; higher
    is more urgent. Between equals the older comes first."""
    response = len(RESPONSES) - RESPONSES.index(Response(alert.response))
    category = len(CATEGORIES) - CATEGORIES.index(Category(alert.category))
    return response * 100 + (alert.escalated_at is not None) * 50 + category
