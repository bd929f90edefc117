"""Each tensor is held against the one it came from, wherever that lies."""

from __future__ import annotations

import json
import struct

import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.record.blobs.delta_format import BLOCK, Segment
from hilt.record.blobs.delta_plan import estimate, plan
from hilt.record.blobs.packers import packer
from weights_to_pack import Numbers, moved, numbers, safetensors

A, B, C = numbers("F32", 40, 32), numbers("BF16", 64, 64), numbers("I8", 5000)
BASE = {"model.a.weight": A, "model.b.weight": B, "model.c.weight": C}
ZSTD = packer("zstd")


def planned(result: bytes, *bases: bytes) -> tuple[Segment, ...]:
    segments = plan(MemorySource(result), [MemorySource(one) for one in bases], Limits())
    assert sum(one.size for one in segments) == len(result)
    return segments


def head_of(data: bytes) -> int:
    return 8 + struct.unpack_from("<Q", data)[0]


def partners(result: bytes, *bases: bytes) -> dict[str, tuple[int, str]]:
    """Which tensor of which base the bytes of each tensor are held against."""

    def table(data: bytes) -> dict[str, tuple[int, int]]:
        read = json.loads(data[8 : head_of(data)])
        return {name: tuple(one["data_offsets"]) for name, one in read.items() if name != "__metadata__"}

    names = [
        {head_of(base) + begin: name for name, (begin, end) in table(base).items() if end > begin} for base in bases
    ]
    found, at = {}, 0
    for one in planned(result, *bases):
        for name, (begin, end) in table(result).items():
            first = head_of(result) + begin
            if one.base >= 0 and at <= first and head_of(result) + end <= at + one.size:
                found[name] = (one.base, names[one.base][one.offset + first - at])
        at += one.size
    return found


def test_the_same_layout_is_one_segment_for_each_width() -> None:
    base = safetensors(BASE)
    result = safetensors({name: moved(one) for name, one in BASE.items()})
    head = head_of(base)
    assert planned(result, base) == (
        Segment(head, 1),
        Segment(len(A.data), 4, 0, head),
        Segment(len(B.data), 2, 0, head + len(A.data)),
        Segment(len(C.data), 1, 0, head + len(A.data) + len(B.data)),
    )


def test_order_alignment_header_and_shards_make_no_difference() -> None:
    first, second = safetensors({"model.c.weight": C}), safetensors({"model.b.weight": B, "model.a.weight": A})
    result = safetensors(BASE, metadata={"format": "pt"}, ahead=3, between=1)
    own = {"model.a.weight": (1, "model.a.weight"), "model.b.weight": (1, "model.b.weight"), "model.c.weight": (0, "model.c.weight")}  # fmt: skip
    assert partners(result, first, second) == own


@pytest.mark.parametrize(("theirs", "its"), [("", "model."), ("model.", ""), ("model.", "language_model.model.")])
def test_a_name_before_the_names_may_be_missing(theirs: str, its: str) -> None:
    base = safetensors({f"{theirs}layers.{n}.weight": numbers("F32", 8, 32, seed=n) for n in range(3)})
    result = safetensors({f"{its}layers.{n}.weight": moved(numbers("F32", 8, 32, seed=n)) for n in range(3)})
    assert partners(result, base) == {f"{its}layers.{n}.weight": (0, f"{theirs}layers.{n}.weight") for n in range(3)}


def test_an_ending_that_two_tensors_have_is_none() -> None:
    base = safetensors({"encoder.layers.0.weight": A, "decoder.layers.0.weight": numbers("F32", 40, 32, seed=9)})
    assert partners(safetensors({"layers.0.weight": moved(A)}), base) == {}


def test_what_has_another_name_is_found_by_its_bytes() -> None:
    base = safetensors(BASE)
    assert partners(safetensors({"renamed": C, "another": moved(B)}), base) == {"renamed": (0, "model.c.weight")}


def test_rows_that_were_added_stand_for_themselves() -> None:
    base = safetensors({"embed.weight": A})
    more = numbers("F32", 3, 32, seed=7)
    grown = Numbers("F32", (43, 32), moved(A).data + more.data)
    result = safetensors({"embed.weight": grown})
    head, there = head_of(result), head_of(base)
    assert planned(result, base) == (Segment(head, 1), Segment(len(A.data), 4, 0, there), Segment(len(more.data), 4))
    assert planned(base, result) == (Segment(there, 1), Segment(len(A.data), 4, 0, head))


@pytest.mark.parametrize("other", [numbers("F16", 64, 64), numbers("BF16", 64, 32), numbers("BF16", 64, 64, 1)])
def test_other_numbers_of_the_same_name_are_no_partner(other: Numbers) -> None:
    assert partners(safetensors({"model.b.weight": moved(other)}), safetensors(BASE)) == {}


def test_a_base_that_is_no_safetensors_is_left_out() -> None:
    result = safetensors(BASE)
    assert {one.base for one in planned(result, b"PK\3\4" + bytes(100), safetensors(BASE))} == {-1, 1}
    with pytest.raises(FormatError):
        planned(b"PK\3\4" + bytes(100), result)


def lying(offsets: list[tuple[int, int]]) -> bytes:
    """A header that says so of tensors of ten bytes, with thirty bytes behind it."""
    table = {f"t{n}": {"dtype": "U8", "shape": [10], "data_offsets": one} for n, one in enumerate(offsets)}
    header = json.dumps(table).encode()
    return struct.pack("<Q", len(header)) + header + bytes(range(30))


@pytest.mark.parametrize(
    "offsets",
    [
        [(0, 10), (5, 15), (20, 30)],
        [(0, 10), (0, 10)],
        [(0, 10), (10, 2**63)],
        [(2**70, 2**70 + 10), (0, 10)],
        [(10, 0), (20, 30)],
        [(-100, 10), (10, 20)],
    ],
)
def test_ranges_that_cannot_be_stand_for_themselves_on_either_side(offsets: list[tuple[int, int]]) -> None:
    liar, honest = lying(offsets), lying([(0, 10), (10, 20), (20, 30)])
    for result, base in ((liar, honest), (honest, liar), (liar, liar)):
        for one in planned(result, base):
            assert one.base < 0 or 0 <= one.offset < one.offset + one.size <= len(base)


def test_an_estimate_says_what_the_base_is_good_for() -> None:
    base = {f"layers.{n}.weight": numbers("BF16", 512, 1024, seed=n) for n in range(4)}
    tuned = {name: moved(one) for name, one in base.items()}
    strange = {name: numbers("BF16", 512, 1024, seed=100 + n) for n, name in enumerate(base)}

    def told(one: dict[str, Numbers]) -> tuple[float, float]:
        result, beside = MemorySource(safetensors(one)), [MemorySource(safetensors(base))]
        expected = estimate(plan(result, beside, Limits()), result, beside, ZSTD)
        assert expected.size == result.size > 4 * BLOCK
        return expected.with_bases / expected.size, expected.alone / expected.size

    assert told(tuned)[0] < 0.25
    assert told(base)[0] < 0.01
    with_base, alone = told(strange)
    assert 0.6 < alone < 0.8
    assert alone - 0.05 < with_base <= alone
