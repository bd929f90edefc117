from __future__ import annotations

from pathlib import Path

from hilt.checks.workers import Workers
from hilt.core.limits import Limits
from hilt.core.report import State
from hilt.sources.file import Locator


def test_a_worker_that_was_killed_before_it_started_reads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    path.write_bytes(b"[" + b"[1.5e3]," * 7_500_000 + b"1]")  # seconds of parsing
    request = {"do": "file", "path": "long.json", "locator": Locator.of(str(path), path.stat())._asdict(), "chain": []}
    with Workers(Limits()) as workers:
        (worker,) = workers.take(1)
        worker.kill()
        examined = worker.ask(request)
    assert (examined.format, [gap.state for gap in examined.gaps]) == ("unread", [State.FAILED])
