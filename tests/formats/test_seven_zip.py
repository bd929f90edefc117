from __future__ import annotations

import io
import random
from typing import Any

import py7zr
import pytest

from attacks.foreign_archives import AES, COPY, DELTA, PPMD, coder, number, seven_zip, seven_zip_raw, streams
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import MemberKind
from hilt.formats.seven_zip import open_member, read

FILES = {
    "config.json": b'{"a": 1}',
    "empty": b"",
    "weights.bin": random.Random(1).randbytes(200_000),
    "notes.txt": b"\xe8call\xe9 notes\n" * 9_999,
}
CHAINS = {
    "LZMA2 + BCJ": None,
    "LZMA": [{"id": py7zr.FILTER_LZMA, "preset": 3}],
    "LZMA + BCJ": [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA, "preset": 3}],
    "LZMA2 + ARM": [{"id": py7zr.FILTER_ARM}, {"id": py7zr.FILTER_LZMA2, "preset": 3}],
    "LZMA2 + Delta": [{"id": py7zr.FILTER_DELTA, "dist": 4}, {"id": py7zr.FILTER_LZMA2, "preset": 3}],
    "BZip2": [{"id": py7zr.FILTER_BZIP2}],
    "Deflate": [{"id": py7zr.FILTER_DEFLATE}],
    "Copy": [{"id": py7zr.FILTER_COPY}],
    "Zstandard": [{"id": py7zr.FILTER_ZSTD, "level": 3}],
}


def written(filters: Any, *, packed: bool = True) -> bytes:
    """The files as py7zr writes them."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=filters) as archive:
        archive.set_encoded_header_mode(packed)
        for name, data in FILES.items():
            archive.writestr(data, name)
    return out.getvalue()


def content(data: bytes, limits: Limits = Limits()) -> dict[str, bytes]:  # noqa: B008
    source = MemorySource(data)
    opened = {one.path: open_member(source, one, limits) for one in read(source, limits).members}
    return {path: member.read(0, member.size) for path, member in opened.items()}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("method", CHAINS)
def test_what_another_writer_packs_comes_out_again(method: str, packed: bool) -> None:
    data = written(CHAINS[method], packed=packed)
    archive = read(MemorySource(data), Limits())
    assert ({one.method for one in archive.members}, archive.oddities) == ({method}, ())
    assert content(data) == FILES


@pytest.mark.parametrize("method", [COPY, DELTA, None])
def test_the_builder_of_attacks_packs_as_others_do(method: bytes | None) -> None:
    data = seven_zip(layers=1) if method is None else seven_zip(method=method)
    names = ["config.json", "notes.txt"]
    assert list(content(data)) == names
    with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
        assert archive.getnames() == names


def test_links_and_folders_are_told_apart() -> None:
    unix = [0x8000 | 0o100644 << 16, 0x8000 | 0o120777 << 16, 0x8000 | 0o020666 << 16]
    files = [("a", b"x"), ("b", b"../../etc/passwd"), ("c", b"y")]
    members = read(MemorySource(seven_zip(files, attributes=unix)), Limits()).members
    assert [(one.kind, one.target) for one in members] == [
        (MemberKind.FILE, ""),
        (MemberKind.LINK, "../../etc/passwd"),
        (MemberKind.SPECIAL, ""),
    ]


def test_members_in_one_block_are_read_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from hilt.formats import seven_zip_blocks

    started = []
    machine = seven_zip_blocks._machine
    monkeypatch.setattr(
        seven_zip_blocks, "_machine", lambda one, limits: started.append(one.method) or machine(one, limits)
    )
    files = [(f"{place}.bin", bytes([place]) * 200_000) for place in range(40)]
    assert content(seven_zip(files)) == dict(files)
    assert len(started) <= 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (seven_zip(hidden=True), "the list of members is encrypted"),
        (seven_zip(layers=6), "packed inside each other"),
        (seven_zip()[:40], "the archive at 40"),
        (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24), "another CRC-32"),
        (seven_zip(count=3), "2 names for 3 files"),
        (seven_zip_raw(b"", b"\1\4\x09"), "of the kind 9 at the wrong place"),
        (seven_zip_raw(b"", b"\1\5\1\x11" + number(1 << 60)), "a property of"),
        (seven_zip_raw(b"", b"\2"), "which is no header"),
        (seven_zip_raw(b"", b"\1\4\7\x0b\1\0" + number(1 << 40)), "coders, 1 to 32 are allowed"),
    ],
)
def test_a_broken_archive_says_what_is_wrong(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(MemorySource(data), Limits())


@pytest.mark.reaches("archive_members", "archive_list_bytes")
@pytest.mark.parametrize(
    ("data", "limits", "limit"),
    [
        (seven_zip(count=1 << 50), Limits(), "archive_members"),
        (seven_zip(), Limits(archive_members=1), "archive_members"),
        (seven_zip_raw(b"", b"\1\4\7\x0b" + number(1 << 40)), Limits(), "archive_members"),
        (seven_zip(), Limits(archive_list_bytes=20), "archive_list_bytes"),
        (
            seven_zip_raw(b"\0" * 9, b"\x17" + streams(9, 1 << 40, coder(b"\x21", b"\x28")) + b"\0"),
            Limits(),
            "archive_list_bytes",
        ),
    ],
)
def test_more_than_is_allowed_is_refused_at_once(data: bytes, limits: Limits, limit: str) -> None:
    with pytest.raises(LimitExceeded) as raised:
        read(MemorySource(data), limits)
    assert raised.value.limit == limit


@pytest.mark.parametrize(
    ("data", "limits", "words"),
    [
        (seven_zip(method=PPMD), Limits(), "compressed by PPMd, which hilt does not read"),
        (seven_zip(method=AES), Limits(), "compressed by AES"),
        (seven_zip([("a", bytes(1 << 20))]), Limits(inflated_freely=1 << 19), "inflated_ratio"),
        (seven_zip([("a", bytes(1 << 20))]), Limits(inflate_memory=1 << 16), "inflate_memory"),
        (seven_zip(size=1 << 20), Limits(), "1048576 were stated"),
    ],
)
def test_a_member_that_cannot_be_had_says_why(data: bytes, limits: Limits, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        content(data, limits)


@pytest.mark.parametrize(
    "data", [seven_zip(), seven_zip(layers=1), seven_zip(method=COPY), written(CHAINS["LZMA + BCJ"])[-600:]]
)
def test_every_prefix_is_refused(data: bytes) -> None:
    for length in range(len(data)):
        with pytest.raises(FormatError):
            read(MemorySource(data[:length]), Limits())


def test_mutations_raise_nothing_but_format_errors() -> None:
    dice = random.Random(7)
    for data in (seven_zip(), seven_zip(layers=1), seven_zip(method=DELTA)):
        for _ in range(300):
            changed = bytearray(data)
            for _ in range(dice.randint(1, 4)):
                changed[dice.randrange(len(changed))] = dice.randrange(256)
            body, header = bytes(changed[32:-120]), bytes(changed[-120:])
            for hostile in (bytes(changed), seven_zip_raw(body, header)):
                try:
                    content(hostile)
                except FormatError:
                    continue
