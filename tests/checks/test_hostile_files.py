"""Files that are made to exhaust whoever reads them: each is checked in a worker with little memory and time."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pickle
import struct
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from attacks import archives, gguf, graphs, hdf5, keras, pickles
from fuzz.seeds import seeds
from hilt.checks.examined import UNREAD
from hilt.checks.run import run
from hilt.checks.workers import Workers
from hilt.core.limits import MIB, Limits
from hilt.core.progress import Silent
from hilt.core.report import Report
from hilt.formats import READERS
from hilt.sources.references import open_reference

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs limits on memory, and files with holes")

LITTLE = Limits(worker_memory=300 * MIB, file_seconds=100)
"""What any file has to do with. The interpreter itself counts in the memory, and other programs in the seconds."""

TERABYTE = 1 << 40


def report(path: Path, limits: Limits = LITTLE) -> Report:
    with Workers(limits) as workers:
        return run(open_reference(str(path), limits), limits, workers, hashed=False, progress=Silent())


def gaps(seen: Report) -> str:
    """Why parts were not read; that a worker had to be stopped, or had a bug, is no answer."""
    said = "; ".join(gap.why for gap in seen.coverage.gaps)
    assert not [word for word in ("bug", "file_seconds", "worker_memory", "reader ended") if word in said], said
    return said


def findings(seen: Report) -> str:
    return "; ".join(finding.message for finding in seen.findings)


# What becomes more than anybody can hold

_ZEROS = b"\0" * MIB


def _deflated(start: bytes = b"") -> bytes:
    """A raw deflate stream of 400 MiB of zeros, in blocks that stand alone."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = machine.compress(start) + machine.flush(zlib.Z_FULL_FLUSH)
    block = machine.compress(_ZEROS) + machine.flush(zlib.Z_FULL_FLUSH)
    return first + block * 400 + machine.flush()


def _joblib() -> bytes:
    """The start of a file of joblib: a pickle up to an array of as many bytes as come out of the bombs."""
    small = pickles.joblib_array(b"", bytes(7))
    return small[: -len(bytes(7) + b"a.")].replace(b"K\x07", b"J" + struct.pack("<i", 400 * MIB))


def _lz4() -> bytes:
    from lz4.frame import LZ4FrameCompressor

    machine = LZ4FrameCompressor()
    start = machine.begin() + machine.compress(_joblib())
    return start + b"".join(machine.compress(_ZEROS) for _ in range(400)) + machine.flush()


@pytest.mark.parametrize(
    ("name", "bomb"),
    [
        ("model.gz", lambda: b"\x1f\x8b\x08\0\0\0\0\0\0\3" + _deflated() + b"\0" * 8),
        ("streams.gz", lambda: gzip.compress(_ZEROS) * 400),
        ("model.joblib", lambda: b"\x78\x9c" + _deflated(_joblib()) + b"\0" * 4),
        pytest.param("model.bz2", lambda: bz2.compress(_ZEROS * 8) * 50, marks=pytest.mark.slow),
        pytest.param("model.xz", lambda: lzma.compress(_ZEROS * 8) * 50, marks=pytest.mark.slow),
    ],
)
def test_a_stream_that_explodes_is_left_where_it_passes_a_limit(
    tmp_path: Path, name: str, bomb: Callable[[], bytes]
) -> None:
    (tmp_path / name).write_bytes(bomb())
    said = gaps(report(tmp_path))
    assert "more than 268435455 bytes come out" in said or "limit inflated_freely = 268435456" in said


def test_a_stream_of_lz4_which_cannot_explode_is_read_in_little_memory(tmp_path: Path) -> None:
    (tmp_path / "model.lz4").write_bytes(_lz4())
    seen = report(tmp_path)
    assert (seen.formats, gaps(seen)) == ({"model.lz4": "joblib"}, "")


def test_a_member_that_explodes_is_left_where_it_passes_a_limit(tmp_path: Path) -> None:
    packed, size, name = _deflated(), 400 * MIB, b"x.pkl"
    fixed = struct.pack("<5H3I2H", 20, 0, 8, 0, 0x21, 0, len(packed), size, len(name), 0)
    local = b"PK\3\4" + fixed + name
    listed = b"PK\1\2\x14\0" + fixed + struct.pack("<3H2I", 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 1, 1, len(listed), len(local + packed), 0)
    (tmp_path / "model.zip").write_bytes(local + packed + listed + end)
    seen = report(tmp_path)
    assert f"'x.pkl' becomes {size} bytes from {len(packed)}" in findings(seen)
    gaps(seen)


def test_chunks_of_hdf5_are_not_inflated(tmp_path: Path) -> None:
    def fill(file: hdf5.h5py.File) -> None:
        bomb = file.create_dataset("bomb", (TERABYTE,), "u1", chunks=(64 * MIB,), compression=9)
        bomb[: 64 * MIB] = 0

    (tmp_path / "data.h5").write_bytes(hdf5.hdf5(fill))
    assert gaps(report(tmp_path)) == ""


@pytest.mark.parametrize(("version", "node"), [("earliest", b"TREE"), ("latest", b"BTIN")])
def test_trees_of_hdf5_that_lead_back_to_themselves_end(tmp_path: Path, version: str, node: bytes) -> None:
    data = bytearray(hdf5.hdf5(hdf5.many_links, libver=version))
    places = [at for at in range(len(data)) if data.startswith(node, at)]
    assert places
    for at, below in zip(places, cycle(places[-1:] + places[:-1])):
        for field in range(at + 8, min(at + 2000, len(data) - 8), 8):
            data[field : field + 8] = struct.pack("<Q", below)
    (tmp_path / "data.h5").write_bytes(data)
    assert gaps(report(tmp_path))


# What is deep

_DEEP = 50_000


def _onnx() -> bytes:
    model = graphs.onnx_graph(graphs.onnx_node())
    for _ in range(2000):
        model = graphs.onnx_graph(graphs.onnx_node("If", "", graphs.message((1, "then"), (6, model), (20, 5))))
    return graphs.message((1, 8), (7, model), (8, graphs.message((2, 17))))


def _compressed_again(times: int) -> bytes:
    data = b"the end\n"
    for _ in range(times):
        data = gzip.compress(data)
    return data


def _gguf() -> bytes:
    return gguf.gguf(metadata=[("k", gguf.Raw(type=9, data=struct.pack("<IQ", 9, 1) * _DEEP))])


NESTED: dict[str, Callable[[], bytes]] = {
    "lists.json": lambda: b"[" * _DEEP + b"]" * _DEEP,
    "config.json": lambda: b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
    "model.safetensors": lambda: struct.pack("<Q", 2 * _DEEP + 10) + b'{"a":' + b"[" * _DEEP + b"]" * _DEEP + b"}    ",
    "flow.yaml": lambda: b"[" * _DEEP + b"]" * _DEEP,
    "block.yaml": lambda: b"- " * 5000 + b"x",
    "card.md": lambda: b"---\na: " + b"[" * _DEEP + b"\n---\n",
    "model.xml": lambda: b"<a>" * _DEEP + b"</a>" * _DEEP,
    "model.onnx": _onnx,
    "model.gguf": _gguf,
    "model.ubj": lambda: b"{L\0\0\0\0\0\0\0\7learner" + b"[" * _DEEP,
    "tuples.pkl": lambda: b"\x80\2)" + b"\x85" * _DEEP + b".",
    "lists.pkl": lambda: b"\x80\2" + b"]" * _DEEP + b"a" * (_DEEP - 1) + b".",
    "dicts.pkl": lambda: b"\x80\2" + b"}K\0" * _DEEP + b"N" + b"s" * _DEEP + b".",
    "calls.pkl": lambda: b"\x80\2" + b"cos\nsystem\n" * _DEEP + b")" + b"R" * _DEEP + b".",
    "marks.pkl": lambda: b"\x80\2" + b"(" * _DEEP + b"t" * _DEEP + b".",
    "pickles.pkl": lambda: pickles.nested(pickles.HONEST, 500),
    "parentheses.jinja": lambda: b"{{ " + b"(" * _DEEP + b"messages",
    "blocks.jinja": lambda: b"{% if messages %}" * 20_000,
    "filters.jinja": lambda: b"{{ messages" + b"|trim" * 20_000 + b" }}",
    "minus.jinja": lambda: b"{{ " + b"-" * _DEEP + b"messages }}",
    "parentheses.py": lambda: b"(" * _DEEP,
    "attributes.py": lambda: b"x" + b".a" * _DEEP,
    "not.py": lambda: b"x = " + b"not " * 5000 + b"x\n",
    "sum.py": lambda: b"x = 1" + b" + 1" * 5000,
    "net.pt": lambda: archives.torchscript("def f(self):\n  return " + "-" * _DEEP + "x"),
    "sum.pt": lambda: archives.torchscript("def f(self):\n  return x" + " + x" * 3000),
    "array.npy": lambda: pickles.npy(b"", "(" * 5000),
    "model.keras": lambda: keras.keras('{"config":' * _DEEP),
    "zips.zip": lambda: archives.nested(40),
    "streams.gz": lambda: _compressed_again(40),
}


@pytest.mark.slow
def test_however_deep_a_file_is_it_is_read_or_refused(tmp_path: Path) -> None:
    for name, content in NESTED.items():
        (tmp_path / name).write_bytes(content())
    seen = report(tmp_path)
    assert gaps(seen)
    assert {name for name, format_id in seen.formats.items() if format_id == UNREAD} == set()
    refused = {gap.path.partition("!")[0] for gap in seen.coverage.gaps}
    # The machine that follows pickles does not recurse.
    assert set(NESTED) - refused == {name for name in NESTED if name.endswith(".pkl")}


# What is long


def test_ten_million_members_are_not_listed(tmp_path: Path) -> None:
    members, listed = 10_000_000, 100_001
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    with (tmp_path / "model.zip").open("wb") as file:
        file.write(b"PK\3\4" + struct.pack("<5H3I2H", 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0) + b"x")
        begin = file.tell()
        file.write(entry * listed)
        end = file.seek(begin + members * len(entry))
        file.write(b"PK\6\6" + struct.pack("<QHH2I4Q", 44, 45, 45, 0, 0, members, members, end - begin, begin))
        file.write(b"PK\6\7" + struct.pack("<IQI", 0, end, 1))
        file.write(b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
    assert "10000000 is past the limit archive_members = 100000" in gaps(report(tmp_path))


@pytest.mark.slow
def test_a_zip_of_more_members_than_fit_into_its_old_end_record_is_listed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        for number in range(70_000):
            archive.writestr(f"{number}.txt", "")
    seen = report(tmp_path, replace(LITTLE, files=10))
    assert gaps(seen) == "69991 of its members were not read (limit files = 10)"
    assert findings(seen) == ""


def test_what_a_global_header_of_tar_says_is_not_carried_along_with_every_member(tmp_path: Path) -> None:
    records = b"".join(b"17 hilt.%07d=\n" % number for number in range(490_000))
    folders = b"".join(archives.header(b"%d/" % number, kind=b"5") for number in range(20_000))
    header = archives.header(b"g", size=len(records), kind=b"g") + archives.blocks(records)
    (tmp_path / "model.tar").write_bytes(header + folders + bytes(1024))
    assert gaps(report(tmp_path)) == ""


def test_a_terabyte_of_nothing_behind_a_file_is_not_read(tmp_path: Path) -> None:
    for reader in READERS:
        name, data = seeds()[reader.id][0]
        path = tmp_path / reader.id / name
        path.parent.mkdir()
        path.write_bytes(data)
        if reader.id != "script":  # whatever stands behind its first line is searched until the time is up
            os.truncate(path, TERABYTE)
    seen = report(tmp_path)
    assert gaps(seen)
    assert len(seen.formats) >= len(READERS)
    assert {name for name, format_id in seen.formats.items() if format_id == UNREAD} == set()


# What changes


def _longer(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _shorter(path: Path) -> None:
    os.truncate(path, max(0, path.stat().st_size - 1))


def _another(path: Path) -> None:
    other = path.parents[1] / "other"
    other.write_bytes(pickle.dumps(["another"]))
    other.replace(path)


@pytest.mark.parametrize("change", [_longer, _shorter, _another])
def test_a_file_that_never_rests_ends_in_gaps(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path, over = tmp_path / "model" / "model.pkl", threading.Event()
    path.parent.mkdir()
    path.write_bytes(pickle.dumps(list(range(200_000))))

    def go_on() -> None:
        while not over.wait(0.001):
            change(path)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        seen = report(path.parent)
    finally:
        over.set()
        writer.join()
    said = gaps(seen)
    assert "changed while it was checked" in said or "bytes long and now ends at" in said, said
