from __future__ import annotations

import json
import pickle
import pickletools
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.pickles import SAMPLES
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import pickle as reader
from hilt.formats.pickle_machine import Machine
from hilt.formats.reader import HEAD, Head
from reading import read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just("x" * 3000),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner) | st.just((frozenset("a"),))
    ),
    max_leaves=30,
)


def streams(data: bytes, limits: Limits = Limits()) -> tuple[reader.PickleStream, ...]:  # noqa: B008
    return reader.read(MemorySource(data), limits).pickles


@given(VALUES, st.integers(0, 5))
@settings(max_examples=200)
def test_the_opcodes_are_those_that_pickletools_finds(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    expected = [(position, ord(opcode.code)) for opcode, _, position in pickletools.genops(data)]
    (stream,) = streams(data)
    assert [(position, code) for position, code, _ in stream.ops()] == expected
    assert (stream.end, stream.broken, stream.unread, stream.disputes) == (len(data), None, 0, ())


@given(VALUES, st.integers(0, 5))
@settings(max_examples=100)
def test_arguments_are_decoded_as_pickletools_does_or_said_to_be_long(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    (stream,) = streams(data)
    for (_, _, ours), (_, theirs, _) in zip(stream.ops(), pickletools.genops(data), strict=True):
        if isinstance(ours, reader.Span):
            assert ours.size > reader.KEPT
        elif isinstance(ours, str | bytes | int) and isinstance(theirs, str | bytes | int):
            assert ours == theirs


def test_every_chunk_border_falls_well(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pickle.dumps([{str(n): (n, "x" * (n % 2000), b"y" * (n % 999))} for n in range(3000)], 4)
    whole = list(streams(data)[0].ops())
    monkeypatch.setattr("hilt.formats.pickle_walk._CHUNK", 5000)
    (stream,) = streams(data)
    assert list(stream.ops()) == whole
    assert stream.broken is None


def test_pickles_in_a_row_are_all_found_with_what_lies_between() -> None:
    parts = [pickle.dumps({"part": n}, 4) for n in range(3)]
    found = streams(parts[0] + parts[1] + b"\xff" * 50 + parts[2] + b"tail")
    assert [(stream.end - stream.start, stream.unread) for stream in found] == [
        (len(parts[0]), 0),
        (len(parts[1]), 50),
        (len(parts[2]), 4),
    ]
    assert [stream.following for stream in found] == [False, True, True]


def test_a_pickle_that_breaks_keeps_its_opcodes_up_to_there() -> None:
    (stream,) = streams(b"cos\nsystem\n(S'echo hilt'\ntR\xff\xff")
    assert [code for _, code, _ in stream.ops()] == list(b"c(StR")
    assert stream.broken is not None
    assert stream.broken.offset == stream.end == 27


@pytest.mark.parametrize(
    "prose",
    [
        b"", b"import os\nimport sys\n\nprint(os.getcwd())\n", b"class A:\n    x = 1\n", b"cat\ndog\nbird\n", b"(define x 1)\n",
        b'{"a": [1, 2], "b": "."}', b"[1, 2, 3]", b"id,name\n1,a\n2,b\n", b"I am a text.\n", b"Some text\nwith lines.\n",
        b"# Title\n\n(see [this](that))\n", b"N" * 5000, b"(" * 5000, b"]" * 5000 + b"x", b"0.1 0.2\n", b"cab\ncad\nRat\n",
        b"}\n.\n", b"]).\n", b"---\nlicense: mit\n---\n", b"\x80\x02", b"\x80\x09N.", bytes(range(256)), b"\x80\x04\x00\x01\x02\x03" * 50,
        b"PK\x03\x04" + b"\0" * 60, b"GGUF\x03\0\0\0" + b"\0" * 60, b"\x89PNG\r\n\x1a\n" + b"\0" * 60, b"GET / HTTP/1.1\n\n",
    ],
)  # fmt: skip
def test_other_bytes_are_never_taken_for_pickles(prose: bytes) -> None:
    assert read(prose, "weights.pkl").format not in ("pickle", "joblib")


def test_source_code_and_json_are_never_taken_for_pickles() -> None:
    for line in (*__doc__lines(), json.dumps({"a": list(range(100))})):
        assert read(line.encode(), "notes.txt").format not in ("pickle", "joblib")


def __doc__lines() -> list[str]:
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    return [text[start:] for start in range(0, len(text), 97)]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [[1, 2, 3], {"a": 1}, (1, "x"), {1, 2}, [["deep"]]], ids=str)
def test_a_pickle_is_recognised_under_any_name(value: object, protocol: int) -> None:
    assert read(pickle.dumps(value, protocol), "weights.txt").format == "pickle"


@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if len(sample.data) < 5000], ids=lambda sample: sample.id
)
def test_no_prefix_and_no_mutation_makes_the_reader_fail(sample: object) -> None:
    data = sample.data  # type: ignore[attr-defined]
    chance = random.Random(1)
    variants = [data[:end] for end in range(len(data))]
    for _ in range(100):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        variants.append(bytes(changed))
    for variant in variants:
        try:
            found = streams(variant)
        except FormatError:
            continue
        for stream in found:
            assert list(stream.ops()) or stream.broken
        for one, two in pairwise(found):
            assert one.end + one.unread == two.start


@pytest.mark.reaches("pickle_streams")
def test_more_pickles_than_allowed_are_one_broken_rest() -> None:
    found = streams(pickle.dumps([1], 2) * 10, Limits(pickle_streams=3))
    assert len(found) == 4
    assert isinstance(found[3].broken, LimitExceeded)
    assert found[3].broken.limit == "pickle_streams"
    assert found[3].unread == 7 * len(pickle.dumps([1], 2))


@pytest.mark.reaches("pickle_held_bytes")
def test_a_machine_that_would_hold_too_much_stops() -> None:
    (stream,) = streams(b"\x80\x02(" + b"K\x01" * 20000 + b"t.")
    with pytest.raises(LimitExceeded, match="pickle_held_bytes"):
        Machine(Limits(pickle_held_bytes=100_000)).run(stream.ops())


def test_what_was_held_and_dropped_does_not_count() -> None:
    (stream,) = streams(b"\x80\x02" + b"](K\x01K\x02\x86e0" * 20_000 + b"N.")
    Machine(Limits(pickle_held_bytes=100_000)).run(stream.ops())


def test_shared_references_that_would_explode_stay_small() -> None:
    body = b"]" + b"".join(b"q%c](h%ch%ch%ce" % (n, n, n, n) for n in range(100))
    machine = Machine(Limits())
    machine.run(streams(b"\x80\x02" + body + b".")[0].ops())
    assert machine.stack[-1].size == 3


class Lines:
    """A terabyte without a line feed, counted."""

    size, seen = 1 << 40, 0

    def read(self, offset: int, n: int) -> bytes:
        self.seen += n
        return (b"Vx" if offset == 0 else b"xx").ljust(n, b"x")[:n]


def test_a_line_as_long_as_the_file_is_not_looked_for_to_the_end() -> None:
    source = Lines()
    assert not reader.probe(Head(name="model.bin", data=source.read(0, HEAD), source=source, limits=Limits()))
    assert source.seen < 100 << 20
