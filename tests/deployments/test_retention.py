"""The retention table covers every model and every setting, and yields to no policy beyond it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import purge, retention, staff_records
from deployments.enums import Status
from deployments.models import ErasureRecord
from deployments.retention import RULES, due_after_end
from tests.factories import Cast, make_alert, make_deployment


def test_every_model_and_every_relation_has_one_rule():
    ruled = [label for rule in RULES.values() for label in rule.models]
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}

    assert sorted(ruled) == sorted(set(ruled)), "a model with two rules"
    assert known - set(ruled) == set(), "models without a rule"
    assert set(ruled) - known == set(), "rules for models that are gone"


# Every relation that holds rows: tables, partitions, views that keep what they select.
RELATIONS = """
    SELECT relname, (SELECT parent.relname FROM pg_inherits
        JOIN pg_class AS parent ON parent.oid = inhparent WHERE inhrelid = relation.oid)
    FROM pg_class AS relation JOIN pg_namespace AS schema ON schema.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema')
        AND nspname NOT LIKE 'pg_toast%'
"""
# Names of migrations, and when they ran.
OF_DJANGO = {"django_migrations"}


def _relations_without_a_rule() -> set[str]:
    """What a migration's SQL made is no model."""
    ruled = {label for rule in RULES.values() for label in rule.models}
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.label in ruled}
    with connection.cursor() as cursor:
        cursor.execute(RELATIONS)
        return {name for name, parent in cursor.fetchall() if (parent or name) not in tables}


def test_every_relation_of_the_database_has_a_rule(cast: Cast):
    make_deployment(status=Status.READY, entries=1)  # with a partition of its own
    assert _relations_without_a_rule() == OF_DJANGO

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE faces_seen (face bytea)")
        cursor.execute("CREATE MATERIALIZED VIEW names AS SELECT rolname FROM pg_roles")
    assert _relations_without_a_rule() == OF_DJANGO | {"faces_seen", "names"}


def test_every_kind_that_expires_is_found_and_erased_by_somebody():
    expire = {
        kind for kind, rule in RULES.items() if rule.period is not None and not rule.forgets_itself
    }

    assert expire == set(retention.held_kinds())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_where_since_when_and_why_and_no_default_exceeds_its_maximum(
    rule: retention.Rule,
):
    assert rule.what
    assert rule.where
    assert rule.clock
    assert rule.ground
    assert (rule.default is None) == (rule.maximum is None)
    if rule.default is not None and rule.maximum is not None:
        assert rule.default <= rule.maximum


def test_the_periods_are_those_that_were_promised():
    """REQUIREMENTS 14, 21 and 31."""
    assert RULES["unmatched_face"].maximum == timedelta(seconds=1)
    assert RULES["watchlist"].maximum == timedelta(hours=24)
    assert RULES["watchlist_templates"].maximum == timedelta(hours=24)
    assert RULES["false_alert"].default == timedelta(0)
    assert RULES["alert"].default == timedelta(hours=24)
    assert RULES["alert"].maximum == timedelta(days=31)
    assert RULES["session"].default == timedelta(seconds=site_settings.SESSION_COOKIE_AGE)


BY_CLOCK = [k for k, r in RULES.items() if r.maximum is not None and not r.forgets_itself]


@pytest.mark.parametrize("kind", BY_CLOCK)
def test_a_policy_may_shorten_and_says_so_but_not_lengthen(settings: Settings, kind: str):
    rule = RULES[kind]
    assert rule.maximum is not None
    most = int(rule.maximum.total_seconds())

    settings.RETENTION_PERIODS_S = {kind: 0}
    assert rule.period == timedelta(0)
    assert rule.is_shortened
    settings.RETENTION_PERIODS_S = {kind: most}
    assert rule.period == rule.maximum
    settings.RETENTION_PERIODS_S = {kind: most + 1}
    with pytest.raises(ImproperlyConfigured, match=r"may not be kept longer than \d+ [dhm]"):
        _ = rule.period


@pytest.mark.parametrize("kind", [k for k, r in RULES.items() if r.maximum is None])
def test_what_is_kept_cannot_be_given_a_period(settings: Settings, kind: str):
    """A period for the audit trail would be a promise that nothing keeps."""
    settings.RETENTION_PERIODS_S = {kind: 3600}

    with pytest.raises(ImproperlyConfigured, match="has no period"):
        _ = RULES[kind].period


@pytest.mark.parametrize("kind", [k for k, r in RULES.items() if r.forgets_itself])
def test_what_goes_by_itself_cannot_be_given_another_period(settings: Settings, kind: str):
    """The public's page would say "Within 0 seconds", and nothing would make it so."""
    assert RULES[kind].who_may_extend == "Nobody"

    settings.RETENTION_PERIODS_S = {kind: 0}
    with pytest.raises(ImproperlyConfigured, match="goes by itself"):
        _ = RULES[kind].period


def test_the_clock_starts_at_the_end(cast: Cast):
    live, ended, cancelled = (
        make_deployment(status=s) for s in (Status.LIVE, Status.ENDED, Status.CANCELLED)
    )

    assert due_after_end(live, "watchlist") is None
    assert ended.ended_at is not None
    assert due_after_end(ended, "watchlist") == ended.ended_at + timedelta(hours=24)
    assert due_after_end(cancelled, "watchlist") == cancelled.status_at + timedelta(hours=24)
    assert due_after_end(ended, "audit_trail") is None


def test_what_is_held_is_listed_with_its_due_time_and_what_is_late_stands_out(
    cast: Cast, settings: Settings
):
    deployment = make_deployment(status=Status.ENDED, entries=2)

    held = {due.rule.kind: due for due in purge.everything_held() if due.deployment == deployment}
    assert set(held) == {"watchlist", "watchlist_templates"}
    assert held["watchlist"].count == 2
    assert [due.rule.kind for due in purge.overdue()] == ["watchlist_templates"]

    settings.RETENTION_PERIODS_S = {"watchlist": 0}
    assert {due.rule.kind for due in purge.overdue()} == {"watchlist", "watchlist_templates"}


def test_a_running_deployment_has_no_clock_but_for_its_false_alerts(cast: Cast):
    from alerts.enums import AlertStatus

    deployment = make_deployment(status=Status.LIVE)
    make_alert(deployment)
    assert purge.everything_held() == []

    make_alert(deployment, status=AlertStatus.DISMISSED)
    assert [due.rule.kind for due in purge.overdue()] == ["false_alert"]


def test_expired_sessions_go_and_open_ones_stay(cast: Cast, client: Client):
    client.force_login(cast.alice)
    Session.objects.create(
        session_key="expired", session_data="", expire_date=timezone.now() - timedelta(minutes=1)
    )

    purge.purge()

    assert not Session.objects.filter(pk="expired").exists()
    assert Session.objects.count() == 1
    assert ErasureRecord.objects.get(kind="session").count == 1


def test_a_shorter_session_ends_sooner(cast: Cast, client: Client, settings: Settings):
    client.force_login(cast.alice)

    settings.RETENTION_PERIODS_S = {"session": 0}
    purge.purge()

    assert Session.objects.count() == 0


def test_sign_ins_go_by_their_age_a_day_at_a_time(cast: Cast):
    from axes.models import AccessFailureLog, AccessLog

    now = timezone.now()
    for model in (AccessLog, AccessFailureLog):
        for days in (1, 30.5, 31.2):
            row = model.objects.create(username="alice", ip_address="192.0.2.7")
            model.objects.filter(pk=row.pk).update(attempt_time=now - timedelta(days=days))

    purge.purge()

    assert AccessLog.objects.count() == AccessFailureLog.objects.count() == 1
    assert ErasureRecord.objects.get(kind="sign_in").count == 4
    assert staff_records.find_sign_ins()[0].due_at > now


def test_no_ledger_row_for_nothing(db: None):
    assert purge.purge() == []
    assert ErasureRecord.objects.count() == 0
