"""Triggers for tables whose rows are written once. TRUNCATE fires no row trigger, so it needs
one of its own."""

import pgtrigger


def append_only(what: str) -> list[pgtrigger.Trigger]:
    """Refuse UPDATE, DELETE and TRUNCATE."""
    return [
        pgtrigger.Protect(
            name=f"append_only_{what}", operation=pgtrigger.Update | pgtrigger.Delete
        ),
        no_truncate(what),
    ]


def no_truncate(what: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"no_truncate_{what}",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"RAISE EXCEPTION '{what} rows are kept' USING ERRCODE = 'check_violation';",
    )
