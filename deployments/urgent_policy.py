"""What the database knows of the force's policy on urgent cases, so that it holds there too.

A function of the database's owner tells the rank from which an officer may take the urgent route,
and nothing where there is no such route. It is written after each migration, from the settings;
the application's role can call it and cannot replace it. Triggers ask it."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, connections
from django.db.models.signals import post_migrate

from deployments.enums import Rank


@dataclass(frozen=True, slots=True)
class UrgentRoute:
    """As the public is told of it."""

    rank: str
    window_hours: int
    review_hours: int


def route() -> UrgentRoute | None:
    rank = rank_of_policy()
    if rank is None:
        return None
    return UrgentRoute(
        str(rank.label).lower(), settings.URGENT_WINDOW_HOURS, settings.URGENT_REVIEW_HOURS
    )


def rank_of_policy() -> Rank | None:
    """Of the settings; None where policy has no urgent route."""
    return settings.URGENT_RANK if settings.URGENT_ROUTE else None


def rank_in_database() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT urgent_rank()")
        rank: int | None = cursor.fetchone()[0]
    return rank


def write(*, using: str, **_: object) -> None:
    """As the owner."""
    with connections[using].cursor() as cursor:
        cursor.execute(function_sql(rank_of_policy()))


def function_sql(rank: Rank | None) -> str:
    value = "NULL" if rank is None else str(rank.value)
    return (
        "CREATE OR REPLACE FUNCTION urgent_rank() RETURNS integer LANGUAGE sql STABLE"
        f" AS $$ SELECT {value}::integer $$"
    )


def register(sender: object) -> None:
    post_migrate.connect(write, sender=sender)
