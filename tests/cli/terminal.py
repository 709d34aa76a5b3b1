"""Runs a command on a terminal of its own, types what it is told, and prints all that the terminal showed.

    python3 terminal.py '[["what the screen shows", "what is then typed"], ...]' COMMAND ARGUMENT...

Its exit code is the command's; 99 when the screen never showed what was awaited.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

PATIENCE = 60  # seconds, for the command as a whole
ROWS, COLUMNS = 40, 120


def spawn(command):
    """The command's process and its terminal. The terminal has its size before the command can ask for it."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execvp(command[0], command)
    return child, terminal


def read(terminal, patience):
    """What the command writes next: empty at its end, None when it writes nothing for so long."""
    ready, _, _ = select.select([terminal], [], [], max(0, patience))
    if not ready:
        return None
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way to tell that nobody has the terminal open any more
        return b""


def main():
    steps = [(awaited.encode(), typed.encode()) for awaited, typed in json.loads(sys.argv[1])]
    child, terminal = spawn(sys.argv[2:])
    screen, seen, deadline = b"", 0, time.monotonic() + PATIENCE
    while chunk := read(terminal, deadline - time.monotonic()):
        screen += chunk
        # Each text is awaited behind the one before it.
        while steps and (at := screen.find(steps[0][0], seen)) >= 0:
            awaited, typed = steps.pop(0)
            seen = at + len(awaited)
            os.write(terminal, typed)
    os.close(terminal)  # a command that still runs is hung up on
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(screen)
    sys.exit(99 if steps else os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
