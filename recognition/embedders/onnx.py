"""A force's own ONNX model, run by onnxruntime."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from recognition.alignment import AlignmentTemplate, align
from recognition.embedders.chip_input import ChipInput
from recognition.embedders.normalised import normalised
from recognition.types import Face, Floats, Image
from recognition.weights import WrongWeights

MAX_BATCH = 32


class OnnxEmbedder:
    """A network of N × 3 × H × W float32 → N × D. Thread-safe, as onnxruntime's sessions are."""

    def __init__(
        self,
        weights: Path,
        *,
        name: str,
        dimension: int,
        template: AlignmentTemplate,
        chip_input: ChipInput,
        with_flip: bool = False,
    ) -> None:
        """Raises WrongWeights when the file is no such network."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = os.cpu_count() or 1
        # Spinning threads would take the cores from decoding and detection.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(weights), options, providers=onnxruntime.get_available_providers()
            )
        except Exception as error:  # onnxruntime's own errors share no public base
            raise WrongWeights(f"{weights.name} is no ONNX model that can be run.") from error
        self.name = name
        self.dimension = dimension
        self.chip_size = (template.size, template.size)
        self.template = template
        self.chip_input = chip_input
        self.with_flip = with_flip
        self._input = self._session.get_inputs()[0]
        self._check_output(weights.name)

    def align(self, image: Image, face: Face) -> Image:
        return align(image, face.landmarks, template=self.template)

    def embed(self, chips: Image) -> Floats:
        if not len(chips):
            return np.zeros((0, self.dimension), np.float32)
        if not self.with_flip:
            return normalised(self._run(chips))
        both = self._run(np.concatenate([chips, chips[:, :, ::-1]]))
        return normalised(both[: len(chips)] + both[len(chips) :])

    def _run(self, chips: Image) -> Floats:
        batch = self.chip_input.prepared(chips).transpose(0, 3, 1, 2)
        step = self._fixed_batch() or MAX_BATCH
        pieces = [
            self._session.run(None, {self._input.name: np.ascontiguousarray(batch[i : i + step])})
            for i in range(0, len(batch), step)
        ]
        return np.concatenate([np.asarray(piece[0], np.float32) for piece in pieces])

    def _fixed_batch(self) -> int | None:
        """1 for a network exported with a batch of one, None where it takes any number."""
        size = self._input.shape[0]
        return 1 if size == 1 else None

    def _check_output(self, file: str) -> None:
        found = self._run(np.zeros((1, *self.chip_size, 3), np.uint8)).shape
        if found != (1, self.dimension):
            raise WrongWeights(f"{file} gives {found}, the profile says (1, {self.dimension}).")
