from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from attacks.pickles import COMMAND, PAYLOAD, called, long_bytes, named, p, stacked, text
from hilt.core.byte_source import MemorySource
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import pickle as reader
from hilt.knowledge.callables.machine import trace
from hilt.knowledge.callables.trace import Trace


def traced(data: bytes, limits: Limits = Limits()) -> Trace:  # noqa: B008
    return trace(reader.read(MemorySource(data), limits).pickles[0], limits)


def test_a_call_is_told_with_its_target_its_arguments_and_its_place() -> None:
    (call,) = traced(p(4, called(stacked("torch._utils", "os.system"), text(COMMAND)))).calls
    assert (call.way, call.target, call.through, call.args) == (
        "calls",
        "os.system",
        "torch._utils.os.system",
        "'echo hilt'",
    )


def test_calls_that_differ_only_in_their_place_are_counted() -> None:
    trace_ = traced(p(2, (PAYLOAD + b"0") * 1000 + b"N"))
    assert [(call.target, call.count) for call in trace_.calls] == [("os.system", 1000)]


def test_a_million_different_calls_are_not_a_million_lines() -> None:
    body = b"".join(called(named("os", "system"), text(f"echo {n}")) + b"0" for n in range(5000))
    calls = traced(p(2, body + b"N")).calls
    assert len(calls) < 100
    assert sum(call.count for call in calls) == 5000


def test_long_arguments_are_cut() -> None:
    (call,) = traced(p(2, called(named("os", "system"), b"X" + b"\x10\x27\0\0" + b"x" * 10000))).calls
    assert call.args == "<text of 10000 bytes>"
    (call,) = traced(p(2, called(named("os", "system"), text("y" * 200)))).calls
    assert len(call.args) < 100


def test_arguments_inside_each_other_without_end_are_cut() -> None:
    body = named("acme", "f") + (b"\x85" * 100_000)
    (call,) = traced(p(2, body + b"0" + called(named("os", "system"), b"(" * 1000 + b"t" * 1000))).calls[1:]
    assert len(call.args) < 300


@pytest.mark.reaches("pickle_held_bytes")
def test_what_would_hold_too_much_is_broken_by_the_limit() -> None:
    broken = traced(p(2, PAYLOAD + b"(" + b"K\x01" * 50_000 + b"t"), Limits(pickle_held_bytes=200_000))
    assert isinstance(broken.broken, LimitExceeded)
    assert [call.target for call in broken.calls] == ["os.system"]


@pytest.mark.reaches("archive_depth")
def test_pickles_inside_pickles_are_followed_as_deep_as_allowed() -> None:
    inner = p(2, PAYLOAD)
    for _ in range(8):
        inner = p(4, long_bytes(inner))
    seen, depth = traced(inner, Limits(archive_depth=3)), 0
    while seen.nested:
        seen, depth = seen.nested[0].trace, depth + 1
    assert depth == 3
    assert "more than 3 deep" in seen.oddities[0].message


PEAK = r"""
import sys
sys.path.append(sys.argv[2])
from memory import peak_memory
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats import pickle
from hilt.knowledge.callables.machine import trace

group = b"](K\x01K\x02M\x00\x01J\x01\x00\x00\x00\x8c\x01aq\x00\x88N\x86e0"  # 13 opcodes
source = MemorySource(b"\x80\x04" + group * int(sys.argv[1]) + b"N.")
(stream,) = pickle.read(source, Limits()).pickles
assert trace(stream, Limits()).broken is None
print(peak_memory() >> 20)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is asked of the operating system by a POSIX call")
def test_memory_stays_flat() -> None:
    peaks = []
    for groups in (10_000, 100_000):
        command = [sys.executable, "-c", PEAK, str(groups), str(Path(__file__).parents[2])]
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert peaks[1] < peaks[0] + 20, "the pickle itself is 2 MB larger"


def test_a_stream_is_run_once_for_all_checks() -> None:
    (stream,) = reader.read(MemorySource(p(2, b"(" + b"K\x01" * 200_000 + b"t")), Limits()).pickles
    first = trace(stream, Limits())
    assert trace(stream, Limits()) is first
