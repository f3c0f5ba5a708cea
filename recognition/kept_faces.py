"""What a dry run found of a face, sealed until its entry is enrolled: the template, the model that
made it, and how good the face is. It opens with the deployment's key and for the one image that it
was found in."""

import json
from dataclasses import asdict

import numpy as np

from deployments.encryption import Unreadable, seal, unseal
from deployments.models import ImportRow, WatchlistEntry
from recognition.types import Quality, Template

# Between what is said of the embedding, as JSON in one line, and its numbers.
SEPARATOR = b"\n"


def sealed(template: Template, *, of: ImportRow, model: str, key: bytes) -> bytes:
    about = {"model": model, "eyes": template.eyes, "quality": asdict(template.quality)}
    numbers = np.asarray(template.embedding, "<f4").tobytes()
    data = json.dumps(about).encode() + SEPARATOR + numbers
    return seal(data, key=key, associated=_associated(of))


def opened(of: ImportRow | WatchlistEntry, *, model: str, key: bytes) -> Template | None:
    """None where nothing is kept, another model made it, or it does not open: the image is looked
    at then."""
    if of.sealed_face is None:
        return None
    try:
        data = unseal(bytes(of.sealed_face), key=key, associated=_associated(of))
    except Unreadable:
        return None
    about, numbers = data.split(SEPARATOR, 1)
    said = json.loads(about)
    if said["model"] != model:
        return None
    embedding = np.frombuffer(numbers, "<f4").astype(np.float32)
    eyes = said["eyes"] and tuple(said["eyes"])
    return Template(embedding, Quality(**said["quality"]), eyes)


def _associated(of: ImportRow | WatchlistEntry) -> str:
    return f"face in image {bytes(of.image_digest or b'').hex()}"
