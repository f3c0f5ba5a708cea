"""Footage, its holds, and the pictures made for those who ask for it: gone after their time, whole
while they are held."""

import uuid
from datetime import datetime, time, timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from deployments.enums import (
    FootageGround,
    Status,
    SubjectAccessFileKind,
    SubjectAccessRefusal,
    SubjectAccessStatus,
)
from deployments.footage import chain, holds, store
from deployments.footage.store import OpenSegment
from deployments.models import (
    FootageHold,
    FootageSegment,
    SubjectAccessFile,
    SubjectAccessRequest,
)
from deployments.subject_access import handover, requests
from deployments.subject_access import store as access_store
from tests.deployments.access_requests import opened, with_copy
from tests.deployments.machine.lists_and_alerts import Copy, ListsAndAlerts
from tests.deployments.machine.passing_time import WHICH, files_follow
from tests.deployments.recordings import recorded, write_into
from tests.factories import person

S = SubjectAccessStatus
ANSWERS = st.sampled_from([S.HANDED_OVER, S.NOTHING_FOUND, S.REFUSED])


class FootageAndAccess(ListsAndAlerts):
    def __init__(self) -> None:
        super().__init__()
        self.footage: dict[uuid.UUID, Copy] = {}
        self.pictures: dict[uuid.UUID, Copy] = {}
        self.held: dict[int, list[uuid.UUID]] = {}  # by open hold

    @rule(which=WHICH)
    def a_camera_is_recorded(self, which: int) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        if live is not None and self.is_clock_right and live.footage.count() < 3:
            recorded(live)

    @rule(which=WHICH)
    def a_recorder_is_killed(self, which: int) -> None:
        self.is_fresh = False
        live = self.one(which, Status.LIVE)
        if live is not None and self.is_clock_right and live.footage.count() < 3:
            cut_off = OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now())
            write_into(cut_off, seconds=12, is_finished=False)
            cut_off.abandon()

    @rule(which=WHICH, days=st.integers(1, 60))
    def a_segment_is_held(self, which: int, days: int) -> None:
        segment = self._one_there(which)
        if segment is not None:
            made = holds.hold(
                segment.deployment,
                [segment],
                ground=FootageGround.COMPLAINT,
                reason="Complaint 12/26.",
                review_on=timezone.localdate() + timedelta(days=days),
                by=person("disclosure_officer"),
            )
            self.held[made.pk] = [segment.pk]

    @rule(which=WHICH)
    def a_hold_is_reviewed(self, which: int) -> None:
        hold = self._one_hold(which)
        later = None if hold is None else max(hold.review_on, timezone.localdate()) + timedelta(14)
        if hold is not None and later is not None and later <= holds.latest_review():
            holds.extend(
                hold, review_on=later, reason="Still needed.", by=person("disclosure_officer")
            )

    @rule(which=WHICH)
    def a_hold_is_released(self, which: int) -> None:
        self.is_fresh = False
        hold = self._one_hold(which)
        if hold is not None:
            holds.release(hold, reason="Withdrawn.", by=person("disclosure_officer"))
            del self.held[hold.pk]

    @rule(which=WHICH)
    def somebody_asks_for_access(self, which: int) -> None:
        self.is_fresh = False
        segment = self._one_there(which)
        if segment is None or SubjectAccessRequest.objects.count() > 2:
            return
        assert segment.ended_at is not None
        request = opened(segment.deployment, begins=segment.started_at, ends=segment.ended_at)
        with files_follow():
            with_copy(request, segment)
        assert request.hold is not None
        kept = [each.pk for each in requests.segments_of(request) if each.is_there]
        self.held[request.hold.pk] = kept

    @rule(which=WHICH, answer=ANSWERS)
    def access_is_answered(self, which: int, answer: SubjectAccessStatus) -> None:
        self.is_fresh = False
        waiting = list(SubjectAccessRequest.objects.filter(ended_at=None).order_by("pk"))
        if not waiting:
            return
        request = waiting[which % len(waiting)]
        officer = person("disclosure_officer")
        with files_follow():
            if answer != S.HANDED_OVER or not handover.copies_of(request):
                # Of the copy that was made nothing is needed, or it went while nobody answered.
                requests.refuse(request, ground=SubjectAccessRefusal.OTHERS, by=officer)
            else:
                handover.hand_over(requests.confirm(request, by=officer), by=officer)
        self.held.pop(request.hold_id or 0, None)

    @invariant()
    def footage_goes_after_its_time(self) -> None:
        if not self.is_fresh:
            return
        kept = {segment_id for held in self.held.values() for segment_id in held}
        # The hold of a request takes in what is finished later of its time.
        for request in SubjectAccessRequest.objects.filter(ended_at=None):
            kept |= {segment.pk for segment in requests.segments_of(request)}
        for segment in FootageSegment.objects.filter(erased_at=None).exclude(pk__in=kept):
            assert not self.is_past(segment.ended_at, "footage")

    @invariant()
    def what_is_held_is_whole(self) -> None:
        kept = {segment_id for held in self.held.values() for segment_id in held}
        for segment in FootageSegment.objects.filter(pk__in=kept):
            assert segment.is_there
            assert chain.fault_of(segment) == ""

    @invariant()
    def pictures_for_access_go_after_their_time(self) -> None:
        for file in SubjectAccessFile.objects.select_related("request"):
            request = file.request
            assert not request.is_over or (
                request.status == S.HANDED_OVER and file.kind == SubjectAccessFileKind.COPY
            )
            day_after = datetime.combine(request.due_on + timedelta(days=1), time())
            clock = request.ended_at or timezone.make_aware(day_after)
            assert not (self.is_fresh and self.is_past(clock, "subject_access_copy"))

    @invariant()
    def no_copy_of_footage_opens_after_its_erasure(self) -> None:
        self._remember_footage()
        there = set(FootageSegment.objects.filter(erased_at=None).values_list("pk", flat=True))
        there |= set(SubjectAccessFile.objects.values_list("pk", flat=True))
        for record_id, copy in (self.footage | self.pictures).items():
            assert record_id in there or not copy.opens()

    @invariant()
    def the_ledger_counts_footage_and_pictures(self) -> None:
        erased = FootageSegment.objects.exclude(erased_at=None).count()
        assert erased == self.in_ledger("footage")
        there = SubjectAccessFile.objects.count()
        assert len(self.pictures) - there == self.in_ledger("subject_access_copy")

    def _one_there(self, which: int) -> FootageSegment | None:
        there = FootageSegment.objects.filter(erased_at=None).exclude(number=None)
        found = list(there.select_related("deployment").order_by("deployment", "number"))
        return found[which % len(found)] if found else None

    def _one_hold(self, which: int) -> FootageHold | None:
        """Not that of a request, which its answer releases."""
        own = FootageHold.objects.filter(released_at=None, subject_access=None).order_by("pk")
        found = list(own.select_related("deployment"))
        return found[which % len(found)] if found else None

    def _remember_footage(self) -> None:
        known = [*self.footage, *self.pictures]
        there = FootageSegment.objects.filter(erased_at=None).exclude(number=None)
        for segment in there.exclude(pk__in=known):
            path = store.path_of(segment.pk)

            def read(segment: FootageSegment = segment) -> bytes:
                with store.opened(segment) as file:
                    return file.read()

            self.footage[segment.pk] = Copy(segment.deployment_id, path, path.read_bytes(), read)
        for picture in SubjectAccessFile.objects.exclude(pk__in=known):
            path = access_store.path_of(picture.pk)
            self.pictures[picture.pk] = Copy(
                picture.request.deployment_id,
                path,
                path.read_bytes(),
                lambda pk=picture.pk: _read_picture(pk),  # type: ignore[misc]
            )


def _read_picture(file_id: uuid.UUID) -> bytes:
    """Its key is in its row."""
    row = SubjectAccessFile.objects.filter(pk=file_id).first() or SubjectAccessFile(pk=file_id)
    with access_store.opened(row) as file:
        return file.read()
