from __future__ import annotations

import bz2
import io
import lzma
import random
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import joblib
import numpy as np
import pytest

from attacks.pickles import lz4_frame
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import joblib as reader
from reading import read

VALUE = {
    "a": np.arange(1000.0),
    "b": [np.ones((3, 4), dtype="i2"), "text"],
    "o": np.array([{"x": 1}, None], dtype=object),
}


def dumped(value: object, compress: Any = 0, protocol: int | None = None) -> bytes:
    target = io.BytesIO()
    joblib.dump(value, target, compress=compress, protocol=protocol)
    return target.getvalue()


@pytest.mark.parametrize(
    "compress", [lz4_frame, bz2.compress, lzma.compress, partial(lzma.compress, format=lzma.FORMAT_ALONE)]
)
def test_streams_that_joblib_joins_are_joined(compress: Callable[[bytes], bytes]) -> None:
    data = dumped([1.5] * 100)
    (stream,) = read(compress(data[:300]) + compress(data[300:]), "model.joblib").value.pickles
    assert (stream.end, stream.broken) == (len(data), None)


@pytest.mark.parametrize("protocol", range(6))
def test_array_bytes_between_opcodes_are_stepped_over(protocol: int) -> None:
    data = dumped(VALUE, protocol=protocol)
    file = read(data, "model.joblib")
    assert file.format == "joblib"
    main, objects, plain = file.value.pickles
    assert (main.start, main.end, main.broken, main.unread, len(main.arrays)) == (0, len(data), None, 0, 3)
    assert objects.name == "object array 1"
    assert objects.broken is None
    assert plain.overlay


def test_numpys_variable_length_strings_are_kept_as_objects_are() -> None:
    strings = np.array(["a", "bcd" * 50], dtype=np.dtypes.StringDType())
    data = dumped({"x": np.arange(10), "s": strings, "y": np.arange(5.0)})
    main = read(data, "model.joblib").value.pickles[0]
    assert (main.end, main.broken, main.unread) == (len(data), None, 0)


@pytest.mark.parametrize("method", ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"])
def test_every_compression_is_read_as_if_there_were_none(method: str) -> None:
    file = read(dumped(VALUE, compress=(method, 3)), "model.joblib")
    assert file.format == "joblib"
    assert [stream.broken for stream in file.value.pickles] == [None] * 3
    assert len(file.value.pickles[0].arrays) == 3


def test_a_compressed_pickle_larger_than_a_block_is_read_forward() -> None:
    value = [f"text {n}" for n in range(200_000)]
    (stream,) = reader.read(MemorySource(dumped(value, compress=3)), Limits()).pickles
    assert sum(argument == "text 199999" for _, _, argument in stream.ops()) == 1
    assert stream.broken is None


def test_a_missing_package_for_lz4_is_said_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    data = lz4_frame(dumped([1, 2]))
    monkeypatch.setitem(sys.modules, "lz4.frame", None)
    file = read(data, "model.joblib")
    assert file.format == "joblib"
    assert "pip install 'hilt[lz4]'" in str(file.error)


def test_a_shape_past_the_end_breaks_the_pickle_and_keeps_what_stood_before() -> None:
    data = dumped({"a": np.zeros(10)}).replace(b"K\x0a\x85", b"K\xff\x85")
    main = read(data, "model.joblib").value.pickles[0]
    assert main.broken is not None
    assert not main.made
    assert len(list(main.ops())) > 20


def test_a_wrapper_that_joblib_never_writes_is_told_from_a_damaged_file() -> None:
    data = dumped({"a": np.zeros(10)}).replace(b"shape", b"shapo")
    main = read(data, "model.joblib").value.pickles[0]
    assert "no usable shape and dtype" in str(main.broken)
    assert main.made


@pytest.mark.parametrize("compress", [0, ("zlib", 3), ("bz2", 3), ("xz", 1)], ids=str)
def test_no_prefix_and_no_mutation_makes_the_reader_fail(compress: Any) -> None:
    data = dumped({"a": np.arange(5), "o": np.array([None], dtype=object)}, compress=compress)
    chance = random.Random(1)
    variants = [data[:end] for end in range(len(data))]
    for _ in range(200):
        changed = bytearray(data)
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        variants.append(bytes(changed))
    for variant in variants:
        try:
            for stream in reader.read(MemorySource(variant), Limits()).pickles:
                assert list(stream.ops()) or stream.broken
        except FormatError:
            continue


@pytest.mark.parametrize("item", [b"K\1a", b"U\5shapea"])
def test_what_is_appended_to_the_state_of_a_wrapper_is_no_key(item: bytes) -> None:
    wrapper = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81"
    (main, *_) = reader.read(MemorySource(b"\x80\x02" + wrapper + b"}" + item + b"b."), Limits()).pickles
    assert "no usable shape and dtype" in str(main.broken)
