"""System checks: a wrong policy or key is told before anything starts."""

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from deployments.checks import check_master_key, check_retention


def test_the_settings_of_the_tests_are_sound(db: None):
    assert [error for error in run_checks() if (error.id or "").startswith("deployments.")] == []


@pytest.mark.parametrize("value", ["", "nonsense", "c2hvcnQ="])
def test_a_wrong_master_key_has_an_id_and_a_hint(settings: Settings, value: str):
    settings.MASTER_KEY = value

    (error,) = check_master_key()

    assert error.id == "deployments.E001"
    assert "openssl rand -base64 32" in error.msg


@pytest.mark.parametrize(
    ("periods", "identifier"),
    [
        ({"watchlists": 60}, "deployments.E002"),
        ({"watchlist": 25 * 3600}, "deployments.E003"),
        ({"alert": 32 * 86400}, "deployments.E003"),
        ({"audit_trail": 60}, "deployments.E003"),
    ],
)
def test_a_wrong_policy_is_told(settings: Settings, periods: dict[str, int], identifier: str):
    settings.RETENTION_PERIODS_S = periods

    assert [error.id for error in check_retention()] == [identifier]


def test_a_shorter_policy_is_sound(settings: Settings):
    settings.RETENTION_PERIODS_S = {"watchlist": 60, "alert": 3600, "watchlist_templates": 10}

    assert check_retention() == []
