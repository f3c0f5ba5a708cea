"""What cameras record where that is authorised, on what ground some of it is kept longer, and to
whom it was handed over. The pictures lie encrypted in the file store, a key for each segment."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from deployments.append_only import append_only, no_truncate
from deployments.enums import FootageGapReason, FootageGround
from deployments.footage_sql import HELD_SQL, TAKEN_IN_SQL, footage_sql, hold_sql
from deployments.models.camera import Camera
from deployments.models.deployment import Deployment
from deployments.models.person import User


class FootageSegment(models.Model):
    """A minute or so of one camera. Without `ended_at` it is being written. `number` is its place
    in the deployment's chain, in the order in which segments were finished; the row stays when
    the pictures are erased, so that the chain can be followed ever after."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="footage")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    byte_count = models.PositiveBigIntegerField(default=0)
    content_sha256 = models.CharField("SHA-256 of the video", max_length=64, blank=True)
    # The process that wrote it was cut off: it is readable up to there.
    is_cut_short = models.BooleanField(default=False)
    number = models.PositiveIntegerField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("started_at", "camera_id")
        constraints = [
            models.UniqueConstraint(fields=("deployment", "number"), name="footage_chain_position"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, number__isnull=True)
                | Q(ended_at__gte=F("started_at"), number__isnull=False)
                & ~Q(hash="")
                & ~Q(content_sha256=""),
                name="footage_finished_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=("ended_at",), condition=Q(erased_at__isnull=True), name="footage_there"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="footage",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("last_number", "integer"), ("last_hash", "text")],
                func=footage_sql(),
            ),
            pgtrigger.Trigger(
                name="footage_taken_in",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                func=TAKEN_IN_SQL,
            ),
            no_truncate("footage"),
        ]

    def __str__(self) -> str:
        return f"Segment {self.number or 'in writing'} of {self.deployment}"

    @property
    def is_there(self) -> bool:
        return self.number is not None and self.erased_at is None


class FootageKey(models.Model):
    """The segment's own data key, wrapped by the master key: without this row it does not open."""

    segment = models.OneToOneField(FootageSegment, models.CASCADE, related_name="key")
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return f"Key of {self.segment}"


class FootageGap(models.Model):
    """From when to when a camera was not recorded although it should have been. Recognition went
    on."""

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="footage_gaps")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=16, choices=FootageGapReason)

    class Meta:
        ordering = ("began_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="footage_gap_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"Gap of {self.camera}: {self.get_reason_display()}"


class FootageHold(models.Model):
    """A named exception: single segments stay beyond their period until the hold is released."""

    # What the journal of erasures names it by: a backup's own numbers may be given again.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="footage_holds")
    segments = models.ManyToManyField(FootageSegment, through="FootageHeld", related_name="holds")
    ground = models.CharField(max_length=16, choices=FootageGround)
    reason = models.TextField("why these segments are needed")
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    held_at = models.DateTimeField(auto_now_add=True)
    review_on = models.DateField("to be reviewed by")
    # What is finished later and overlaps this time is taken in by the database; nothing without an
    # end. Without a camera it is of each, without a beginning from the first.
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+", null=True)
    begins = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)
    release_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-held_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="footage_hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False) & ~Q(release_reason=""),
                name="footage_hold_released_with_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="footage_hold",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=hold_sql(),
            ),
            no_truncate("footage_hold"),
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk}: {self.get_ground_display()}"


class FootageHeld(models.Model):
    """One segment of a hold."""

    hold = models.ForeignKey(FootageHold, models.CASCADE, related_name="+")
    segment = models.ForeignKey(FootageSegment, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("hold", "segment"), name="held_once_a_hold"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="footage_held",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=HELD_SQL,
            ),
            no_truncate("footage_held"),
        ]

    def __str__(self) -> str:
        return f"{self.segment} under hold {self.hold_id}"


class FootageDisclosure(models.Model):
    """Footage that left the system: what, to whom, why, and the signed list of its hashes."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="disclosures")
    segments = models.ManyToManyField(
        FootageSegment, through="DisclosedSegment", related_name="disclosures"
    )
    ground = models.CharField(max_length=16, choices=FootageGround)
    recipient = models.CharField("organisation that receives it", max_length=120)
    recipient_person = models.CharField("person who receives it", max_length=120, blank=True)
    reason = models.TextField("why it is handed over")
    disclosed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    disclosed_at = models.DateTimeField(auto_now_add=True)
    # As it lies in the export, byte for byte, so that the signature can be checked again.
    manifest = models.TextField()
    signature = models.CharField("Ed25519 signature in hexadecimal", max_length=128)

    class Meta:
        ordering = ("-disclosed_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(recipient="") & ~Q(reason="") & ~Q(signature=""),
                name="footage_disclosure_is_whole",
            ),
        ]
        triggers = append_only("footage_disclosure")

    def __str__(self) -> str:
        return f"Disclosure {self.pk} to {self.recipient}"


class DisclosedSegment(models.Model):
    """One segment of a disclosure."""

    disclosure = models.ForeignKey(FootageDisclosure, models.CASCADE, related_name="+")
    segment = models.ForeignKey(FootageSegment, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("disclosure", "segment"), name="disclosed_once_a_disclosure"
            ),
        ]
        triggers = append_only("disclosed_segment")

    def __str__(self) -> str:
        return f"{self.segment} in disclosure {self.disclosure_id}"
