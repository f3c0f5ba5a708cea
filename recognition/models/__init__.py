from recognition.models.camera_run import CameraRun
from recognition.models.template import Template

__all__ = ["CameraRun", "Template"]
