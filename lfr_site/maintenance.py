"""While a backup is restored nobody reads or writes the database but the restore itself.

The mark is a schema in the database, made before the first row arrives: a restore that is killed
leaves it, and the site stays shut until one goes through. It is looked for as a connection is
opened, which every request and every task does; those that were open before it are waited for."""

import threading
import time
from typing import Any

from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from deployments.footage_sql import RESTORING

SCHEMA = RESTORING
RETRY_S = 60
# A request or a task that had begun is over by then.
LEAVES_WITHIN_S = 30.0
WORDS = (
    "A backup is being restored, or its restore was interrupted: until `manage.py restore` has "
    "gone through nothing can be read or written."
)


class Restoring(OperationalError):
    """The database is shut."""


class StillInUse(Exception):
    """Somebody is connected since before it was shut."""


_exempt = threading.Event()


def begin(*, leaves_within_s: float = LEAVES_WITHIN_S) -> None:
    """Shut the database to every process but this one, and see the others out. Raises StillInUse;
    it is open again then."""
    exempt_this_process()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    inside, deadline = _others(), time.monotonic() + leaves_within_s
    while inside:
        if time.monotonic() > deadline:
            end()
            raise StillInUse
        time.sleep(0.1)
        inside &= _others()


def _others() -> set[int]:
    """Processes of the server that serve somebody else in this database. Superusers are left out:
    no part of the site is one, and a force's monitoring may be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
            " AND usesysid IN (SELECT oid FROM pg_roles WHERE NOT rolsuper)"
        )
        return {pid for (pid,) in cursor.fetchall()}


def end() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA}")


def exempt_this_process() -> None:
    _exempt.set()


@receiver(connection_created)
def refuse(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _exempt.is_set():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [SCHEMA])
        is_shut = cursor.fetchone()[0]
    if is_shut:
        connection.close()
        raise Restoring(WORDS)


def refusal(_: HttpRequest) -> HttpResponse | None:
    """A page in words where the database is shut. Where it does not answer at all, whoever needs
    it finds out."""
    try:
        connection.ensure_connection()
    except Restoring:
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_S)})
    except OperationalError:
        return None
    return None
