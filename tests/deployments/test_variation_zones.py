"""The zones of recognition are terms of an authority: drawn, decided and let through as such."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from deployments import variations
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.zones import WHOLE_FRAME
from tests.factories import Cast, make_camera, make_deployment, make_variation


def test_other_zones_than_those_that_were_authorised_are_not_let_through(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    deployment, other = make_deployment(status=Status.LIVE), make_camera()
    zones = {str(other.pk): [0.1, 0.2, 0.5, 0.6]}
    variation = make_variation(deployment, camera_ids=[other.pk], zones=zones)
    monkeypatch.setattr(variations, "zone_from", lambda _: WHOLE_FRAME)

    with pytest.raises(IntegrityError, match="the application is frozen"), transaction.atomic():
        variations.authorise(variation, by=cast.authorising_officer, reasons="Necessary.")

    monkeypatch.undo()
    variations.authorise(variation, by=cast.authorising_officer, reasons="Necessary.")
    assert variations.terms_of(deployment).zones == zones


def test_a_camera_without_a_zone_is_refused_in_words(cast: Cast):
    deployment, other = make_deployment(status=Status.LIVE), make_camera(name="Bridge")
    terms = replace(variations.terms_of(deployment), camera_ids=[other.pk])

    with pytest.raises(Refused, match="Bridge has no zone of recognition: draw it"):
        variations.propose(deployment, terms, by=cast.applicant, reasons="They moved.")
