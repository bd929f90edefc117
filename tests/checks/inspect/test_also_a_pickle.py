from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from attacks.archives import torch_zip
from attacks.polyglots import COMMAND, POLYGLOTS
from hilt.checks.inspect.also_a_pickle import CHECK
from hilt.core.byte_source import ByteSource
from hilt.core.finding import Severity
from reading import read


class Counted:
    """Counts the bytes that are read."""

    def __init__(self, source: ByteSource) -> None:
        self._source, self.size, self.bytes = source, source.size, 0

    def read(self, offset: int, n: int) -> bytes:
        self.bytes += n
        return self._source.read(offset, n)


@pytest.mark.parametrize("format_id", POLYGLOTS)
@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pkl", "model.ckpt", "notes"])
def test_a_pickle_that_is_read_as_something_else_is_named(format_id: str, name: str) -> None:
    file = read(POLYGLOTS[format_id](COMMAND), name)
    assert (file.format, file.error) == (format_id, None)
    (found,) = CHECK.run(file)
    assert found.severity == Severity.HIGH
    assert f"read as {format_id}, it is a Python pickle as well" in found.message


@pytest.mark.parametrize("odd", [b"I0x1\n0", b"I0b1\n0", b"L0x10L\n0", b"I\x001\n0", b"V" + b"a" * (33 << 20) + b"\n0"])
def test_numbers_and_lines_that_no_pickler_writes_hide_nothing(odd: bytes) -> None:
    file = read(POLYGLOTS["r-data"](odd + COMMAND), "model.rds")
    assert file.format == "r-data"
    assert [finding.severity for finding in CHECK.run(file)] == [Severity.HIGH]


@pytest.mark.parametrize("numbers", [200, 300, 700, 900, 1100, 100_000])
def test_a_call_far_behind_the_first_bytes_is_found(numbers: int) -> None:
    file = read(POLYGLOTS["r-data"](b"I1\n0" * numbers + COMMAND), "model.rds")
    assert [finding.severity for finding in CHECK.run(file)] == [Severity.HIGH]


def test_of_weights_that_are_no_pickle_no_more_is_read_than_their_first_bytes() -> None:
    header = b'{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}'
    for size in range(0x100, 0x200, 8):
        file = read(struct.pack("<Q", size) + header.ljust(size) + bytes(4_000_000), "model.safetensors")
        source = Counted(file.source)
        assert list(CHECK.run(replace(file, source=source))) == []
        assert source.bytes <= 4096


def test_a_line_too_long_to_look_behind_is_named_in_an_unknown_file() -> None:
    file = read(b"V\0" + b"a" * (33 << 20) + b"\n0" + COMMAND, "pytorch_model.bin")
    assert file.format == "unknown"
    assert [finding.severity for finding in CHECK.run(file)] == [Severity.HIGH]


def test_a_file_that_only_begins_as_a_pickle_may_is_quiet() -> None:
    header = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    for size in (0x50, 0x58, 0x68, 0x70):
        data = struct.pack("<Q", size) + header.ljust(size) + b"\0" * 4
        assert list(CHECK.run(read(data, "model.safetensors"))) == []
    # Behind the first line end of a file of PyTorch the pickle in it goes on; no loader gets past the line before.
    inside = (
        b"\x80\2ctorch.nn.modules.container\nSequential\nq\0)\x81q\1}q\2(X\1\0\0\0ac"
        b"collections\nOrderedDict\nq\3)Rq\4ub."
    )
    assert list(CHECK.run(read(torch_zip(pickle=inside), "model.pt"))) == []
    assert list(CHECK.run(read(COMMAND, "model.pkl"))) == []  # the checks of pickles speak of it
    assert list(CHECK.run(read(b"", "model.pkl"))) == []
