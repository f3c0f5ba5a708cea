"""Requests of people for the footage in which they are seen, and the pictures made to answer them.

Who asks is never written down here: the force's case number leads to its own records. The pictures
lie encrypted in the file store, a key for each."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q

from deployments.append_only import no_truncate
from deployments.enums import (
    SUBJECT_ACCESS_MOVES,
    IdentityProof,
    SubjectAccessFileKind,
    SubjectAccessRefusal,
    SubjectAccessStatus,
)
from deployments.models.camera import Camera
from deployments.models.deployment import Deployment
from deployments.models.footage import FootageDisclosure, FootageHold, FootageSegment
from deployments.models.person import User
from deployments.subject_access_sql import request_sql

S = SubjectAccessStatus
ENDS = tuple(status for status, moves in SUBJECT_ACCESS_MOVES.items() if not moves)
# A number, not a name: capitals, digits and what separates them, with a digit among them.
CASE_NUMBER = r"^(?=.*[0-9])[A-Z0-9][A-Z0-9/.-]{1,39}$"


class SubjectAccessRequest(models.Model):
    """One place and time that somebody asks about (Data Protection Act 2018, s. 45)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case_number = models.CharField("the force's case number", max_length=40)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="subject_access")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+")
    begins = models.DateTimeField("from")
    ends = models.DateTimeField("until")
    # With all that was asked for to know who it is: the month runs from there (s. 54).
    received_on = models.DateField("received on")
    due_on = models.GeneratedField(
        expression=Func(
            F("received_on"),
            template="(%(expressions)s + INTERVAL '1 month')::date",
            output_field=models.DateField(),
        ),
        output_field=models.DateField(),
        db_persist=True,
    )
    identity = models.CharField(
        "how the identity was established", max_length=16, choices=IdentityProof
    )
    status = models.CharField(max_length=16, choices=S, default=S.OPEN)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    # Nothing is held where nothing was left to hold.
    hold = models.OneToOneField(
        FootageHold, models.PROTECT, related_name="subject_access", null=True
    )
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    reviewed_at = models.DateTimeField(null=True)
    refusal_ground = models.CharField(max_length=20, choices=SubjectAccessRefusal, blank=True)
    disclosure = models.OneToOneField(
        FootageDisclosure, models.PROTECT, related_name="subject_access", null=True
    )
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(case_number__regex=CASE_NUMBER), name="subject_access_case_number"
            ),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="subject_access_period"),
            models.CheckConstraint(
                condition=Q(status__in=ENDS, ended_by__isnull=False, ended_at__isnull=False)
                | ~Q(status__in=ENDS) & Q(ended_by__isnull=True, ended_at__isnull=True),
                name="subject_access_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status=S.REFUSED) & ~Q(refusal_ground="")
                | ~Q(status=S.REFUSED) & Q(refusal_ground=""),
                name="subject_access_refused_on_a_ground",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=(S.REVIEWED, S.HANDED_OVER))
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="subject_access_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status=S.HANDED_OVER, disclosure__isnull=False)
                | ~Q(status=S.HANDED_OVER) & Q(disclosure__isnull=True),
                name="subject_access_disclosed_on_record",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="subject_access",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=request_sql(),
            ),
            no_truncate("subject_access"),
        ]

    def __str__(self) -> str:
        return f"Subject access {self.case_number}"

    @property
    def is_over(self) -> bool:
        return self.status in ENDS

    @property
    def reason(self) -> str:
        """Why its pictures are looked at, as the audit trail says it."""
        return f"Subject access, case {self.case_number}"


class SubjectAccessFile(models.Model):
    """A picture made for a request by a recognition worker: asked for, worked on, done or failed.
    `at_s` counts from the first picture of its segment; a face's place is in fractions of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(SubjectAccessRequest, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=SubjectAccessFileKind)
    segment = models.ForeignKey(FootageSegment, models.PROTECT, related_name="+")
    at_s = models.FloatField()
    still = models.ForeignKey("self", models.CASCADE, related_name="faces", null=True)
    number = models.PositiveSmallIntegerField("number of the face", null=True)
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    w = models.FloatField(null=True)
    h = models.FloatField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    worked_at = models.DateTimeField("last sign of its worker", null=True)
    percent = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True)
    wrapped = models.BinaryField("data key, wrapped by the master key", null=True)
    byte_count = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    frame_count = models.PositiveIntegerField(default=0)
    hidden_count = models.PositiveIntegerField("frames hidden whole", default=0)

    class Meta:
        ordering = ("asked_at", "number")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True)
                | Q(wrapped__isnull=False, fault="") & ~Q(sha256=""),
                name="subject_access_file_done_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind=SubjectAccessFileKind.STILL, number__isnull=True)
                | ~Q(kind=SubjectAccessFileKind.STILL)
                & Q(
                    number__isnull=False,
                    x__isnull=False,
                    y__isnull=False,
                    w__gt=0,
                    h__gt=0,
                ),
                name="subject_access_file_of_one_face",
            ),
            models.UniqueConstraint(fields=("still", "number"), name="subject_access_face_number"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.request}"

    @property
    def is_working(self) -> bool:
        return self.done_at is None and not self.fault
