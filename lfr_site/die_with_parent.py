"""Start a program that ends when the process that started it ends, even by SIGKILL.

Run as a script, not imported: it asks the kernel for a signal at the parent's death
(Linux: prctl(2), PR_SET_PDEATHSIG), takes on the wanted user and becomes the program.
A script of its own, rather than code between fork and exec, because the parent has threads.
Elsewhere than on Linux the request is skipped and the parent's own clean-up must do.
Neither the program nor anything that it starts may leave a core file: it would hold faces.

    python -I -S die_with_parent.py PARENT_PID SIGNAL UID:GID|- PROGRAM [ARGUMENT ...]
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    parent_pid, signal_number, user, *program = arguments
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGINT, signal.SIGQUIT):
        # A shell that starts something in the background has them ignored, which is inherited.
        signal.signal(number, signal.SIG_DFL)
    if user != "-":
        _become(user)
    if sys.platform == "linux":  # after the change of user, which clears the request
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal_number))
    if os.getppid() != int(parent_pid):  # it died before the request was made
        return 1
    try:
        os.execv(program[0], program)
    except OSError as error:
        print(f"{program[0]} cannot be started: {error.strerror}.", file=sys.stderr)
    return 127


def _become(user: str) -> None:
    uid, gid = (int(part) for part in user.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
