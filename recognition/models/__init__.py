from recognition.models.camera_check import CameraCheck
from recognition.models.camera_run import CameraRun, CameraStateChange
from recognition.models.operating_point import OperatingPoint
from recognition.models.template import Template

__all__ = ["CameraCheck", "CameraRun", "CameraStateChange", "OperatingPoint", "Template"]
