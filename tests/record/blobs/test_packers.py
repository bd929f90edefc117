"""Blocks become smaller, and themselves again: never more than is asked for."""

from __future__ import annotations

import sys
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.record.blobs.packers import PACKED, best_packer, packer

DATA = b"0110" * 5000


@pytest.mark.parametrize("name", PACKED)
def test_what_is_packed_comes_back(name: str) -> None:
    made = packer(name)
    assert len(made.pack(DATA)) < len(DATA) / 50
    assert made.unpack(made.pack(DATA), len(DATA)) == DATA


@pytest.mark.parametrize("name", PACKED)
def test_a_block_that_becomes_more_or_less_than_belongs_there_is_refused(name: str) -> None:
    made = packer(name)
    packed = made.pack(DATA)
    for data, size in ((packed, len(DATA) - 1), (packed, len(DATA) + 1), (packed + b"!", len(DATA)), (packed[:-1], len(DATA))):  # fmt: skip
        with pytest.raises(FormatError, match="packed block"):
            made.unpack(data, size)


def test_a_block_that_would_become_very_much_is_not_inflated_any_further() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    with pytest.raises(FormatError, match=r"holds more than 10 bytes, and 10 belong there"):
        packer("zlib").unpack(bomb, 10)


@pytest.mark.parametrize("name", PACKED)
@given(data=st.binary(max_size=200))
def test_no_bytes_are_anything_but_a_block_or_broken(name: str, data: bytes) -> None:
    with suppress(FormatError):
        assert len(packer(name).unpack(data, 50)) == 50


def test_where_zstandard_is_not_there_what_every_python_has_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert best_packer().name == "zstd"
    monkeypatch.setitem(sys.modules, "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", None)
    assert best_packer().name == "zlib"
    with pytest.raises(FormatError, match=r"pip install 'hilt\[zstd\]'"):
        packer("zstd")
