from __future__ import annotations

import subprocess
import sys

WITHOUT_LIMITS = """
import sys
sys.modules["resource"] = None  # as on Windows
from hilt.checks import worker
from hilt.core.limits import Limits
assert worker.resource is None
worker._limit_memory(Limits())
worker._limit_time(Limits())
print("ok")
"""


def test_a_platform_without_resource_limits_reads_all_the_same() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_LIMITS], capture_output=True, text=True, check=False)
    assert done.stdout == "ok\n", done.stderr
