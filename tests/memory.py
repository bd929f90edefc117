"""How much memory a process had at its peak."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_memory() -> int:
    """The most memory that this process ever had, in bytes."""
    # Linux hands the figure of getrusage down from process to process.
    status = Path("/proc/self/status")
    told = _PEAK.search(status.read_text()) if status.exists() else None
    if told:
        return int(told[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
