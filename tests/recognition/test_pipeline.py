import gc
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from recognition.attention import Pace
from recognition.pipeline import MAX_EMBEDDED_PER_FRAME, Pipeline, Settings
from recognition.protocols import KeepGoing, always
from recognition.types import Box, Frame, Sighting
from tests.recognition.scripted_parts import (
    ANY_PICTURE,
    ConstantDetector,
    ScriptedDetector,
    ScriptedEmbedder,
    ScriptedReader,
    face_in_profile,
    frame,
    frontal_face,
    gallery_of,
    pipeline_of,
    street,
)

SOUGHT, PASSER_BY, OTHER = 1, 2, 3
LEFT, RIGHT = frontal_face(60, 100), frontal_face(400, 100)


def watch(pipeline: Pipeline, *frames: Frame) -> list[Sighting]:
    found: list[Sighting] = []
    pipeline.run(ScriptedReader(*frames), found.append)
    return found


def two_walkers(number: int) -> Frame:
    return frame(number, street((SOUGHT, LEFT), (PASSER_BY, RIGHT)))


def test_the_one_who_is_sought_is_sighted_and_nobody_else() -> None:
    pipeline = pipeline_of(ConstantDetector(LEFT, RIGHT), gallery=gallery_of(SOUGHT, OTHER))

    (sighting,) = watch(pipeline, *map(two_walkers, range(1, 10)))

    assert sighting.match.candidate.entry_id == SOUGHT
    assert sighting.match.candidate.similarity == pytest.approx(1.0)
    assert sighting.face.box == LEFT.box
    assert [face.box for face in sighting.other_faces] == [RIGHT.box]
    assert sighting.frame.number == 1, "on the first usable face"
    assert sighting.is_first
    assert (sighting.probe_crop[40, 40] == SOUGHT).all()


def test_what_was_done_is_counted() -> None:
    pipeline = pipeline_of(ConstantDetector(LEFT, RIGHT), gallery=gallery_of(SOUGHT))
    reader = ScriptedReader(*map(two_walkers, range(1, 6)), dropped=7)

    counts = pipeline.run(reader, lambda _: None)

    assert (counts.frames, counts.faces, counts.faces_seen) == (5, 10, 2)
    assert (counts.embedded, counts.sightings, counts.dropped) == (2, 1, 7)


def test_a_track_is_embedded_at_its_pace_and_not_each_frame() -> None:
    embedder = ScriptedEmbedder()
    pipeline = pipeline_of(ConstantDetector(LEFT), gallery=gallery_of(OTHER), embedder=embedder)

    watch(pipeline, *(frame(n, street((PASSER_BY, LEFT))) for n in range(1, 26)))

    assert len(embedder.batches) == 4, "a second of 25 frames, at most one in 0.3 s"


def test_repeats_extend_the_first_sighting_at_a_limited_rate() -> None:
    pipeline = pipeline_of(ConstantDetector(LEFT), gallery=gallery_of(SOUGHT))

    found = watch(pipeline, *(frame(n, street((SOUGHT, LEFT))) for n in range(1, 151)))

    assert [sighting.is_first for sighting in found] == [True, False, False]
    assert {sighting.track_id for sighting in found} == {1}


def test_two_similarities_over_the_threshold_where_the_deployment_asks_for_two() -> None:
    settings = Settings(threshold=0.9, limits=ANY_PICTURE, confirmations=2)
    pipeline = pipeline_of(ConstantDetector(LEFT), gallery=gallery_of(SOUGHT), settings=settings)

    found = watch(pipeline, *(frame(n, street((SOUGHT, LEFT))) for n in range(1, 12)))

    assert [sighting.frame.number for sighting in found] == [9]


def test_an_unusable_face_is_tracked_but_neither_embedded_nor_counted() -> None:
    embedder = ScriptedEmbedder()
    profile = face_in_profile(60, 100)
    pipeline = pipeline_of(ConstantDetector(profile), gallery=gallery_of(SOUGHT), embedder=embedder)

    result = pipeline.process(frame(1, street((SOUGHT, profile))))

    assert len(result.tracks) == 1
    assert embedder.batches == []
    assert pipeline.counts.faces_seen == 0


def test_faces_of_one_frame_are_embedded_and_searched_together() -> None:
    faces = [frontal_face(90 * k, 10) for k in range(6)]
    embedder = ScriptedEmbedder()
    pipeline = pipeline_of(ConstantDetector(*faces), gallery=gallery_of(SOUGHT), embedder=embedder)

    pipeline.process(frame(1, street(*((k, face) for k, face in enumerate(faces)))))

    assert embedder.batches == [6]


def test_a_crowd_is_embedded_over_several_frames_newcomers_first() -> None:
    faces = [frontal_face(20 * (k % 25), 40 * (k // 25), 18) for k in range(50)]
    settings = Settings(
        threshold=0.9,
        limits=ANY_PICTURE.__class__(min_size_px=10, min_sharpness=-1, min_exposure=0),
    )
    embedder = ScriptedEmbedder()
    pipeline = pipeline_of(
        ConstantDetector(*faces), gallery=gallery_of(SOUGHT), embedder=embedder, settings=settings
    )
    image = street(*((PASSER_BY, face) for face in faces))

    pipeline.process(frame(1, image))
    pipeline.process(frame(2, image))

    assert embedder.batches == [MAX_EMBEDDED_PER_FRAME, 50 - MAX_EMBEDDED_PER_FRAME]


def test_an_embedding_that_is_no_number_matches_nobody() -> None:
    embedder = ScriptedEmbedder(embed=lambda chips: np.zeros((len(chips), 8), np.float32))
    settings = Settings(threshold=-1.0, limits=ANY_PICTURE)
    pipeline = pipeline_of(
        ConstantDetector(LEFT), gallery=gallery_of(SOUGHT), embedder=embedder, settings=settings
    )

    assert watch(pipeline, frame(1, street((SOUGHT, LEFT)))) == []


def test_only_the_zone_is_searched_and_its_faces_are_placed_in_the_frame() -> None:
    inside = frontal_face(80, 20)  # as found in the right half
    detector = ScriptedDetector([inside])
    settings = Settings(threshold=0.9, limits=ANY_PICTURE, zone=Box(0.5, 0, 0.5, 1))
    pipeline = pipeline_of(detector, gallery=gallery_of(SOUGHT), settings=settings)

    (sighting,) = watch(pipeline, frame(1, street((SOUGHT, frontal_face(400, 20)))))

    assert detector.shapes == [(360, 320, 3)]
    assert sighting.face.box == Box(400, 20, 80, 80)


def test_a_frame_size_that_changes_is_no_error() -> None:
    pipeline = pipeline_of(ConstantDetector(LEFT), gallery=gallery_of(SOUGHT))

    small = frame(2, street((SOUGHT, LEFT), width=160, height=120))
    found = watch(pipeline, two_walkers(1), small, two_walkers(3))

    assert len(found) == 1


def test_nothing_is_reported_once_told_to_stop() -> None:
    answers = iter([True, False])  # the reader asks, then the pipeline before it reports
    pipeline = pipeline_of(ConstantDetector(LEFT), gallery=gallery_of(SOUGHT))
    found: list[Sighting] = []

    pipeline.run(ScriptedReader(two_walkers(1)), found.append, lambda: next(answers))

    assert found == []


# Rule I2: no embedding or crop outlives its frame.


def test_neither_crop_nor_embedding_outlives_its_frame() -> None:
    kept: list[weakref.ref[np.ndarray]] = []
    pipeline = pipeline_of(
        ConstantDetector(LEFT, RIGHT),
        gallery=gallery_of(OTHER),
        settings=Settings(threshold=0.9, limits=ANY_PICTURE, pace=Pace(retry_s=0)),
        on_biometric=lambda array: kept.append(weakref.ref(array)),
    )

    for number in range(1, 6):
        pipeline.process(two_walkers(number))

    gc.collect()
    assert len(kept) == 10, "chips and embeddings of five frames"
    assert [ref for ref in kept if ref() is not None] == []


def test_a_stalled_camera_leaves_no_picture_behind() -> None:
    pictures: list[weakref.ref[np.ndarray]] = []
    alive_while_waiting: list[bool] = []

    class Stalling(ScriptedReader):
        def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
            for number in (1, 2):
                image = street((PASSER_BY, LEFT))
                pictures.append(weakref.ref(image))
                shot = frame(number, image)
                del image
                yield shot
                del shot
                gc.collect()
                alive_while_waiting.append(pictures[-1]() is not None)

    pipeline = pipeline_of(ConstantDetector(LEFT), gallery=gallery_of(OTHER))

    # The generator's own name for the frame is gone after `yield` only once it goes on, so
    # what counts is whether the pipeline still holds the picture by then.
    pipeline.run(Stalling(), lambda _: None)

    assert alive_while_waiting == [False, False]


def test_what_is_remembered_of_a_lost_track_is_forgotten() -> None:
    pipeline = pipeline_of(ScriptedDetector([LEFT]), gallery=gallery_of(OTHER))

    pipeline.process(two_walkers(1))
    assert len(pipeline._memories) == 1
    pipeline.process(two_walkers(200))
    assert pipeline._memories == {}
