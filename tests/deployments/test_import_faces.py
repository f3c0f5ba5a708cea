"""The faces of a dry run: looked at under a lease, by whoever holds it and nobody else."""

import pytest
from django.db import connection

from deployments import import_faces, import_report, imports, lifecycle
from deployments.enums import ImportStatus, RowOutcome, Status
from deployments.import_faces import LeaseLost, Looked
from deployments.lifecycle import Refused
from deployments.models import Deployment, ImportFile, ImportRow, WatchlistImport
from deployments.tasks import continue_imports
from deployments.watchlist import Measure
from tests.deployments.sheets import look_at_faces, received, row, sheet, worked
from tests.factories import Cast, make_deployment, make_entry, person
from tests.tampering import refusal_of

SMALL = Measure("Size of the face", "too small: 20 pixels across, at least 48", is_enough=False)


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


@pytest.fixture
def made(deployment: Deployment) -> WatchlistImport:
    """Checked by the general worker; a recognition worker is next."""
    made = received(deployment, sheet(row("A1"), row("A2")))
    while imports.work_on(made.pk):
        pass
    made.refresh_from_db()
    return made


def looked(of: WatchlistImport, **more: object) -> list[Looked]:
    """The first line without a fault, the second as told."""
    first, second = of.rows.order_by("line")
    return [Looked(first.pk), Looked(second.pk, **more)]  # type: ignore[arg-type]


def _lease_runs_out(of: WatchlistImport) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deployments_watchlistimport SET lease_until = now() - interval '1 s'"
            " WHERE id = %s",
            [of.pk],
        )


def test_nobody_decides_before_the_faces_were_looked_at(made: WatchlistImport):
    assert made.status == ImportStatus.COMPARING
    with pytest.raises(Refused, match="does not wait for a decision"):
        imports.confirm(made, by=person("watchlist_manager"))

    look_at_faces(made)

    imports.confirm(made, by=person("watchlist_manager"))


def test_the_database_lets_no_face_be_passed_over(made: WatchlistImport, app_role: None):
    statement = "UPDATE deployments_watchlistimport SET status = 'checked' WHERE id = %s"
    assert "looks at the face of each row" in refusal_of(statement, made.pk)


def test_a_sheet_of_which_no_row_is_sound_needs_no_recognition_worker(deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1", response="purple"))))

    assert made.status == ImportStatus.CHECKED
    assert import_faces.abandoned() == []


def test_a_face_that_cannot_be_used_refuses_its_row_with_what_was_measured(made: WatchlistImport):
    of = import_faces.take(made.pk)
    assert of is not None
    words = "The face cannot be used: too small: 20 px."
    import_faces.store(of, looked(of, reason=words, quality=[SMALL]))
    import_faces.finish(of)

    _, bad = import_report.readable(made.rows.order_by("line"), of=made)
    assert (bad.outcome, bad.reason) == (RowOutcome.REFUSED, words)
    assert bad.measures[0]["figure"] == SMALL.figure


def test_who_looks_like_whom_is_told_by_line_and_by_reference(
    made: WatchlistImport, deployment: Deployment
):
    listed = make_entry(deployment, reference="KNOWN-1", is_enrolled=False)
    of = import_faces.take(made.pk)
    assert of is not None
    import_faces.store(of, looked(of, alike_line=2, alike_entry=listed.pk))

    first, second = import_report.readable(made.rows.order_by("line"), of=made)
    assert (first.alike_line, first.alike_reference) == (None, "")
    assert (second.alike_line, second.alike_reference) == (2, "KNOWN-1")
    assert second.looks_like == "line 2 and KNOWN-1 on the watchlist"
    assert import_report.state_of(of, import_report.counts_of(of))["alike"] == 1


def test_an_entry_of_another_list_is_never_named(made: WatchlistImport):
    other = make_entry(make_deployment(status=Status.AUTHORISED), reference="ELSEWHERE")
    made.rows.update(alike_entry=other.pk)

    shown = import_report.readable(made.rows.order_by("line"), of=made)

    assert "ELSEWHERE" not in str(shown)


def test_progress_counts_the_faces(made: WatchlistImport):
    of = import_faces.take(made.pk)
    assert of is not None
    import_faces.store(of, looked(of)[:1])

    state = import_report.state_of(of, import_report.counts_of(of))

    assert (state["percent"], state["done"], state["is_working"]) == (50, 1, True)


def test_two_workers_do_not_look_at_once(made: WatchlistImport):
    assert import_faces.take(made.pk) is not None
    assert import_faces.take(made.pk) is None
    assert import_faces.abandoned() == []


def test_a_killed_worker_is_followed_by_one_that_goes_on(made: WatchlistImport):
    dead = import_faces.take(made.pk)
    assert dead is not None
    import_faces.store(dead, looked(dead)[:1])
    _lease_runs_out(made)
    assert import_faces.abandoned() == [made.pk]

    following = import_faces.take(made.pk)

    assert following is not None
    left = list(made.rows.filter(line=3))
    assert list(import_faces.rows_of(following, together=9)) == [left]
    for act in (
        lambda: import_faces.store(dead, looked(dead)),
        lambda: import_faces.begin_anew(dead),
        lambda: import_faces.finish(dead),
    ):
        with pytest.raises(LeaseLost):
            act()
    assert [row.line for row in import_faces.looked_at(following)] == [2]
    import_faces.store(following, looked(following)[1:])
    import_faces.finish(following)


def test_begun_anew_nothing_is_left_of_what_was_seen(made: WatchlistImport):
    of = import_faces.take(made.pk)
    assert of is not None
    import_faces.store(of, looked(of, quality=[SMALL], alike_line=2, sealed_face=b"sealed"))

    import_faces.begin_anew(of)

    assert not made.rows.filter(is_looked_at=True).exists()
    assert set(_seen_of_rows(made)) == {(None, None, None, None)}


def _seen_of_rows(made: WatchlistImport) -> list[tuple[object, ...]]:
    return list(made.rows.values_list("image_quality", "alike_line", "alike_entry", "sealed_face"))


def test_discarded_meanwhile_everything_goes_and_nothing_is_stored(made: WatchlistImport):
    of = import_faces.take(made.pk)
    assert of is not None
    found = looked(of)

    imports.discard(made, by=person("watchlist_manager"))

    with pytest.raises(LeaseLost):
        import_faces.store(of, found)
    assert not ImportRow.objects.exists()
    assert not ImportFile.objects.exists()


def test_no_face_is_looked_at_without_an_authority_in_force(
    made: WatchlistImport, deployment: Deployment
):
    of = import_faces.take(made.pk)
    assert of is not None
    lifecycle.cancel(deployment, by=person("applicant"), reason="Not needed any more.")

    with pytest.raises(LeaseLost):
        import_faces.store(of, looked(of))
    _lease_runs_out(made)
    assert import_faces.abandoned() == []
    assert import_faces.take(made.pk) is None


def test_what_was_seen_of_a_face_goes_as_its_row_is_added(made: WatchlistImport):
    of = import_faces.take(made.pk)
    assert of is not None
    import_faces.store(of, looked(of, quality=[SMALL], alike_line=2, sealed_face=b"sealed"))
    import_faces.finish(of)
    imports.confirm(made, by=person("watchlist_manager"))

    assert worked(made).status == ImportStatus.DONE

    assert set(_seen_of_rows(made)) == {(None, None, None, None)}
    entries = made.deployment.entries.order_by("pk").values_list("reference", "sealed_face")
    assert [(name, face and bytes(face)) for name, face in entries] == [
        ("A1", None),
        ("A2", b"sealed"),
    ]


def test_the_face_of_a_row_that_is_refused_late_goes(made: WatchlistImport, deployment: Deployment):
    of = import_faces.take(made.pk)
    assert of is not None
    import_faces.store(of, looked(of, sealed_face=b"sealed"))
    import_faces.finish(of)
    make_entry(deployment, reference="A2", is_enrolled=False)
    imports.confirm(made, by=person("watchlist_manager"))

    worked(made)

    late = made.rows.get(line=3)
    assert (late.outcome, late.sealed_face) == (RowOutcome.REFUSED, None)


@pytest.mark.parametrize("outcome", ["waiting", "refused", "added"])
def test_the_database_keeps_no_face_of_a_row_that_waits_for_nobody(
    made: WatchlistImport, app_role: None, outcome: str
):
    statement = (
        "UPDATE deployments_importrow SET sealed_face = 'x', outcome = %s"
        " WHERE watchlist_import_id = %s"
    )
    assert "row_keeps_a_face_until_decided" in refusal_of(statement, outcome, made.pk)


def test_a_forgotten_import_is_asked_for_again(
    made: WatchlistImport, monkeypatch: pytest.MonkeyPatch
):
    asked: list[int] = []
    monkeypatch.setattr("deployments.tasks.send_import_faces", asked.append)

    continue_imports()

    assert asked == [made.pk]
