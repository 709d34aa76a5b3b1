"""Runs a command to its end and measures it; starts the emulator that the commands work on."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Dict, List, NamedTuple, Optional, Type

# Seconds that one command may take; the slowest of them takes half a minute.
PATIENCE = 300.0

# Where a command's last output is kept, in its folder.
OUTPUT = "output.txt"

# Seconds until the emulator must have said where it answers.
START = 10.0


class Cost(NamedTuple):
    """What a command took: itself, and every process that it started and waited for."""

    wall_seconds: float
    cpu_seconds: float
    # Of the largest single process, not of all together.
    peak_mb: float


class Failed(Exception):
    """A command ended otherwise than wanted."""


def measured(command: List[str], folder: Path, environment: Dict[str, str], says: str = "") -> Cost:
    """Runs the command, which must exit with 0 and say `says` on one of its outputs."""
    with open(folder / OUTPUT, "wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        killer = threading.Timer(PATIENCE, process.kill)
        killer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            killer.cancel()
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    text = (folder / OUTPUT).read_text(encoding="utf-8", errors="replace")
    if process.returncode != 0 or says not in text:
        raise Failed(f"{' '.join(command)} exited with {process.returncode}, wanted 0 and {says!r}:\n{text}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Emulated:
    """An empty account that takes the time AWS takes, for as long as the `with` lasts."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary
        self.process: Optional[subprocess.Popen[str]] = None

    def __enter__(self) -> str:
        """Gives the URL that all services answer at."""
        command = [str(self.binary), "emulator", "--realistic", "--any-credentials", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        killer = threading.Timer(START, self.process.kill)
        killer.start()
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        killer.cancel()
        if not url:
            raise Failed("the emulator did not start")
        return url

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()


def environment(home: Path, endpoint: str) -> Dict[str, str]:
    """Variables for a command for which the emulated account is AWS, and which finds nobody's settings."""
    nothing = str(home / "nothing")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "ap-northeast-1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
