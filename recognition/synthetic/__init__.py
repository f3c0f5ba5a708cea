"""People who do not exist: a procedural face, and a street camera that they walk past.

Nothing here is learnt from a real person's picture. A person is a seed; `identity` turns it
into some seventy measurements, `head` into a mesh, `render` into a picture, and `composer`
into a crowd with its ground truth. NumPy and OpenCV only; the clip is encoded with PyAV.
"""
