"""One camera of one live deployment, from taking its lease to giving it back."""

import time
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError
from structlog import get_logger

from alerts.queries import people_of_open_alerts
from alerts.raising import raise_alert
from deployments.models import Camera, Deployment, DeploymentCamera
from deployments.zones import zone_of
from recognition import leases, live_server
from recognition.alerting import new_alert
from recognition.authority import AuthorityWatch
from recognition.factory import ModelSet, build_models, build_pipeline, load_profile, open_reader
from recognition.footage.archive import recorder_for
from recognition.footage.recorder import Recorder
from recognition.gallery_mirror import MirrorGallery, mirror_of
from recognition.gallery_pgvector import PgvectorGallery
from recognition.leases import Lease
from recognition.live_tap import LiveTap
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from recognition.pipeline import Pipeline, Settings
from recognition.profiles import UnknownProfile
from recognition.protocols import Gallery, Reader
from recognition.rates import RecentRate
from recognition.readers.capture import CaptureReader
from recognition.types import Box, Sighting
from recognition.weights import MissingWeights, WrongWeights

log = get_logger(__name__)

REPORT_EVERY_S = 1.0
# To write what was taken and put the last segment in the chain; what takes longer is recovered.
RECORDING_ENDS_WITHIN_S = 5.0


def run_camera(deployment_id: int, camera_id: int) -> None:
    """Read the camera until its authority ends. Returns at once if another worker has it.

    When the terms of the authority change, it begins anew on those."""
    while _run_on_its_terms(deployment_id, camera_id):
        pass


def _run_on_its_terms(deployment_id: int, camera_id: int) -> bool:
    """Whether the run ended because the terms changed."""
    deployment = Deployment.objects.get(pk=deployment_id)
    if not deployment.cameras.filter(pk=camera_id).exists():
        return False  # a variation took it out
    try:
        models = build_models(load_profile(deployment.profile))
    except (MissingWeights, WrongWeights, UnknownProfile) as error:
        leases.decline(deployment_id, camera_id, words=str(error))
        return False
    lease = leases.take(deployment_id, camera_id)
    if lease is None:
        return False
    try:
        run = CameraRunner(deployment, Camera.objects.get(pk=camera_id), lease, models)
    except Exception as error:  # noqa: BLE001 - whatever it is, the lease is given back
        log.error("camera_run_not_built", camera=camera_id, error=type(error).__name__)
        lease.release(state=RunState.FAILED, state_words=_failure(error))
        return False
    run.run()
    run.release()
    run.finish_recording()
    return run.terms_changed


def _failure(error: Exception) -> str:
    """Its kind only: what an error says of a picture is not written down."""
    return f"Recognition stopped: {type(error).__name__}."


class CameraRunner:
    """The parts of one run and what it reports of itself."""

    def __init__(
        self, deployment: Deployment, camera: Camera, lease: Lease, models: ModelSet
    ) -> None:
        self.deployment = deployment
        self.camera = camera
        self.lease = lease
        self.models = models
        self.gallery = gallery_for(deployment, models)
        self.reader: Reader = open_reader(
            camera.source, loop=camera.loop, since=deployment.status_at.timestamp()
        )
        self.record = recorder_for(deployment, camera.pk)
        self.recorder: Recorder | None = None
        zone = zone_for(deployment, camera)
        self.tap = LiveTap(zone=zone)
        self.view_address = ""
        self.pipeline: Pipeline = build_pipeline(
            models,
            gallery=self.gallery,
            settings=Settings(
                threshold=deployment.threshold,
                zone=zone,
                lookalike_margin=models.profile.lookalike_margin,
                min_face_px=models.profile.min_face_px,
                max_fps=settings.MAX_FPS,
            ),
            watcher=self.tap,
        )
        self._before = CameraRun.objects.values("frame_count", "dropped_count", "faces_seen").get(
            pk=lease.run_id
        )
        self._raised: dict[tuple[int, int], int] = {}  # by track and entry: their alert
        self._reported_at = 0.0
        self._frames_then = 0
        self._faces = RecentRate(over_s=60.0)
        self._failure = ""
        self.terms_changed = False

    def run(self) -> None:
        try:
            if isinstance(self.gallery, MirrorGallery):
                self.gallery.load(self.deployment.watchlist_version)
            with (
                live_server.offered(self.lease.run_id, self.lease.token, self.tap) as address,
                AuthorityWatch(
                    self.deployment.pk,
                    on_tick=self._tick,
                    on_loss=self._stop,
                    terms_version=self.deployment.terms_version,
                ) as authority,
            ):
                self.view_address = address
                if authority.holds():  # nothing is opened before
                    self._begin_to_record(authority)
                    self.pipeline.run(self.reader, self._alert, authority.holds)
            self.terms_changed = authority.terms_changed
        except Exception as error:  # noqa: BLE001
            # No traceback: its locals hold frames and faces.
            self._failure = _failure(error)
            log.error("camera_run_failed", camera=self.camera.pk, error=type(error).__name__)
        finally:
            self.reader.close()
            if self.recorder is not None:
                self.recorder.close()

    def _begin_to_record(self, authority: AuthorityWatch) -> None:
        """Off the same connection to the camera, where the authority has it."""
        if self.record is not None and isinstance(self.reader, CaptureReader):
            self.recorder = self.reader.tap = self.record(authority.holds)

    def finish_recording(self) -> None:
        """The last segment is put away after the camera was given back: it does not wait for a
        disk."""
        if self.recorder is not None:
            self.recorder.join(timeout_s=RECORDING_ENDS_WITHIN_S)

    def _stop(self) -> None:
        self.tap.close()  # who watches sees nothing any more either (I1)
        if self.recorder is not None:
            self.recorder.close()
        self.reader.close()

    def release(self) -> None:
        state = RunState.FAILED if self._failure else RunState(self.reader.state.value)
        if state not in {RunState.FAILED, RunState.ENDED}:
            state = RunState.IDLE
        words = self._failure or ("" if state == RunState.IDLE else self.reader.state_words)
        try:
            self.lease.release(state=state, state_words=words[:200], **self._counts())
        except DatabaseError as error:
            # The lease runs out by itself.
            log.warning("camera_run_not_released", error=type(error).__name__)

    def _alert(self, sighting: Sighting) -> None:
        new = new_alert(sighting, self.models.profile)
        passing = (sighting.track_id, new.entry_id)
        alert = raise_alert(self.deployment, self.camera, new, continues=self._raised.get(passing))
        if alert is not None:
            self._raised[passing] = alert.pk

    def _tick(self, watchlist_version: int) -> bool:
        if isinstance(self.gallery, MirrorGallery):
            self.gallery.follow(watchlist_version)
        if self.tap.is_watched:
            self.tap.show_only(people_of_open_alerts(self.deployment, self.camera))
        now = time.monotonic()
        elapsed = now - self._reported_at
        if elapsed < REPORT_EVERY_S:
            return True
        counts = self.pipeline.counts
        rate = (counts.frames - self._frames_then) / elapsed if self._reported_at else 0.0
        moved = counts.frames > self._frames_then
        self._reported_at, self._frames_then = now, counts.frames
        report = self._counts() | ({"last_frame_at": datetime.now(UTC)} if moved else {})
        return self.lease.renew(
            state=RunState(self.reader.state.value),
            state_words=self.reader.state_words[:200],
            frames_per_s=round(rate, 1),
            faces_per_min=round(60 * self._faces.note(counts.faces_seen, now=now), 1),
            view_address=self.view_address,
            recording_words="" if self.recorder is None else self.recorder.words,
            **report,
        )

    def _counts(self) -> dict[str, object]:
        counts = self.pipeline.counts
        return {
            "frame_count": self._before["frame_count"] + counts.frames,
            "dropped_count": self._before["dropped_count"] + counts.dropped,
            "faces_seen": self._before["faces_seen"] + counts.faces_seen,
            "profile_version": self.models.profile.model_name,
        }


def zone_for(deployment: Deployment, camera: Camera) -> Box | None:
    """The authorised part of the picture, in fractions of it. None, the whole picture, only for
    what was authorised before zones were asked for."""
    zone = zone_of(DeploymentCamera.objects.get(deployment=deployment, camera=camera))
    return None if zone is None else Box(float(zone.x), float(zone.y), float(zone.w), float(zone.h))


def gallery_for(deployment: Deployment, models: ModelSet) -> Gallery:
    version = models.profile.model_name
    if settings.GALLERY == "database":
        return PgvectorGallery(deployment_id=deployment.pk, profile_version=version)
    return mirror_of(deployment.pk, profile_version=version, dimension=models.profile.dimension)
