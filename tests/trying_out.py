"""Trying everybody at every address, one after the other, each attempt undone again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from deployments.enums import AuditKind, Role
from deployments.models import User
from tests.factories import Cast

# Looking, and being refused, is on record too, and changes nothing.
ONLY_SEEN = (AuditKind.ACCESS, AuditKind.CONSULTATION, AuditKind.DISCLOSURE)
# Decisions and alterations, briefings, and where the deployments stand.
Marks = tuple[int, int, str | None]
_MARKS = """
    SELECT (SELECT count(*) FROM deployments_auditevent WHERE kind <> ALL (%s)),
           (SELECT count(*) FROM deployments_briefing),
           (SELECT string_agg(status, ' ' ORDER BY id) FROM deployments_deployment)
"""


class RolledBack(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is judged and then undone."""
    try:
        with transaction.atomic():
            yield
            raise RolledBack
    except RolledBack:
        pass


def addresses(app: str) -> Iterator[URLPattern]:
    resolver = next(
        each for each in get_resolver().url_patterns if getattr(each, "app_name", None) == app
    )
    assert isinstance(resolver, URLResolver)
    for pattern in resolver.url_patterns:
        assert isinstance(pattern, URLPattern)
        yield pattern


def everybody(cast: Cast) -> dict[str, User]:
    """Every role there is, alone; nobody's; and an officer below the rank that decides."""
    people = cast.everyone()
    assert {role for user in people.values() for role in user.roles} == set(Role)
    return people


def changes(
    client: Client, address: str, fields: Mapping[str, object], *, before: Marks | None = None
) -> bool:
    """Whether the POST left a decision, an alteration or another status; its account holds then,
    too. `before`: the marks, where many attempts begin alike."""
    before = before or marks()
    answer = client.post(address, fields)
    assert answer.status_code < 500
    if marks() == before:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return True


def marks() -> Marks:
    """A briefing is on record as something seen, and lets somebody claim alerts all the same."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [list(ONLY_SEEN)])
        found: Marks = cursor.fetchone()
    return found
