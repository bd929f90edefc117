from __future__ import annotations

import io
import random
import tarfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.archives import blocks, compressed, entry, header, honest_tar, tar_of
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, MemberKind, member_path, open_member
from hilt.formats.reader import HEAD, Head
from hilt.formats.tar import probe, read

FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
END = b"\0" * 1024
PAX_SIZE = header(b"x", size=12, kind=b"x") + blocks(b"12 size=512\n")


def listed(data: bytes, **limits: int) -> Archive:
    return read(MemorySource(data), Limits(**limits))


def looks_like_tar(data: bytes) -> bool:
    source = MemorySource(data)
    return probe(Head(name="model.tar", data=source.read(0, HEAD), source=source, limits=Limits()))


@pytest.mark.parametrize("kind", FORMATS)
def test_what_tarfile_writes_is_read_as_tarfile_reads_it(kind: int) -> None:
    data = honest_tar(kind)
    source = MemorySource(data)
    archive = read(source, Limits())
    assert looks_like_tar(data)
    assert archive.oddities == ()
    with tarfile.open(fileobj=io.BytesIO(data)) as other:
        infos = other.getmembers()
        assert [(m.path.rstrip("/"), m.size, m.target) for m in archive.members] == [
            (i.name, i.size, i.linkname) for i in infos
        ]
        for index, info in enumerate(infos):
            stream = other.extractfile(info) if info.isfile() else None
            if stream is not None:
                assert open_member("tar", source, index, Limits()).read(0, 9999) == stream.read()
    assert [member.kind for member in archive.members] == [
        MemberKind.FOLDER, MemberKind.FILE, MemberKind.FILE, MemberKind.LINK,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "oddity"),
    [
        (tar_of(entry("a", size=3), entry("a", size=3)), "duplicate-name"),
        (tar_of(entry("a", size=3)) + b"behind", "trailing-data"),
        (tar_of(entry("a", size=3)) + b"\0" * (2 << 20), "trailing-data"),
        (tar_of(entry("a", size=3)) + tar_of(entry("b", size=3)), "trailing-data"),
        (header(b"a") + b"x" * 512 + END, "broken-header"),
        (header(b"a", size=5, kind=b"5") + END, "size-ignored"),
        (PAX_SIZE + header(b"a") + b"\0" * 512 + END, "size-differs"),
    ],
)
def test_what_two_readers_take_differently_is_an_oddity(data: bytes, oddity: str) -> None:
    assert oddity in {found.id for found in listed(data).oddities}


def test_extended_headers_that_contradict_each_other_are_seen() -> None:
    one, two = b"16 path=one.txt\n", b"16 path=two.txt\n"
    data = b"".join(header(b"x", size=16, kind=b"x") + blocks(record) for record in (one, two)) + header(b"a") + END
    archive = listed(data)
    assert [member.path for member in archive.members] == ["two.txt"]
    assert [oddity.message for oddity in archive.oddities] == ["extended headers name the path 'one.txt' and 'two.txt'"]
    shared = header(b"g", size=16, kind=b"g") + blocks(one) + header(b"a") + header(b"b") + END
    assert "gives all members behind it the path 'one.txt'" in listed(shared).oddities[0].message


def test_sparse_members_are_named_and_not_opened() -> None:
    info = entry("big.bin", size=512, pax={"GNU.sparse.major": "1", "GNU.sparse.realsize": "1000000"})
    source = MemorySource(tar_of(info))
    member = read(source, Limits()).members[0]
    assert (member.path, member.size, member.stored) == ("big.bin", 1_000_000, 512)
    with pytest.raises(FormatError, match="sparse"):
        open_member("tar", source, 0, Limits())


def test_sparse_members_of_the_old_form_are_stepped_over() -> None:
    block = bytearray(header(b"big.bin", size=512, kind=b"S"))
    block[482:495] = b"\1%011o\0" % 1_000_000
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    more, last = b"\0" * 504 + b"\1" + b"\0" * 7, b"\0" * 512
    archive = listed(bytes(block) + more + last + b"x" * 512 + header(b"after") + END)
    assert [(m.path, m.size, m.begin) for m in archive.members] == [("big.bin", 1_000_000, 1536), ("after", 0, 2560)]


def test_sizes_past_eight_gibibytes_are_read_from_base_256() -> None:
    block = bytearray(header(b"big.bin"))
    block[124:136] = b"\x80" + (9 << 30).to_bytes(11)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    with pytest.raises(FormatError, match=f"ends {9 << 30} bytes past"):
        listed(bytes(block))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (header(b"a", size=5000) + b"x" * 512, "ends 4488 bytes past the end"),
        (header(b"a") + b"x" * 10, "ends after 10 bytes of a header"),
        (b"x" * 512, "no valid checksum"),
        (header(b"x", size=512, kind=b"x"), "ends inside an extended header"),
        (header(b"x", size=4, kind=b"x") + blocks(b"4 ab") + header(b"a"), "is not `length key=value`"),
        (header(b"x", size=4, kind=b"x") + blocks(b"-4 a") + header(b"a"), "is no number"),
    ],
)
def test_an_archive_that_cannot_be_followed_is_a_format_error(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        listed(data)


@pytest.mark.reaches("archive_members")
def test_members_are_counted_up_to_a_bound() -> None:
    data = tar_of(entry("a"), entry("b"), kind=tarfile.USTAR_FORMAT)
    assert len(listed(data, archive_members=2).members) == 2
    with pytest.raises(LimitExceeded) as caught:
        listed(data, archive_members=1)
    assert caught.value.limit == "archive_members"


@pytest.mark.reaches("text_bytes")
def test_extended_headers_are_read_up_to_a_bound() -> None:
    data = tar_of(entry("n" * 300))
    assert listed(data).members[0].path == "n" * 300
    with pytest.raises(LimitExceeded) as caught:
        listed(data, text_bytes=200)
    assert caught.value.limit == "text_bytes"


@pytest.mark.parametrize("method", ["gzip", "bzip2", "xz"])
def test_a_compressed_tar_is_one_file_that_holds_a_tar(method: str) -> None:
    outer = MemorySource(compressed(honest_tar(), method))
    inner = open_member(method, outer, 0, Limits())
    archive = read(inner, Limits())
    assert [member.path for member in archive.members][:2] == ["model/", "model/config.json"]
    for index in (2, 1):
        assert open_member("tar", inner, index, Limits()).read(0, 9999) == b"h" * 700


def test_what_is_in_a_compressed_file_takes_its_name() -> None:
    member = Member(path="content", size=1, stored=1, offset=0)
    names = {"a/b.tar.gz": "b.tar", "b.tgz": "b.tar", "x.json.xz": "x.json", ".gz": "content", "x": "content"}
    assert {name: member_path(name, member) for name in names} == names
    assert member_path("a.zip", Member(path="m/x", size=1, stored=1, offset=0)) == "m/x"


def test_every_truncation_is_a_format_error_or_a_shorter_listing() -> None:
    data = honest_tar(tarfile.GNU_FORMAT)
    whole = listed(data).members
    for length in range(0, len(data), 7):
        with suppress(FormatError):
            members = listed(data[:length]).members
            assert members == whole[: len(members)]


@pytest.mark.parametrize("kind", FORMATS)
def test_mutations_raise_format_errors_only(kind: int) -> None:
    data, chance = honest_tar(kind), random.Random(3)
    for _ in range(400):
        changed = bytearray(data)
        at = 512 * chance.randrange(8)
        for _ in range(chance.randint(1, 4)):
            changed[at + chance.randrange(512)] = chance.randrange(256)
        block = changed[at : at + 512]
        block[148:156] = b" " * 8
        changed[at + 148 : at + 156] = b"%06o\0 " % sum(block)
        with suppress(FormatError):
            listed(bytes(changed))


@given(st.binary(max_size=512), st.binary(max_size=1500))
def test_any_bytes_are_refused_or_listed(block: bytes, rest: bytes) -> None:
    with suppress(FormatError):
        listed(blocks(block) + rest)
