from pathlib import Path

import av
import numpy as np

from recognition.synthetic.clip import write_clip
from recognition.synthetic.street_camera import FPS, HEIGHT, WIDTH


def test_frames_come_back_in_order_at_their_rate(tmp_path: Path):
    levels = [20, 90, 160, 230]
    pictures = ((np.full((HEIGHT, WIDTH, 3), level, np.uint8), ()) for level in levels)
    seen: list[int] = []

    truth = write_clip(tmp_path / "clip.mp4", pictures, quality=20, progress=seen.append)

    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert container.streams.video[0].average_rate == FPS
        found = [frame.to_ndarray(format="gray").mean() for frame in container.decode(video=0)]
    assert np.allclose(found, levels, atol=4)
    assert truth == [(), (), (), ()]
    assert seen == [1, 2, 3, 4]


def test_the_same_pictures_make_the_same_file(tmp_path: Path):
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[200:300, 300:500] = np.random.default_rng(1).integers(0, 255, (100, 200, 3))
    for name in ("one.mp4", "two.mp4"):
        write_clip(tmp_path / name, iter([(picture, ())] * 3), quality=30)

    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
