"""Trying everybody at every address, one after the other, each attempt undone again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from deployments.enums import AuditKind, Role
from deployments.models import AuditEvent, Briefing, User
from tests.factories import Cast

# Looking, and being refused, is on record too, and changes nothing.
ONLY_SEEN = (AuditKind.ACCESS, AuditKind.CONSULTATION, AuditKind.DISCLOSURE)


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


def changes(client: Client, address: str, fields: Mapping[str, object]) -> bool:
    """Whether the POST left a decision or an alteration; its account holds then, too."""
    before = _marks()
    answer = client.post(address, fields)
    assert answer.status_code < 500
    if _marks() == before:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return True


def _marks() -> tuple[int, int]:
    """A briefing is on record as something seen, and lets somebody claim alerts all the same."""
    return AuditEvent.objects.exclude(kind__in=ONLY_SEEN).count(), Briefing.objects.count()
