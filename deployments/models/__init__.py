from deployments.models.audit import AuditEvent
from deployments.models.audit_checkpoint import AuditCheckpoint, AuditVerification
from deployments.models.authority import AuthorityDocument
from deployments.models.camera import Camera
from deployments.models.deployment import (
    Deployment,
    DeploymentCamera,
    DeploymentKey,
    StatusChange,
)
from deployments.models.erasure import ErasureRecord
from deployments.models.footage import (
    DisclosedSegment,
    FootageDisclosure,
    FootageGap,
    FootageHeld,
    FootageHold,
    FootageKey,
    FootageSegment,
)
from deployments.models.force import Force
from deployments.models.heartbeat import Heartbeat
from deployments.models.image import StoredImage
from deployments.models.person import User
from deployments.models.policy_document import PolicyDocument
from deployments.models.result import DeploymentResult
from deployments.models.sign import SignPhotograph
from deployments.models.start_record import StartCheckRecord
from deployments.models.still import CameraStill
from deployments.models.subject_access import SubjectAccessFile, SubjectAccessRequest
from deployments.models.training import Briefing, Training
from deployments.models.variation import Variation
from deployments.models.watchlist import WatchlistEntry, WatchlistLedger
from deployments.models.watchlist_checks import LikelySamePerson, StillSoughtCheck
from deployments.models.watchlist_import import ImportFile, ImportRow, WatchlistImport

__all__ = [
    "AuditCheckpoint",
    "AuditEvent",
    "AuditVerification",
    "AuthorityDocument",
    "Briefing",
    "Camera",
    "CameraStill",
    "Deployment",
    "DeploymentCamera",
    "DeploymentKey",
    "DeploymentResult",
    "DisclosedSegment",
    "ErasureRecord",
    "FootageDisclosure",
    "FootageGap",
    "FootageHeld",
    "FootageHold",
    "FootageKey",
    "FootageSegment",
    "Force",
    "Heartbeat",
    "ImportFile",
    "ImportRow",
    "LikelySamePerson",
    "PolicyDocument",
    "SignPhotograph",
    "StartCheckRecord",
    "StatusChange",
    "StillSoughtCheck",
    "StoredImage",
    "SubjectAccessFile",
    "SubjectAccessRequest",
    "Training",
    "User",
    "Variation",
    "WatchlistEntry",
    "WatchlistImport",
    "WatchlistLedger",
]
