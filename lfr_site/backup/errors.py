class BackupRefused(Exception):
    """It cannot be made or restored; the message says why and what to do."""
