"""Takes away the switch that every trigger made by pgtrigger has.

pgtrigger lets a session name triggers to pass over, in the setting `pgtrigger.ignore`. Any role
may set it, the application's too, so an invariant would hold only as long as nobody asks it not
to. The function that reads the setting is replaced after each migration, which may have brought
it back."""

from django.db import connections
from django.db.models.signals import post_migrate

IGNORES_NOTHING = """
    CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME)
    RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$ SELECT FALSE $$
"""


def remove_the_switch(*, using: str, **_: object) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(IGNORES_NOTHING)


def register(sender: object) -> None:
    post_migrate.connect(remove_the_switch, sender=sender)
