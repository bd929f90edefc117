"""Files that are small to make and enormous to read: each is answered after few bytes read and little memory held."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tracemalloc
import zlib
from pathlib import Path

import pytest

from attacks.archives import ASKED, Part, torch_zip, zip_of
from attacks.pickles import HONEST, LEGACY, laughs, p
from hilt.checks import CHECKS
from hilt.checks.check import ReadFile
from hilt.checks.line import ANY
from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import ChangedWhileRead, FormatError, LimitExceeded
from hilt.core.limits import GIB, MIB, Limits
from hilt.formats import zip as zip_format
from reading import read

TERABYTE = 1 << 40


class Counted:
    """A source that counts what is read of it."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.taken = 0

    @property
    def size(self) -> int:
        return self._source.size

    def read(self, offset: int, n: int) -> bytes:
        data = self._source.read(offset, n)
        self.taken += len(data)
        return data


class Sparse:
    """A few stretches of bytes in a file of zeros."""

    def __init__(self, size: int, parts: dict[int, bytes]) -> None:
        self._size, self._parts = size, parts

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, n: int) -> bytes:
        n = min(n, self._size - offset)
        if offset < 0 or n <= 0:
            return b""
        data = bytearray(n)
        for begin, part in self._parts.items():
            first, last = max(begin, offset), min(begin + len(part), offset + n)
            if first < last:
                data[first - offset : last - offset] = part[first - begin : last - begin]
        return bytes(data)


class Repeated:
    """A head, then the same bytes again and again, then a tail."""

    def __init__(self, head: bytes, again: bytes, times: int, tail: bytes) -> None:
        self._head, self._again, self._times, self._tail = head, again, times, tail

    @property
    def size(self) -> int:
        return len(self._head) + len(self._again) * self._times + len(self._tail)

    def read(self, offset: int, n: int) -> bytes:
        data, end = b"", min(offset + n, self.size)
        border = self.size - len(self._tail)
        if offset < len(self._head):
            data = self._head[offset:end]
        first, last = max(offset, len(self._head)) - len(self._head), min(end, border) - len(self._head)
        if first < last:
            whole = self._again * (last // len(self._again) - first // len(self._again) + 1)
            data += whole[first % len(self._again) :][: last - first]
        return data + self._tail[max(0, offset - border) : max(0, end - border)]


def examined(source: ByteSource, name: str, *, bytes_read: int, memory: int = 64 * MIB) -> ReadFile[object]:
    """The file, once every check that reads it has run within these bounds."""
    counted = Counted(source)
    tracemalloc.start()
    try:
        file = read(counted, name)
        for check in CHECKS if file.error is None else ():
            if check.reads and (check.reads == ANY or file.format in check.reads):
                assert all(str(seen) for seen in check.run(file))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counted.taken < bytes_read
    assert peak < memory
    return file


def sparse_zip() -> Sparse:
    """A zip whose storage has a terabyte, written as PyTorch writes it."""
    storage = TERABYTE - 4096
    small = torch_zip(pickle=ASKED.replace(b"K\x10", b"\x8a\x06" + struct.pack("<Q", storage // 4)[:6]), storage=b"")
    wide = struct.pack("<2H2Q", 1, 16, storage, storage)
    before, name, after = small.partition(b"model/data/0")
    at = len(before) - 30
    local = bytearray(before[at:])
    local[18:26], local[28:30] = b"\xff" * 8, struct.pack("<H", len(wide))
    rest, _, directory = after.partition(b"PK\1\2")
    directory = b"PK\1\2" + directory
    grown = len(wide) + storage
    out, position = b"", 0
    while directory.startswith(b"PK\1\2", position):
        names = struct.unpack_from("<H", directory, position + 28)[0]
        entry = bytearray(directory[position : position + 46 + names])
        position += len(entry)
        (offset,) = struct.unpack_from("<I", entry, 42)
        extra = b""
        if offset == at:
            entry[20:28], extra = b"\xff" * 8, wide
        elif offset > at:
            entry[42:46], extra = b"\xff" * 4, struct.pack("<2HQ", 1, 8, offset + grown)
        entry[30:32] = struct.pack("<H", len(extra))
        out += bytes(entry) + extra
    start = len(before) + len(name) + len(rest) + grown
    count = struct.unpack_from("<H", directory, position + 10)[0]
    end = b"PK\6\6" + struct.pack("<QHH2I2Q2Q", 44, 45, 45, 0, 0, count, count, len(out), start)
    end += b"PK\6\7" + struct.pack("<IQI", 0, start + len(out), 1)
    end += b"PK\5\6" + struct.pack("<4H2IH", 0, 0, count, count, len(out), 0xFFFFFFFF, 0)
    head = before[:at] + bytes(local) + name + wide
    return Sparse(start + len(out) + len(end), {0: head, len(head) + storage: rest + out + end})


def sparse_tar() -> Sparse:
    info = tarfile.TarInfo("weights.bin")
    info.size = TERABYTE
    head = info.tobuf(tarfile.GNU_FORMAT)
    return Sparse(len(head) + TERABYTE + 1024, {0: head})


ENORMOUS = {
    "nothing": (Sparse(TERABYTE, {}), "weights.bin"),
    "nothing at all": (Sparse(TERABYTE, {}), "model.pkl"),
    "pickle": (
        Sparse(TERABYTE, {0: b"\x80\x04\x8e" + struct.pack("<Q", TERABYTE - 12), TERABYTE - 1: b"."}),
        "model.pkl",
    ),
    "pickle before": (Sparse(TERABYTE, {0: HONEST}), "model.pkl"),
    "safetensors": (
        Sparse(
            TERABYTE,
            {
                0: struct.pack("<Q", 80)
                + b'{"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}'.ljust(80) % ((TERABYTE - 88,) * 2)
            },
        ),
        "model.safetensors",
    ),
    "array": (
        Sparse(
            TERABYTE,
            {
                0: b"\x93NUMPY\1\0\x76\0"
                + (b"{'descr': '|u1', 'fortran_order': False, 'shape': (%d,)}" % (TERABYTE - 128)).ljust(117)
                + b"\n"
            },
        ),
        "array.npy",
    ),
    "legacy": (
        Sparse(
            TERABYTE,
            {0: LEGACY + p(2, b"N") + p(2, b"]"), TERABYTE - 9: b"hilt"},
        ),
        "model.pt",
    ),
    "zip": (sparse_zip(), "model.pt"),
    "tar": (sparse_tar(), "model.tar"),
}


@pytest.mark.parametrize("name", ENORMOUS)
def test_a_terabyte_is_answered_after_a_few_megabytes(name: str) -> None:
    source, path = ENORMOUS[name]
    # Wherever pickles might follow, a look is taken at the first megabytes behind.
    examined(source, path, bytes_read=64 * MIB)


def test_a_storage_of_a_terabyte_is_accounted_for() -> None:
    file = examined(sparse_zip(), "model.pt", bytes_read=16 * MIB)
    assert file.format == "torch-zip"
    assert [
        seen for check in CHECKS if check.id in ("torch-members", "archive-ambiguity") for seen in check.run(file)
    ] == []


def test_a_sparse_file_on_a_disk_is_answered_as_well(tmp_path: Path) -> None:
    from hilt.sources.file import FileSource, Locator

    path = tmp_path / "model.pkl"
    with path.open("wb") as out:
        out.write(HONEST)
        out.truncate(16 * GIB)
    with FileSource(Locator.of(str(path), path.stat())) as source:
        examined(source, "model.pkl", bytes_read=64 * MIB)


@pytest.mark.slow
@pytest.mark.reaches("archive_members")
def test_of_ten_million_members_a_hundred_thousand_are_listed() -> None:
    part = zip_of(Part(name="a", data=b""))
    directory = part.index(b"PK\1\2")
    entry, times = part[directory : directory + 47], 10_000_000
    size = len(entry) * times
    tail = b"PK\6\6" + struct.pack("<QHH2I2Q2Q", 44, 45, 45, 0, 0, times, times, size, directory)
    tail += b"PK\6\7" + struct.pack("<IQI", 0, directory + size, 1)
    tail += b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, directory, 0)
    source = Counted(Repeated(part[:directory], entry, times, tail))
    with pytest.raises(LimitExceeded, match="archive_members"):
        zip_format.read(source, Limits())
    assert source.taken < 32 * MIB


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress(b"\0" * MIB) * 1000, "model.gz"),
        (bz2.compress(b"\0" * MIB) * 1000, "model.bz2"),
        (lzma.compress(b"\0" * MIB) * 1000, "model.xz"),
        (gzip.compress(HONEST[:-1] + b"\0" * MIB) + gzip.compress(b"\0" * MIB) * 1000, "model.pkl.gz"),
        (
            zip_of(Part(data=b"\0" * (64 * MIB), method=8), *(Part(name=f"{n}", data=b"", method=8) for n in range(9))),
            "a.zip",
        ),
    ],
    ids=["gzip", "bzip2", "xz", "joblib", "zip"],
)
def test_a_compressed_gigabyte_is_given_up_in_little_memory(data: bytes, name: str) -> None:
    examined(MemorySource(data), name, bytes_read=64 * MIB, memory=96 * MIB)


def test_a_dictionary_larger_than_memory_is_not_made() -> None:
    header = b"\x5d" + struct.pack("<IQ", 0xFFFFFFFF, 1 << 40)
    file = read(header + b"\0" * 100, "model.joblib")
    assert file.error is not None or file.format == "unknown"


def test_pickles_that_explode_are_read_in_little_memory() -> None:
    examined(MemorySource(laughs(b"]", b"e", 12)), "model.pkl", bytes_read=MIB, memory=8 * MIB)
    examined(
        MemorySource(b"\x80\x02" + b"(" * 50_000 + b"t" * 50_000 + b"."),
        "model.pkl",
        bytes_read=32 * MIB,
        memory=256 * MIB,
    )


class Failing:
    """A source that can be read so many times, and then is shorter than it was."""

    def __init__(self, data: bytes, reads: int) -> None:
        self._source, self._left = MemorySource(data), reads

    @property
    def size(self) -> int:
        return self._source.size

    def read(self, offset: int, n: int) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise ChangedWhileRead("the file became shorter while it was read")
        return self._source.read(offset, n)


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a")
        info.size = 700
        archive.addfile(info, io.BytesIO(b"h" * 700))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (HONEST, "model.pkl"),
        (zlib.compress(HONEST), "model.joblib"),
        (torch_zip(), "model.pt"),
        (tar(), "model.tar"),
        (gzip.compress(tar(), mtime=0), "model.tar.gz"),
    ],
)
def test_a_file_that_shrinks_at_any_moment_is_said_to_have_changed(data: bytes, name: str) -> None:
    for reads in range(200):
        try:
            file = read(Failing(data, reads), name)
            for check in CHECKS:
                if check.reads and (check.reads == ANY or file.format in check.reads) and file.error is None:
                    list(check.run(file))
        except ChangedWhileRead:
            continue
        except FormatError:
            pytest.fail("what is no fault of the file was called one")
        else:
            assert file.error is None
            return
    pytest.fail("it is read more often than that")
