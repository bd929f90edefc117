"""Runs one command and says what it took, with everything that it started."""

from __future__ import annotations

import ctypes
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_BECOME_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of Linux: what a command leaves behind becomes our child, and is counted."""
_TICK = 0.01
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """CPU time of the command and all that it started, wall time, memory of all of them together, and the exit code.

    `orphans` counts processes that the command left behind; `exit` is None where it took too long.
    """

    cpu: float
    wall: float
    peak_mib: float
    exit: int | None
    orphans: int = 0


def run(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], seconds: float) -> Run:
    """One run. CPU time is what the kernel adds up for each process that ended and was waited for."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1)
    began = time.perf_counter()
    with (cwd / "output").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    peak, ended, late = [0.0], threading.Event(), threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, peak, ended, late, began + seconds))
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    ended.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu, orphans = usage.ru_utime + usage.ru_stime, 0
    while (left := _orphan()) is not None:
        cpu, orphans = cpu + left, orphans + 1
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    peak_mib = max(peak[0], usage.ru_maxrss / unit)
    code = None if late.is_set() else process.returncode
    return Run(cpu=cpu, wall=wall, peak_mib=peak_mib, exit=code, orphans=orphans)


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure; the exit code is that of the last run."""
    return Run(
        cpu=statistics.median(run.cpu for run in runs),
        wall=statistics.median(run.wall for run in runs),
        peak_mib=statistics.median(run.peak_mib for run in runs),
        exit=runs[-1].exit,
        orphans=max(run.orphans for run in runs),
    )


def _orphan() -> float | None:
    """CPU time of one process that was left behind; None where there is none."""
    try:
        _, _, usage = os.wait4(-1, 0)
    except ChildProcessError:
        return None
    return usage.ru_utime + usage.ru_stime


def _watch(pid: int, peak: list[float], ended: threading.Event, late: threading.Event, until: float) -> None:
    """Notes the memory of the process and its descendants, and ends them when time is up."""
    while not ended.wait(_TICK):
        peak[0] = max(peak[0], sum(memory(member) for member in family(pid)))
        if time.perf_counter() > until:
            late.set()
            for member in family(pid):
                with suppress(ProcessLookupError):
                    os.kill(member, signal.SIGKILL)


def family(pid: int) -> list[int]:
    """The process and its descendants; only itself where the system does not tell."""
    found, position = [pid], 0
    while position < len(found):
        for children in Path(f"/proc/{found[position]}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text(encoding="ascii").split()]
            except OSError:
                continue
        position += 1
    return found


def memory(pid: int) -> float:
    """MiB of the process, its share of pages that it has in common with others counted once (Linux)."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0
