"""The figures that the project promises, measured on real faces."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition import factory
from recognition.evaluation.acquisition import Acquisition, Role
from recognition.evaluation.evaluation import Plan, evaluate
from recognition.evaluation.labelled import people_in
from recognition.evaluation.pipeline_chain import PipelineChain
from recognition.evaluation.rivals import DlibChain, StockDeepFace
from recognition.factory import build_models, load_profile

pytestmark = pytest.mark.model


def test_a_model_of_ones_own_finds_ninety_two_of_a_hundred_at_one_false_alert(
    test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("face_detection_yunet_2023mar.onnx", "mobilefacenet.onnx"):
        shutil.copy(test_data / "models" / file, tmp_path / file)
    monkeypatch.setenv("LFR_MODELS_DIR", str(tmp_path))
    monkeypatch.setattr(factory, "_models", {})
    chain = PipelineChain(build_models(load_profile("mobilefacenet")))

    evaluation = evaluate(
        people_in(test_data / "faces" / "lfw"),
        Acquisition(chain),
        plan=Plan(watchlist=250),
        advance=lambda _count: None,
    )

    assert evaluation.point(0.01).tpir.value >= 0.92
    assert evaluation.failure_to_acquire < 0.01


def test_the_rivals_see_the_same_people_with_the_same_weights(test_data: Path) -> None:
    """Each tells people apart; their descriptors of one picture are those of one network."""
    paths = sorted((test_data / "faces" / "lfw").glob("*/*_0002.jpg"))[:6]
    pairs = [(path.with_name(path.name.replace("_0002", "_0001")), path) for path in paths]
    pictures = [np.asarray(cv2.imread(str(path)), np.uint8) for pair in pairs for path in pair]

    by_dlib = DlibChain().templates(pictures, role=Role.PROBE)
    by_deepface = StockDeepFace().templates(pictures, role=Role.PROBE)

    for templates in (by_dlib, by_deepface):
        known = np.stack([each for each in templates if not isinstance(each, str)])
        assert known.shape == (12, 128)
        similarities = known[0::2] @ known[1::2].T
        assert similarities.diagonal().mean() > similarities.mean()
    for ours, theirs in zip(by_dlib, by_deepface, strict=True):
        assert not isinstance(ours, str)
        assert not isinstance(theirs, str)
        assert 0.9 < float(ours @ theirs) < 0.9999, "alike, but for the alignment"


def test_a_picture_of_nobody_gives_the_rivals_no_template() -> None:
    blank = np.full((200, 200, 3), 128, np.uint8)

    assert DlibChain().templates([blank], role=Role.PROBE) == ["No face was found."]
    assert StockDeepFace().templates([blank], role=Role.PROBE) == ["No face was found."]
