from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.archives import End, Part, honest_zip, overlapping, zip_of
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, MemberKind, open_member
from hilt.formats.zip import member_names, read, verify


def listed(data: bytes, **limits: int) -> Archive:
    return read(MemorySource(data), Limits(**limits))


def ids(data: bytes) -> set[str]:
    return {oddity.id for oddity in listed(data).oddities}


def test_what_zipfile_writes_is_read_as_zipfile_reads_it() -> None:
    data = honest_zip()
    source, limits = MemorySource(data), Limits()
    archive = read(source, limits)
    assert archive.oddities == ()
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert [(m.path, m.size) for m in archive.members] == [(i.filename, i.file_size) for i in other.infolist()]
        for index, member in enumerate(archive.members):
            stream = open_member("zip", source, index, limits)
            assert stream.read(0, stream.size) == other.read(member.path)
            assert verify(source, member, limits) is None
    assert archive.members[0].kind is MemberKind.FOLDER


def test_data_descriptors_of_a_writer_that_cannot_seek_belong_to_their_members() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        archive.writestr("a", b"first")
        archive.writestr("b", b"second" * 50, zipfile.ZIP_DEFLATED)
    assert ids(pipe.data) == set()


def test_zip64_sizes_are_read() -> None:
    wide = struct.pack("<2H3Q", 1, 24, 2, 2, 0)
    full = 0xFFFFFFFF
    part = Part(data=b"hi", size=full, extra=wide, local_extra=struct.pack("<2H2Q", 1, 16, 2, 2), offset=full)
    data = bytearray(zip_of(part, end=End(zip64=(1, 0, 0))))
    directory = data.index(b"PK\1\2")
    data[directory + 20 : directory + 24] = b"\xff" * 4
    data[18:22] = b"\xff" * 4
    at = data.index(b"PK\6\6")
    data[at + 32 : at + 56] = struct.pack("<3Q", 1, at - directory, directory)
    end = data.index(b"PK\5\6")
    data[end + 12 : end + 20] = b"\xff" * 8
    archive = listed(bytes(data))
    assert [(m.size, m.stored, m.offset) for m in archive.members] == [(2, 2, 0)]
    assert archive.oddities == ()


@pytest.mark.parametrize(
    ("data", "oddity"),
    [
        (zip_of(Part(), Part()), "duplicate-name"),
        (zip_of(Part(local_name="config.jsom")), "name-differs"),
        (zip_of(Part(name="a\0b")), "name-differs"),
        (zip_of(Part(extra=struct.pack("<2HBI", 0x7075, 9, 1, zlib.crc32(b"config.json")) + b"evil")), "name-differs"),
        (zip_of(Part(local_method=8)), "method-differs"),
        (zip_of(Part(local_flags=1)), "flags-differs"),
        (zip_of(Part(flags=0x20, local_flags=0)), "flags-differs"),
        (zip_of(Part(flags=0x40, local_flags=0)), "flags-differs"),
        (zip_of(Part(local_size=1)), "size-differs"),
        (zip_of(Part(size=9)), "size-differs"),
        (zip_of(Part(local_crc32=1)), "crc-differs"),
        (zip_of(Part(method=97)), "method-unknown"),
        (zip_of(Part(offset=3)), "no-local-header"),
        (zip_of(Part(), Part(name="b", before=b"?" * 9)), "gap"),
        (zip_of(Part(), Part(name="b", before=b"\0" * 9)), "padding"),
        (zip_of(Part(), end=End(offset=0)), "shifted"),
        (zip_of(Part(), end=End(count=2)), "count-differs"),
        (zip_of(Part(), end=End(comment=b"hello")), "comment"),
        (zip_of(Part(), end=End(behind=b"hello")), "trailing-data"),
        (zip_of(Part(), end=End(behind=b"?" * 70_000)), "trailing-data"),
        (zip_of(Part(), end=End(prefix=b"#!/bin/sh\n", corrected=True)), "prefix"),
        (zip_of(Part(), end=End(prefix=b"#!/bin/sh\n")), "shifted"),
        (zip_of(Part(), end=End(before=b"?" * 40)), "directory-apart"),
        (overlapping(3), "overlap"),
    ],
)
def test_what_two_readers_take_differently_is_an_oddity(data: bytes, oddity: str) -> None:
    assert oddity in ids(data)


def test_a_member_that_no_directory_lists_is_seen() -> None:
    hidden = zip_of(Part(name="evil.pkl", data=b"?"))
    hidden = hidden[: hidden.index(b"PK\1\2")]
    data = zip_of(Part(), Part(name="b", before=hidden))
    assert ids(data) == {"unlisted-member"}
    assert member_names(MemorySource(data), Limits()) == ("config.json", "b")


def test_two_archives_in_a_row_are_seen_as_two() -> None:
    assert "several-ends" in ids(zip_of(Part(name="a")) + zip_of(Part(name="b")))
    assert "several-ends" in ids(zip_of(Part(name="a"), end=End(behind=b"PK\5\6 too short")))


def test_an_archive_stored_inside_another_is_not_a_second_end() -> None:
    inner = zip_of(Part(name="inner"))
    assert ids(zip_of(Part(name="inner.zip", data=inner))) == set()


def test_a_zip64_record_that_contradicts_the_end_record_is_seen() -> None:
    data = zip_of(Part(), end=End(zip64=(1, 57, 43), count=7))
    assert {oddity.id for oddity in listed(data).oddities} == {"ends-differ"}


def test_sizes_and_checksums_are_compared_with_what_comes_out() -> None:
    def false(part: Part) -> str:
        source = MemorySource(zip_of(part))
        oddity = verify(source, read(source, Limits()).members[0], Limits())
        return "" if oddity is None else oddity.id

    assert false(Part(data=b"x" * 99, method=8)) == ""
    assert false(Part(data=b"x" * 99, method=8, crc32=1)) == "crc-false"
    assert false(Part(data=b"x" * 99, method=8, size=10)) == "size-false"
    assert false(Part(data=b"x" * 99, method=8, size=100)) == "size-false"
    assert false(Part(data=b"x" * 99, crc32=1)) == "crc-false"


def test_of_two_members_of_one_name_both_can_be_opened() -> None:
    source = MemorySource(zip_of(Part(data=b"first"), Part(data=b"second")))
    opened = [open_member("zip", source, which, Limits()).read(0, 9) for which in (0, 1, "config.json")]
    assert opened == [b"first", b"second", b"second"]
    with pytest.raises(FormatError, match="no member"):
        open_member("zip", source, 2, Limits())


@pytest.mark.reaches("archive_members")
def test_members_are_counted_up_to_a_bound() -> None:
    data = zip_of(*(Part(name=str(n)) for n in range(4)))
    assert len(listed(data, archive_members=4).members) == 4
    with pytest.raises(LimitExceeded) as caught:
        listed(data, archive_members=3)
    assert caught.value.limit == "archive_members"


@pytest.mark.reaches("archive_tail_bytes")
def test_the_end_record_is_looked_for_up_to_a_bound() -> None:
    data = zip_of(Part(), end=End(behind=b"?" * 100_000))
    assert listed(data).members
    with pytest.raises(LimitExceeded) as caught:
        listed(data, archive_tail_bytes=90_000)
    assert caught.value.limit == "archive_tail_bytes"


def test_of_a_thousand_oddities_and_more_the_rest_is_told_in_one() -> None:
    oddities = listed(zip_of(*(Part(local_method=8) for _ in range(600)))).oddities
    assert len(oddities) == 1001
    assert oddities[-1].message == "more than 1000 oddities, of which the rest is not listed"


def test_names_that_are_not_utf_8_are_read_as_code_page_437() -> None:
    assert member_names(MemorySource(zip_of(Part(name=b"mod\x8ale"))), Limits()) == ("modèle",)
    assert member_names(MemorySource(b"no zip"), Limits()) == ()


def test_links_and_devices_are_told_by_their_unix_mode() -> None:
    link = Part(name="a", data=b"weights.bin", mode=0o120777)
    broken = Part(name="b", data=b"", size=5, method=97, mode=0o120777)
    members = listed(zip_of(link, broken, Part(name="c", mode=0o060666))).members
    assert [member.kind for member in members] == [MemberKind.LINK, MemberKind.LINK, MemberKind.SPECIAL]
    assert members[0].target == "weights.bin"
    assert "unreadable" in members[1].target


def test_twenty_thousand_members_are_listed_in_the_order_of_the_directory() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(20_000):
            archive.writestr(str(n), b"")
    assert [member.path for member in listed(out.getvalue()).members] == [str(n) for n in range(20_000)]


def test_every_truncation_is_a_format_error_or_a_listing() -> None:
    data = honest_zip()
    for length in range(len(data)):
        source = MemorySource(data[:length])
        with pytest.raises(FormatError):
            read(source, Limits())


def test_mutations_raise_format_errors_only() -> None:
    data, chance = honest_zip(), random.Random(7)
    for _ in range(600):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        source = MemorySource(bytes(changed))
        with suppress(FormatError):
            for member in read(source, Limits()).members:
                verify(source, member, Limits())


@given(st.binary(max_size=300))
def test_any_bytes_before_an_end_record_are_listed_or_refused(data: bytes) -> None:
    end = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 1, 1, len(data), 0, 0)
    with suppress(FormatError):
        read(MemorySource(data + end), Limits())


@given(st.lists(st.binary(max_size=3000), max_size=4), st.sampled_from([0, 8, 12, 14]))
def test_whatever_was_written_comes_back(contents: list[bytes], method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for number, content in enumerate(contents):
            archive.writestr(str(number), content)
    source = MemorySource(out.getvalue())
    assert read(source, Limits()).oddities == ()
    for number, content in enumerate(contents):
        assert open_member("zip", source, number, Limits()).read(0, 9999) == content
