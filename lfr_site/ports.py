"""Free TCP ports of this machine."""

import errno
import socket

LOCALHOST = "127.0.0.1"


class PortTakenError(RuntimeError):
    """The wanted port cannot be used; the message says why and what to do."""


def free_port(preferred: int | None = None, *, host: str = LOCALHOST, tries: int = 50) -> int:
    """Return the preferred port, or the next free one above it; any free one without it."""
    if preferred is None:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
            return port
    for port in range(preferred, min(preferred + tries, 65_536)):
        if _refusal(port, host=host) is None:
            return port
    raise PortTakenError(
        f"The ports {preferred} to {preferred + tries - 1} are all taken: choose one with --port."
    )


def require_port(port: int, *, host: str = LOCALHOST) -> int:
    """Return the port that somebody asked for, or say why it cannot be had."""
    refusal = _refusal(port, host=host)
    if refusal is not None:
        raise PortTakenError(f"Port {port} {refusal}: choose another with --port.")
    return port


def _refusal(port: int, *, host: str) -> str | None:
    with socket.socket() as probe:
        # As the server will do: a port with only dying connections on it counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            return "is not a port (1 to 65535)"
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "is used by another program"
            if error.errno == errno.EACCES:
                return "is reserved for root"
            raise
    return None
