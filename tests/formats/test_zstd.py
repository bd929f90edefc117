from __future__ import annotations

import sys

import lz4.frame
import pytest
from backports import zstd

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.archive import open_member
from reading import read


@pytest.mark.parametrize("name", ["model.zst", "renamed.bin"])
def test_zstandard_is_unpacked_and_bounded(name: str) -> None:
    plain = b'{"a": 1}' * 50_000
    data = zstd.compress(plain[:9]) + zstd.compress(plain[9:])
    file = read(data, name)
    assert file.format == "zstd"
    (member,) = file.value.members
    assert file.value.oddities == ()
    opened = open_member("zstd", file.source, 0, Limits())
    assert opened.read(0, member.size) == plain
    (bomb,) = read(zstd.compress(bytes(1 << 20)), name, Limits(inflated_freely=1 << 19)).value.oddities
    assert bomb.id == "bomb"


@pytest.mark.parametrize(
    "data", [zstd.compress(b"hilt" * 99)[:-4], b"\x28\xb5\x2f\xfd" + b"?" * 40, b"\x28\xb5\x2f\xfd"]
)
def test_broken_zstandard_is_refused(data: bytes) -> None:
    assert isinstance(read(data, "model.zst").error, FormatError)


def test_a_window_larger_than_is_allowed_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    machine = zstd.ZstdCompressor(options=options)
    data = machine.compress(bytes(1 << 20)) + machine.flush()
    assert "memory" in str(read(data, "model.zst", Limits(inflate_memory=1 << 20)).error)


def test_lz4_is_unpacked() -> None:
    file = read(lz4.frame.compress(b'{"a": 1}'), "config.json.lz4")
    assert (file.format, file.value.members[0].size) == ("lz4", 8)
    assert open_member("lz4", file.source, 0, Limits()).read(0, 8) == b'{"a": 1}'


def test_without_the_extra_the_file_says_how_to_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", None)
    assert "pip install 'hilt[zstd]'" in str(read(zstd.compress(b"{}"), "config.json.zst").error)
