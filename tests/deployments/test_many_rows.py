"""Many rows in a few statements: the same ends as Django's own way of deleting them."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from alerts.models import OtherCandidate
from deployments.enums import SoughtSource, Status
from deployments.many_rows import among, delete_each
from deployments.models import StillSoughtCheck, User, WatchlistEntry, WatchlistLedger
from deployments.still_sought import confirm_list
from tests.factories import Cast, make_alert, make_deployment, person


def test_rows_among_many_are_found_by_one_parameter(cast: Cast):
    deployment = make_deployment(status=Status.LIVE, entries=4)
    entries = deployment.entries.order_by("pk")
    ids = list(entries.values_list("pk", flat=True)[1:3])
    references = list(entries.values_list("reference", flat=True)[:3])

    assert list(entries.filter(pk__in=among(ids)).values_list("pk", flat=True)) == ids
    listed = WatchlistLedger.objects.filter(reference__in=among(references, of="text"))
    assert listed.count() == 3
    assert not entries.filter(pk__in=among([])).exists()


def test_what_refers_to_a_deleted_row_goes_or_lets_go_as_its_field_says(cast: Cast):
    deployment = make_deployment(status=Status.LIVE, entries=3)
    gone, stays, other = deployment.entries.order_by("pk")
    confirm_list(deployment, source=SoughtSource.PNC, reference="R", by=person("watchlist_manager"))
    alerts = [make_alert(deployment, entry=entry) for entry in (gone, stays)]
    for alert, near in zip(alerts, (other, gone), strict=True):
        OtherCandidate.objects.create(alert=alert, entry=near, rank=1, similarity=0.5)

    with CaptureQueriesContext(
        connection,
    ) as few:
        delete_each(WatchlistEntry, [gone.pk])

    assert set(deployment.entries.all()) == {stays, other}
    assert [alert.entry for alert in deployment.alerts.order_by("pk")] == [None, stays]
    assert [each.entry for each in OtherCandidate.objects.all()] == [other]
    assert gone.pk not in StillSoughtCheck.objects.values_list("entry", flat=True)
    assert len(few) <= 6


def test_what_is_protected_the_database_refuses(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    manager = User.objects.get(pk=deployment.entries.get().added_by_id)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="foreign key"):
        delete_each(User, [manager.pk])
