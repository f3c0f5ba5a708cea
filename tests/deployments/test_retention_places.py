"""Whatever holds data beside the database's tables has a rule, and what outlives something else
does not keep it."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import PROTECT, RESTRICT
from pytest_django.fixtures import Settings

from deployments import file_places
from deployments.checks import check_every_place_has_a_rule
from deployments.enums import Status
from deployments.retention import RULES
from deployments.retention.places import found_places, without_rule
from tests.factories import Cast, make_alert, make_deployment

ROOT = Path(__file__).resolve().parents[2]
APPS = ("deployments", "alerts", "recognition", "lfr_site")
# Measuring and setting up: they run where no deployment is.
WITHOUT_DEPLOYMENTS = ("recognition/bench/", "recognition/evaluation/", "lfr_site/embedded/")
TEMPORARY = {"lfr_site/encrypted_bodies.py", "recognition/model_files.py"}


def test_every_place_has_a_rule_and_every_rule_a_place_that_is_there():
    named = {place for rule in RULES.values() for place in rule.places}

    assert without_rule() == []
    assert named - found_places() == set(), "rules for places that are gone"


def test_a_cache_a_queue_a_log_or_a_layer_without_a_rule_stops_the_site(settings: Settings):
    settings.CACHES = settings.CACHES | {"faces": {}}
    settings.CHANNEL_LAYERS = settings.CHANNEL_LAYERS | {"video": {}}
    settings.CELERY_TASK_ROUTES = settings.CELERY_TASK_ROUTES | {"cctv.*": {"queue": "cctv"}}
    settings.LOGGING = settings.LOGGING | {"handlers": {"console": {}, "syslog": {}}}
    settings.CELERY_BEAT_SCHEDULE_FILENAME = "/elsewhere/clock"

    assert {error.msg.split()[0] for error in check_every_place_has_a_rule()} == {
        "cache:faces",
        "channel_layer:video",
        "queue:cctv",
        "log:syslog",
        "data:clock",
    }


def test_a_folder_of_files_without_a_rule_stops_the_site(monkeypatch: pytest.MonkeyPatch):
    odd = file_places.FilePlace("files:odd", "odd", rows=list)
    monkeypatch.setitem(file_places._places, "files:odd", odd)

    (error,) = check_every_place_has_a_rule()

    assert error.msg.startswith("files:odd")


def test_only_what_is_on_the_list_of_folders_writes_into_the_file_store(
    cast: Cast, file_store: Path
):
    make_alert(make_deployment(status=Status.LIVE))
    assert file_places.unknown_folders() == []
    (file_store / "faces").mkdir()
    (file_store / "face.jpg").write_bytes(b"")

    assert file_places.unknown_folders() == [file_store / "face.jpg", file_store / "faces"]


def test_who_writes_files_has_a_place_for_them():
    """A module that reads where the store is, or makes temporary files, is one that we know of."""
    places = {place.rows.__module__.replace(".", "/") + ".py" for place in file_places.all_places()}
    places |= {"deployments/file_places.py", "lfr_site/settings.py"}

    assert _modules_that_name("FILE_STORE") - places == set()
    assert _modules_that_name("tempfile") - TEMPORARY == set()
    assert _modules_that_name("FILE_STORE") != set()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_says_who_may_extend_it_and_for_how_long_at_most(rule: object):
    from deployments.retention import Rule

    assert isinstance(rule, Rule)
    assert rule.who_may_extend
    assert rule.at_most
    # Kept for good and outside the database: the table says until when, in words.
    assert rule.maximum is not None or not rule.places or rule.until or rule.models


def test_nothing_that_is_kept_longer_holds_back_what_must_go():
    rule_of = {label: rule for rule in RULES.values() for label in rule.models}
    held_back = []
    for model in apps.get_models(include_auto_created=True):
        own = rule_of[model._meta.label]
        fields: Any = model._meta.concrete_fields
        for field in fields:
            if not field.is_relation or field.remote_field.on_delete not in {PROTECT, RESTRICT}:
                continue
            target = rule_of[field.related_model._meta.label]
            if target.maximum is not None and (own.maximum is None or own.maximum > target.maximum):
                held_back.append(f"{model._meta.label}.{field.name}")

    assert held_back == []


def _modules_that_name(word: str) -> set[str]:
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if name.startswith(WITHOUT_DEPLOYMENTS):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = {
                    *([node.id] if isinstance(node, ast.Name) else []),
                    *([node.attr] if isinstance(node, ast.Attribute) else []),
                    *([node.module or ""] if isinstance(node, ast.ImportFrom) else []),
                    *([a.name for a in node.names] if isinstance(node, ast.Import) else []),
                }
                if word in names:
                    found.add(name)
    return found
