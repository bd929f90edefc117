from __future__ import annotations

import subprocess
import sys

from hilt.checks.worker import Kept
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits

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


def place(path: str, inode: int = 1) -> dict[str, object]:
    return {"path": path, "locator": {"path": f"/{path}", "inode": inode}, "chain": []}


def test_a_small_text_that_was_read_is_not_parsed_again_and_has_bytes_that_can_be_read() -> None:
    kept, data = Kept(), b'{"model_type": "llama"}'
    first = kept.read(place("config.json"), MemorySource(data), Limits())
    again = kept.read(place("config.json"), (fresh := MemorySource(data)), Limits())
    assert again.value is first.value
    assert again.source is fresh


def test_another_file_of_the_same_path_is_read_anew() -> None:
    kept = Kept()
    kept.read(place("config.json"), MemorySource(b'{"a": 1}'), Limits())
    assert kept.read(place("config.json", inode=2), MemorySource(b'{"b": 2}'), Limits()).value.value == {"b": 2}


def test_what_is_kept_of_files_stays_small() -> None:
    kept = Kept()
    large = b'{"a": "' + b"a" * (Kept.EACH - 9) + b'"}'
    for number in range(3 * Kept.ALL // Kept.EACH):
        kept.read(place(f"{number}.json"), MemorySource(large), Limits())
    assert 0 < len(kept._files) <= Kept.ALL // Kept.EACH
    assert kept.read(place("x.json"), MemorySource(large + b" "), Limits()).format == "json"
    assert not any("x.json" in key for key in kept._files)
