"""Work in a folder that is killed after each call of the operating system, and another process that looks at what is left.

Run as a script, for the process that forks may have no other threads, nor what a test has imported.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, Protocol


class Work(Protocol):
    """A module that tells what is done, and what may be left of it by whoever was killed."""

    __name__: str

    def begin(self, folder: Path) -> None:
        """Puts there what the work begins with; nobody is killed meanwhile."""

    def work(self, folder: Path) -> None:
        """May be done again where somebody began with it."""

    def look(self, folder: Path) -> None:
        """Looks at what is left, does the work to its end, and looks at that."""


def killed(work: Work, step: int, first: int = 1) -> int:
    """How many calls the work makes, after each `step` of which somebody was killed, from the `first` one on."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        command = [sys.executable, __file__, work.__name__, folder, str(step), str(first)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def _kill_each(work: Work, top: Path, step: int, calls: int) -> int:
    """The number of a call that the work does not make."""
    rehearsed = top / "imports what is imported late"
    work.begin(rehearsed)
    work.look(rehearsed)
    while True:
        folder = top / f"after-{calls}"
        if _apart(work.begin, folder):
            sys.exit("see above what is wrong before anybody works")
        code = _apart(_killed_after, calls, work, folder)
        if code != -signal.SIGKILL:
            return calls if code == 0 else sys.exit(f"the work ended with {code}; see above")
        if _apart(work.look, folder):
            sys.exit(f"see above what is wrong after {calls} calls")
        calls += step


def _killed_after(calls: int, work: Work, folder: Path) -> None:
    def count(_: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        if event == "c_return" and type(getattr(argument, "__self__", None)).__module__ in ("builtins", "_io"):
            module = getattr(argument, "__module__", "") or type(argument.__self__).__module__
            calls -= module in ("posix", "nt", "fcntl", "_io")
            if not calls:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    work.work(folder)
    sys.setprofile(None)


def _apart(do: Callable[..., None], *arguments: object) -> int:
    """The exit code of a process that does it."""
    child = os.fork()
    if not child:
        if os.geteuid() == 0:
            os.setuid(65534)  # for root may write to what is read-only
        do(*arguments)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    name, top, step, first = sys.argv[1:]
    print(_kill_each(importlib.import_module(name), Path(top), int(step), int(first)))
