"""Images of a watchlist to templates: decrypted, decoded, detected, embedded, stored, audited."""

from __future__ import annotations

import time
from typing import Any

from deployments.enums import EntryStatus
from recognition.bench.options import Options
from recognition.bench.scene import authorised, portraits
from recognition.enrolling import enrol
from recognition.factory import build_models, load_profile

ROUNDS, QUICK_ROUNDS = 5, 1


def measure(options: Options) -> dict[str, Any]:
    build_models(load_profile("embedded"))
    taken, count = 0.0, 0
    for number in range(QUICK_ROUNDS if options.quick else ROUNDS):
        deployment = authorised(f"Enrolment {number}")
        entries = portraits(deployment)
        began = time.perf_counter()
        for entry in entries:
            enrol(entry.pk)
        taken += time.perf_counter() - began
        count += deployment.entries.filter(status=EntryStatus.TO_REVIEW).count()
    return {"enrol_per_s": round(count / taken, 1), "enrolled_images": count}
