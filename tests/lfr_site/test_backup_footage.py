"""What was recorded, and copies made of it, by a real backup and a real restore."""

from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from deployments import purge
from deployments.enums import FootageGround, Status, SubjectAccessRefusal
from deployments.footage import holds
from deployments.subject_access import requests
from tests.deployments.access_requests import with_copy, with_segment
from tests.deployments.recordings import recorded
from tests.factories import make_cast, make_deployment, person, recognition_worker_answers
from tests.lfr_site.sites import Site


def test_footage_and_copies_that_went_early_are_not_readable_after_a_restore(
    site: Site, empty: Site, tmp_path: Path
) -> None:
    """Held when the backup was made, and released since; asked for, and refused since."""
    make_cast()
    with recognition_worker_answers():
        live = make_deployment(status=Status.LIVE, records_cctv=True, title="To restore")
    over = recorded(live, started_at=timezone.now() - timedelta(days=32))
    hold = holds.hold(
        live,
        [over],
        ground=FootageGround.COMPLAINT,
        reason="Complaint 12/26.",
        review_on=timezone.localdate() + timedelta(days=14),
        by=person("disclosure_officer"),
    )
    request, kept = with_segment(live)
    copy = with_copy(request, kept)
    site.manage("backup", str(tmp_path / "backup"))
    backed_up = {path.name for path in (tmp_path / "backup" / "files").rglob("*")}
    assert {over.pk.hex, copy.pk.hex, kept.pk.hex} <= backed_up

    holds.release(hold, reason="Withdrawn.", by=person("disclosure_officer"))
    purge.purge()
    refusal = SubjectAccessRefusal.OTHERS
    requests.refuse(request, ground=refusal, by=person("disclosure_officer"))
    empty.manage("restore", str(tmp_path / "backup"))

    restored = {path.name for path in empty.files.rglob("*") if path.is_file()}
    assert kept.pk.hex in restored
    assert not {over.pk.hex, copy.pk.hex} & restored
    assert empty.ask("SELECT array_agg(segment_id) FROM deployments_footagekey") == [kept.pk]
    assert empty.ask("SELECT count(*) FROM deployments_subjectaccessfile") == 0
    assert empty.ask("SELECT count(*) FROM deployments_footagehold WHERE released_at IS NULL") == 0
    assert empty.facts()["trail"] == ""
