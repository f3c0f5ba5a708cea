"""Backups that respect erasure: what they hold is sealed, keys lie apart, and a restore erases what
is due, and what was erased since, before anything can be read."""
