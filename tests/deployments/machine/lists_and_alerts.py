"""Deployments with their lists, uploads, alerts and signs: none of it is there after its time, and
no copy of an image opens."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments import image_store, import_files, lifecycle, signs, watchlist
from deployments.encrypted_file import open_encrypted
from deployments.encryption import Unreadable
from deployments.enums import ImageKind, SignPlace, Status
from deployments.models import (
    Deployment,
    DeploymentKey,
    ImportFile,
    StoredImage,
    WatchlistImport,
)
from deployments.reconciliation import reconcile
from recognition.models import Template
from tests.deployments.machine.passing_time import WHICH, PassingTime, files_follow
from tests.deployments.sheets import received, row, sheet
from tests.factories import jpeg, make_alert, make_deployment, make_entry, person
from tests.tampering import settle

STATUSES = st.sampled_from([AlertStatus.RAISED, AlertStatus.DISMISSED, AlertStatus.RESOLVED])
# Until housekeeping has gone through. A file without a row is told of by the clock on the wall,
# and swept by the running time.
WAITING = {
    "overdue",
    "partition_without_deployment",
    "key_without_anything_to_open",
    "footage_not_recovered",
}


@dataclass(frozen=True)
class Copy:
    """What a backup would hold of an encrypted file, and how the system opens it."""

    deployment_id: int
    path: Path
    data: bytes
    read: Callable[[], bytes]

    def opens(self) -> bool:
        """Put back where it was."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        was_there = self.path.exists()
        self.path.write_bytes(self.data)
        try:
            self.read()
        except Unreadable:
            return False
        finally:
            if not was_there:
                self.path.unlink()
        return True


class ListsAndAlerts(PassingTime):
    def __init__(self) -> None:
        super().__init__()
        self.copies: dict[uuid.UUID, Copy] = {}
        self.withdrawn: list[uuid.UUID] = []
        self.in_writing: list[StoredImage] = []

    @initialize()
    def one_runs_already(self) -> None:
        """Without it most walks move the clock first, and nothing can begin any more."""
        self.a_deployment_starts(entries=2)

    @rule(entries=st.integers(1, 2))
    def a_deployment_starts(self, entries: int) -> None:
        self.is_fresh = False
        if self.is_clock_right and Deployment.objects.count() < 3:
            make_deployment(status=Status.LIVE, entries=entries, records_cctv=True)

    @rule(which=WHICH, status=STATUSES)
    def an_alert_is_raised(self, which: int, status: AlertStatus) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        unseen = None if live is None else live.entries.filter(alerts=None).order_by("pk").first()
        if live is not None and self.is_clock_right and unseen is not None:
            make_alert(live, entry=unseen, status=status)

    @rule(which=WHICH)
    def an_entry_is_withdrawn(self, which: int) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        entry = None if live is None else live.entries.order_by("pk").last()
        if entry is not None:
            self.withdrawn.append(entry.image_id)
            manager = person("watchlist_manager")
            with files_follow():
                watchlist.withdraw_entry(entry, by=manager, reason="No longer sought.")

    @rule(which=WHICH)
    def somebody_is_added(self, which: int) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        if live is not None and self.is_clock_right:
            make_entry(live)

    @rule(which=WHICH)
    def a_sheet_is_uploaded(self, which: int) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        if live is not None and not live.imports.exists():
            received(live, sheet(row("A1")))

    @rule(which=WHICH)
    def a_sign_is_photographed(self, which: int) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        if live is not None and live.images.filter(kind=ImageKind.SIGN).count() < 2:
            officer = person("engagement_officer")
            picture = jpeg(seed=7, size=(480, 640))
            signs.add_photograph(live, picture, place=SignPlace.ZONE, by=officer)

    @rule(which=WHICH)
    def a_picture_is_being_written(self, which: int) -> None:
        """Its file is there, its row is not. No longer than an hour: the rule about time says
        that its process is gone then."""
        self.is_fresh = False  # what housekeeping has not seen yet, it cannot have aged
        live = self.one(which, Status.LIVE)
        if live is not None:
            key = image_store.data_key(live)
            image = image_store.written(live, b"picture", kind=ImageKind.PROBE, key=key)
            self.in_writing.append(image)

    def time_passes(self, hours: int) -> None:
        self.in_writing.clear()
        super().time_passes(hours)

    @rule(which=WHICH)
    def it_ends(self, which: int) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        if live is not None:
            lifecycle.end(live, by=None, reason="Over.")
            settle()

    @invariant()
    def nothing_of_a_list_outlives_its_rule(self) -> None:
        if not self.is_fresh:
            return
        for deployment, over in self._over():
            assert not Template.objects.filter(deployment=deployment).exists()
            assert not WatchlistImport.objects.filter(deployment=deployment).exists()
            if self.is_past(over, "watchlist"):
                assert not deployment.entries.exists()
            if self.is_past(over, "alert"):
                assert not deployment.alerts.filter(erased_at=None).exists()
            if self.is_past(over, "sign_photograph"):
                assert not deployment.sign_photographs.exclude(image=None).exists()
        for upload in WatchlistImport.objects.all():
            assert not self.is_past(upload.received_at, "watchlist_import")

    @invariant()
    def nothing_of_a_false_alert_outlives_its_rule(self) -> None:
        if not self.is_fresh:
            return
        now = timezone.now()
        for alert in Alert.objects.filter(status=AlertStatus.DISMISSED, erased_at=None):
            is_for_good = alert.undo_until is None or alert.undo_until <= now
            assert not (is_for_good and self.is_past(alert.decided_at, "false_alert"))

    @invariant()
    def an_erased_alert_shows_nobody(self) -> None:
        for alert in Alert.objects.exclude(erased_at=None):
            assert (alert.entry_id, alert.probe_id, alert.context_id) == (None, None, None)

    @invariant()
    def whoever_was_withdrawn_is_gone_at_once(self) -> None:
        assert not StoredImage.objects.filter(pk__in=self.withdrawn).exists()
        assert not any(image_store.path_of(image_id).exists() for image_id in self.withdrawn)

    @invariant()
    def no_copy_opens_after_its_time(self) -> None:
        self._remember()
        keyless = set(self.copies) and self._keyless()
        for copy in self.copies.values():
            if copy.deployment_id in keyless:
                assert not copy.opens()

    @invariant()
    def what_is_being_written_stays(self) -> None:
        assert all(image_store.path_of(image.pk).exists() for image in self.in_writing)

    @invariant()
    def the_ledger_agrees(self) -> None:
        if not self.is_to_agree:
            return
        self.is_to_agree = False
        told = {finding.what for finding in reconcile().findings} - {"file_without_row"}
        assert told <= (set() if self.is_fresh else WAITING)
        erased = Alert.objects.exclude(erased_at=None).count()
        assert erased == self.in_ledger("alert", "false_alert")

    def in_ledger(self, *kinds: str) -> int:
        return sum(
            row.count
            for deployment in Deployment.objects.all()
            for row in deployment.erasures.filter(kind__in=kinds)
        )

    def _over(self) -> Iterator[tuple[Deployment, datetime]]:
        for deployment in Deployment.objects.exclude(ended_at=None):
            assert deployment.ended_at is not None
            yield deployment, deployment.ended_at

    def _keyless(self) -> set[int]:
        """Those whose key is gone, and those whose key must be: housekeeping went through after
        everything that it opens was past its time."""
        keyed = set(DeploymentKey.objects.values_list("deployment", flat=True))
        gone = {deployment.pk for deployment, _ in self._over()} - keyed
        if self.is_fresh:
            gone |= {each.pk for each, over in self._over() if self._is_spent(over)}
        return gone

    def _is_spent(self, over: datetime) -> bool:
        return all(self.is_past(over, kind) for kind in ("watchlist", "alert", "sign_photograph"))

    def _remember(self) -> None:
        for image in StoredImage.objects.exclude(pk__in=self.copies):
            self.copies[image.pk] = _copy_of_image(image)
        for file in ImportFile.objects.exclude(pk__in=self.copies).select_related(
            "watchlist_import"
        ):
            self.copies[file.pk] = _copy_of_upload(file)


def _copy_of_image(image: StoredImage) -> Copy:
    path = image_store.path_of(image.pk)
    row = StoredImage(pk=image.pk, deployment_id=image.deployment_id)
    return Copy(image.deployment_id, path, path.read_bytes(), lambda: image_store.read(row))


def _copy_of_upload(file: ImportFile) -> Copy:
    path, deployment_id = import_files.path_of(file.pk), file.watchlist_import.deployment_id

    def read() -> bytes:
        key = image_store.data_key(Deployment.objects.get(pk=deployment_id))
        return open_encrypted(path, key=key, record_id=str(file.pk)).read()

    return Copy(deployment_id, path, path.read_bytes(), read)
