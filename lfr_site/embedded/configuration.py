"""The settings of the embedded servers, written anew at each start."""

from pathlib import Path

_ALWAYS = """\
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 200
password_encryption = 'scram-sha-256'
timezone = 'UTC'
lc_messages = 'C'
# One server without replicas: nothing has to be kept for one.
wal_level = minimal
max_wal_senders = 0
max_wal_size = '512MB'
# Statements, parameters and the text of errors hold personal data: none of it is logged.
log_destination = 'stderr'
logging_collector = off
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = 'none'
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_lock_waits = off
log_checkpoints = off
log_autovacuum_min_duration = -1
"""
_LIVE = "shared_buffers = '256MB'\n"
# A test's database is thrown away: nothing of it must outlive a power cut. What is committed must
# outlive a crash of the server, though: a test kills it.
_TESTS = """\
shared_buffers = '64MB'
fsync = off
full_page_writes = off
"""

_REDIS = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
daemonize no
databases 16
maxclients 1000
dir {folder}
loglevel notice
# Nothing that passes through the broker is ever written to disk.
save ""
appendonly no
"""


def server_settings(sockets: Path, *, for_tests: bool) -> str:
    """Return postgresql.conf."""
    return _ALWAYS.format(sockets=sockets) + (_TESTS if for_tests else _LIVE)


def access_rules() -> str:
    """Return pg_hba.conf: every role signs in with its password, over the socket only."""
    return "local all all scram-sha-256\n"


def redis_settings(folder: Path, *, port: int, password: str) -> str:
    """Return redis.conf. The password is here, as the command line is public on a machine."""
    return _REDIS.format(folder=folder, port=port, password=password)
