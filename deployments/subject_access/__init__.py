"""Answering people who ask for the footage in which they are seen."""
