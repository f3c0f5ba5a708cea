"""What must be true before recognition may begin, each with its evidence in words."""

from deployments.start_checks.check import Check, Link
from deployments.start_checks.once import once
from deployments.start_checks.registry import Subject, register
from deployments.start_checks.running import failed_checks, run_checks

__all__ = ["Check", "Link", "Subject", "failed_checks", "once", "register", "run_checks"]
