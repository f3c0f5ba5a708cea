"""The sections of the bench, in the order in which they are measured. Imports none of them."""

from __future__ import annotations

SECTIONS = {
    "embed": "faces to templates, against dlib and DeepFace on the same weights",
    "search": "a face among many, against a matrix product and DeepFace's own search",
    "detect": "faces found and milliseconds a frame, for each detector, picture and face size",
    "pipeline": "video to decisions, against a loop over DeepFace.represent and pgvector",
    "enrol": "encrypted images to templates in the database",
    "imports": "a sheet and its images to templates; the dry run of 20,000 rows",
    "recording": "what storing a camera's packets costs beside recognition",
    "latency": "from the capture of a picture to the alert in the database",
    "following": "from a change of a live watchlist to recognition that searches by it",
    "purge": "a million due rows and 100,000 files, beside alerts of another deployment",
    "audit": "an event beside a transition; five million of them, verified and read by pages",
    "non_match": "how long the face of a passer-by is in the memory of a worker",
    "memory": "what looped video does to the memory of a worker",
}
