from recognition.tracker import GeometryTracker
from recognition.types import Box, Face, Track
from tests.recognition.scripted_parts import frontal_face


def walk(tracker: GeometryTracker, frames: dict[int, list[Face]]) -> list[list[Track]]:
    return [tracker.update(faces, number) for number, faces in frames.items()]


def ids(tracks: list[Track]) -> list[int]:
    return [track.id for track in tracks if not track.missed_frames]


def test_a_walker_keeps_one_track() -> None:
    tracker = GeometryTracker()

    seen = walk(tracker, {n: [frontal_face(10 + 6 * n, 50 + n)] for n in range(1, 60)})

    assert {track.id for tracks in seen for track in tracks} == {1}
    assert seen[-1][0].age_frames == 58


def test_two_who_cross_keep_their_tracks() -> None:
    tracker = GeometryTracker()
    plan = {
        n: [frontal_face(50 + 8 * n, 100, 60), frontal_face(530 - 8 * n, 130, 60)]
        for n in range(60)
    }

    for number, faces in plan.items():
        order = faces if number % 2 else faces[::-1]  # a detector promises no order
        places = {track.face.box.y: track.id for track in tracker.update(order, number)}

    assert places in ({100: 2, 130: 1}, {100: 1, 130: 2})
    assert tracker._next_id == 3


def test_a_short_occlusion_does_not_break_a_track() -> None:
    tracker = GeometryTracker()
    plan = {n: [frontal_face(20 + 5 * n, 80)] for n in range(40)}
    for hidden in range(20, 32):
        plan[hidden] = []

    seen = walk(tracker, plan)

    assert ids(seen[-1]) == ids(seen[0])
    assert seen[25][0].missed_frames == 6
    assert abs(seen[25][0].face.box.x - (20 + 5 * 25)) < 4, "expected where the walker would be"


def test_a_track_ends_when_its_face_stays_away() -> None:
    tracker = GeometryTracker(max_missed=5)
    tracker.update([frontal_face(10, 10)], 1)

    assert len(tracker.update([], 6)) == 1
    assert tracker.update([], 7) == []


def test_dropped_frames_do_not_break_a_track() -> None:
    tracker = GeometryTracker()

    seen = walk(tracker, {n: [frontal_face(10 + 4 * n, 50, 40)] for n in range(0, 60, 3)})

    assert {track.id for tracks in seen for track in tracks} == {1}


def test_a_far_face_of_another_size_is_somebody_else() -> None:
    tracker = GeometryTracker()
    tracker.update([frontal_face(100, 100, 40)], 1)

    tracks = tracker.update([frontal_face(100, 100, 120)], 2)

    assert ids(tracks) == [2]


def test_a_recording_that_starts_again_shares_no_track_with_its_first_showing() -> None:
    tracker = GeometryTracker()
    tracker.update([frontal_face(10, 10)], 100)

    assert ids(tracker.update([frontal_face(10, 10)], 1)) == [2]


def test_a_track_holds_geometry_only() -> None:
    tracker = GeometryTracker()
    (track,) = tracker.update([frontal_face(10, 10)], 1)

    assert track.__slots__ == ("id", "face", "age_frames", "missed_frames")
    assert track.face.__slots__ == ("box", "landmarks", "score")
    assert track.face.box == Box(10, 10, 80, 80)


def test_fifty_faces_at_once() -> None:
    tracker = GeometryTracker()
    plan = {n: [frontal_face(25 * k + n, 30 * (k % 10), 20) for k in range(50)] for n in range(20)}

    seen = walk(tracker, plan)

    assert len(seen[-1]) == 50
    assert tracker._next_id == 51
