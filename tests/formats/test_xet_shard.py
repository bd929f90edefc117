from __future__ import annotations

import random
import struct
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.formats import xet_xorb
from hilt.formats.xet_hashes import range_hash, text_of
from hilt.formats.xet_shard import SHARD_BYTES, read
from xet_client import recorder, upload
from xet_files import END, TAG, MadeFile, MadeTerm, MadeXorb, shard

RANDOM = random.Random(4)
XORB = MadeXorb([RANDOM.randbytes(100 + number) for number in range(9)])
FILES = (
    MadeFile([XORB.term()]),
    MadeFile([XORB.term(2, 4), XORB.term(0, 1), XORB.term(2, 4)]),
    MadeFile([]),
    MadeFile([XORB.term(3, 4)], proven=False),
    MadeFile([XORB.term(3, 5)], digested=False),
)


def test_files_terms_and_xorbs_are_read() -> None:
    read_back = read(shard(FILES, [XORB]))
    assert [one.sha256 for one in read_back.files] == [*(one.sha256 for one in FILES[:4]), ""]
    assert [one.size for one in read_back.files] == [len(one.data) for one in FILES]
    assert [one.count for one in read_back.files] == [1, 3, 0, 1, 1]
    assert [(one.xorb, one.size, one.start, one.end) for one in read_back.files[1].terms()] == [
        (one.xorb, one.size, one.start, one.end) for one in FILES[1].terms
    ]
    assert [one.proof for one in read_back.files[1].terms()] == [one.proof for one in FILES[1].terms]
    assert [one.proof for one in read_back.files[3].terms()] == [b""]
    assert read_back.xorbs == (XORB.hash,)


def test_an_empty_shard_says_nothing() -> None:
    read_back = read(shard([]))
    assert (read_back.files, read_back.xorbs) == ((), ())


def test_a_footer_is_passed_over() -> None:
    assert len(read(shard(FILES, [XORB], behind=bytes(200))).files) == len(FILES)


def header(version: int = 2, footer: int = 0) -> bytes:
    return TAG + struct.pack("<2Q", version, footer)


def term(size: int = 1, start: int = 0, end: int = 1) -> bytes:
    return shard([MadeFile([MadeTerm(XORB.hash, size, start, end, bytes(32))])])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "1 records for the header"),
        (TAG, "1 records for the header"),
        (shard([], tag=b"MDB" + TAG[3:]), "no shard does"),
        (shard([], tag=TAG[:-1] + b"x"), "no shard does"),
        (shard([], version=3), "version 3, and hilt reads version 2"),
        (header(), "1 records for a file, and 0 bytes are left"),
        (header() + END, "1 records for a xorb, and 0 bytes are left"),
        (header() + END + END[:-1], "1 records for a xorb, and 47 bytes are left"),
        (shard([MadeFile([XORB.term()], count=10**9)]), "1000000000 records for the terms of a file"),
        (shard([MadeFile([XORB.term()], count=2**32 - 1)]), "4294967295 records"),
        (shard([MadeFile([XORB.term()], count=2)])[:192], "records for the proofs|records for the terms"),
        (header() + END + struct.pack("<32s4I", XORB.hash, 0, 8193, 0, 0) + END, "of 8193 chunks"),
        (header() + END + struct.pack("<32s4I", XORB.hash, 0, 2, 0, 0) + END, "2 records for the chunks"),
        (term(size=0), "a term of 0 bytes"),
        (term(start=1), "in chunks 1 to 1"),
        (term(start=5, end=2), "in chunks 5 to 2"),
        (term(end=8193), "in chunks 0 to 8193"),
        (shard([]) + b"x", "1 bytes are left for a footer of 0"),
        (header(footer=48) + END + END, "0 bytes are left for a footer of 48"),
        (header(footer=2**63) + END + END, "for a footer of 9223372036854775808"),
    ],
)
def test_what_lies_is_refused_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why) as caught:
        read(data)
    assert caught.value.offset is not None


def test_what_is_too_long_is_not_read() -> None:
    with pytest.raises(FormatError, match="too many for a shard"):
        read(bytes(SHARD_BYTES + 1))


def test_more_files_than_anybody_sends_are_refused() -> None:
    with pytest.raises(FormatError, match="more than 100000 files"):
        read(header() + MadeFile([], digested=False, proven=False).records() * 100_001 + END + END)


def test_more_xorbs_than_anybody_sends_are_refused() -> None:
    with pytest.raises(FormatError, match="xorb 100001"):
        read(header() + END + struct.pack("<32s16x", XORB.hash) * 100_001 + END)


MADE = shard(FILES, [XORB])


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_is_changed_it_is_read_or_refused(data: st.DataObject) -> None:
    mangled = bytearray(MADE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mangled)))
        mangled[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    try:
        found = read(bytes(mangled))
    except FormatError:
        return
    assert sum(one.count for one in found.files) * 48 <= len(mangled)
    for file in found.files:
        assert sum(one.size for one in file.terms()) == file.size


def test_what_the_real_client_sends_is_read_to_the_last_byte(tmp_path: Path) -> None:
    files = {
        "random": RANDOM.randbytes(300_000),
        "floats": struct.pack("<90000f", *(RANDOM.gauss(0, 1) for _ in range(90_000))) + b"abc",
        "text": b"what is said again and again\n" * 20_000,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with recorder() as (address, sent):
        done = upload(f"{address}/token", [tmp_path / name for name in files], tmp_path / "home")
    assert done.returncode == 0, done.stderr
    xorbs = {one.path.rpartition("/")[2]: MemorySource(one.body) for one in sent if one.path.startswith("/v1/xorbs/")}
    found = {name: xet_xorb.read(source) for name, source in xorbs.items()}
    assert [text_of(one.hash) for one in found.values()] == [*xorbs]
    assert {one.scheme for xorb in found.values() for one in xorb.chunks} == {0, 1, 2}
    (body,) = (one.body for one in sent if one.path == "/v1/shards")
    whole = {}
    for file in read(body).files:
        parts = []
        for one in file.terms():
            chunks = found[text_of(one.xorb)].chunks[one.start : one.end]
            assert range_hash(part.hash for part in chunks) == one.proof
            parts += [xet_xorb.unpacked(xorbs[text_of(one.xorb)], part) for part in chunks]
        whole[file.sha256] = b"".join(parts)
    assert whole == {sha256(data).hexdigest(): data for data in files.values()}
