from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from attacks.foreign_archives import NAMED, ar, rar_five, rar_four
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import ar as ar_format
from hilt.formats import rar
from hilt.formats.archive import Archive, MemberKind
from reading import read

FILES = [("config.json", b'{"a": 1}'), ("model/weights.bin", b"w" * 301)]
Reads = Callable[[MemorySource, Limits], Archive]


@pytest.mark.parametrize(
    "data", [rar_four(FILES), rar_five(FILES), ar([("a.json", b'{"a": 1}'), ("b.bin/", b"w" * 301)])]
)
def test_stored_members_are_read(data: bytes) -> None:
    file = read(data, "model")
    module = {"rar": rar, "ar": ar_format}[file.format]
    assert file.value.oddities == ()
    opened = [module.open_member(file.source, member, Limits()) for member in file.value.members]
    assert [source.read(0, source.size) for source in opened] == [b'{"a": 1}', b"w" * 301]


def test_long_names_of_ar_are_followed() -> None:
    gnu = ar([("//", b"a_name_of_more_than_16_bytes.o/\n"), ("/0", b"x"), ("/", b"symbols")])
    bsd = ar([("#1/20", b"a_name_of_20_bytes.oX")])
    assert [member.path for member in read(gnu, "lib.a").value.members] == ["a_name_of_more_than_16_bytes.o"]
    (member,) = read(bsd, "lib.a").value.members
    assert (member.path, member.size) == ("a_name_of_20_bytes.o", 1)


@pytest.mark.parametrize("data", [rar_four(method=3), rar_five(method=3), rar_five(encrypted=True), rar_four(flags=4)])
def test_members_that_only_rar_can_unpack_are_listed_and_not_read(data: bytes) -> None:
    file = read(data, "model.rar")
    (member,) = file.value.members
    assert member.path == "config.json"
    with pytest.raises(FormatError, match=r"packed as RAR's method 3|is encrypted"):
        rar.open_member(file.source, member, Limits())


def test_a_link_in_rar_tells_its_target() -> None:
    (member,) = read(rar_five([("a", b"")], link="../../x"), "model.rar").value.members
    assert (member.kind, member.target) == (MemberKind.LINK, "../../x")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (rar_four(hidden=True), "not even their names"),
        (rar_five(hidden=True), "not even their names"),
        (rar_five()[:-10] + b"?" * 10, "CRC-32"),
        (rar_four()[:-5] + b"?" * 5, "a header"),
        (ar(size=999), "a member of 999 bytes"),
        (b"!<arch>\nhello", "no header of a member"),
    ],
)
def test_a_broken_archive_says_what_is_wrong(data: bytes, words: str) -> None:
    file = read(data, "model")
    assert file.error is not None
    assert words in str(file.error)


@pytest.mark.parametrize(
    ("reads", "data"), [(rar.read, rar_four(FILES)), (rar.read, rar_five(FILES)), (ar_format.read, ar())]
)
def test_the_number_of_members_is_bounded(reads: Reads, data: bytes) -> None:
    with pytest.raises(LimitExceeded, match="archive_members"):
        reads(MemorySource(data), Limits(archive_members=1))


@pytest.mark.parametrize(
    ("reads", "data"), [(rar.read, rar_four(FILES)), (rar.read, rar_five(FILES)), (ar_format.read, ar())]
)
def test_prefixes_and_mutations_raise_nothing_but_format_errors(reads: Reads, data: bytes) -> None:
    dice = random.Random(3)
    hostile = [data[:length] for length in range(len(data))]
    for _ in range(500):
        changed = bytearray(data)
        changed[dice.randrange(len(changed))] = dice.randrange(256)
        hostile.append(bytes(changed))
    refused = 0
    for one in hostile:
        try:
            reads(MemorySource(one), Limits())
        except FormatError:
            refused += 1
    assert refused


@pytest.mark.parametrize(("name", "data", "kind"), NAMED)
def test_what_cannot_be_opened_is_named_under_any_name(name: str, data: bytes, kind: str) -> None:
    for under in (name, "model.bin", "README"):
        file = read(data, under)
        assert (file.format, file.value.kind) == ("foreign-archive", kind)
