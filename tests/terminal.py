"""A command on a terminal: what a person types, and what they see."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Sequence


def typed(arguments: Sequence[object], *lines: str, env: dict[str, str]) -> tuple[int, str]:
    """The exit code of `hilt` with these arguments where somebody types these lines, and all that the terminal shows."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", **env}
    command = [sys.executable, "-m", "hilt", *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in lines).encode())
        shown = b""
        while True:
            try:
                chunk = os.read(ours, 1 << 16)
            except OSError:  # the other end was closed
                break
            shown += chunk
            if not chunk:
                break
    os.close(ours)
    return process.returncode, shown.decode("utf-8", "replace")
