from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hilt.checks.workers import Worker, Workers
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


@pytest.mark.skipif(os.name == "nt", reason="no SIGSTOP on Windows")
def test_a_worker_that_does_not_answer_in_time_is_killed_and_another_one_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")
    request = {"do": "file", "path": "a.json", "locator": Locator.of(str(path), path.stat())._asdict(), "chain": []}
    with Workers(Limits(file_seconds=1)) as workers:
        (worker,) = workers.take(1)
        assert worker.ask(request).format == "json"
        asleep = worker.process_id
        assert asleep is not None
        os.kill(asleep, signal.SIGSTOP)  # it uses no CPU time now, so that only a clock can tell
        late = worker.ask(request)
        assert [("limit file_seconds" in gap.why, gap.state) for gap in late.gaps] == [(True, State.FAILED)]
        assert worker.ask(request).format == "json"
        assert worker.process_id != asleep


class Lying(Worker):
    """A reading process in the hands of what it reads."""

    answer = b""

    def _exchange(self, process: subprocess.Popen[bytes], request: dict[str, Any]) -> bytes:
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [
        b"\n",
        b"{}\n",
        b"7\n",
        b"\xff\n",
        b"[" * 100_000 + b"\n",
        b'{"format": 7, "findings": [[]]}\n',
        b'{"format": "x"}\n',
    ],
    ids=str,
)
def test_whatever_a_reader_says_a_failure_is_told_and_nothing_breaks(answer: bytes) -> None:
    worker = Lying(Limits())
    worker.answer = answer
    examined = worker.ask({"do": "file", "path": "a.json"})
    assert [(gap.state, gap.why) for gap in examined.gaps] == [(State.FAILED, "the reader answered what is no answer")]
    assert worker.process_id is None
