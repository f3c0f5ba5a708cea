"""What a newcomer finds to answer: a request whose footage is held as it is recorded."""

import pytest

from deployments.enums import Status
from deployments.subject_access import requests
from lfr_site.demo.asking import seed_subject_access
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_deployment


@pytest.mark.usefixtures("recognition_worker")
def test_somebody_asks_for_the_first_minutes_once(cast: Cast):
    live = make_deployment(status=Status.LIVE, records_cctv=True)
    people = {"disclosure_officer": cast.disclosure_officer}

    seed_subject_access(people, live)
    segment = recorded(live)
    seed_subject_access(people, live)

    request = live.subject_access.get()
    assert requests.segments_of(request) == [segment]
    assert request.hold is not None
    assert list(request.hold.segments.all()) == [segment]
