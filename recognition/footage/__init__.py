"""Recording a camera: packets as they come, without transcoding, into encrypted segments."""
