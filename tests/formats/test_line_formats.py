"""Formats that are read line by line: INI, JSON lines, the metadata of Python packages."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.texts import SPACY
from hanging import no_hanging
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.ini import Item
from hilt.formats.reader import HEAD, Head, recognise
from reading import read

METADATA = b"Metadata-Version: 2.1\r\nName: a\r\nLicense: MIT\r\n  License\r\nlicense-file: LICENSE\r\nno field\r\nName: b\r\n\r\nC: d\r\n"
LINES = b'{"text": "a", "label": 1}\n{"text": "b", "label": 0}\n\n'
HONEST = {"ini": SPACY.encode(), "json-lines": LINES, "package-metadata": METADATA}
MODULES = {reader.id: reader.module for reader in READERS if reader.id in HONEST}


@pytest.mark.parametrize("format_id", HONEST)
@pytest.mark.parametrize("name", ["", "file", "file.txt", "file.md", "config.cfg"])
def test_a_file_is_recognised_under_any_name(format_id: str, name: str) -> None:
    file = read(HONEST[format_id], name)
    assert (file.format, file.error) == (format_id, None)


def test_settings_are_told_with_their_sections_and_lines() -> None:
    value = read(b"; first\n[a.b]\nx = 1\ny: two\n   three\n[a.b]\nx=\n", "x.ini").value
    assert value.sections == ("a.b", "a.b")
    assert value.items == (
        Item(section="a.b", key="x", value="1", line=3),
        Item(section="a.b", key="y", value="two\nthree", line=4),
        Item(section="a.b", key="x", value="", line=7),
    )


def test_fields_of_a_package_end_where_an_e_mail_does() -> None:
    value = read(METADATA, "PKG-INFO").value
    assert value.values("LICENSE") == ("MIT\nLicense",)
    assert value.values("Name") == ("a",)
    assert value.values("c") == ()


def test_json_lines_of_any_size_are_read_and_a_broken_line_is_named() -> None:
    value = read(LINES * 60_000, "train.jsonl").value
    assert (value.keys, value.size) == (("text", "label"), len(LINES) * 60_000)
    assert 2 <= value.parsed < 120_000
    broken = read(LINES * 200 + b"{...}\n", "train.jsonl")
    assert str(broken.error).startswith("line 601 is not JSON")
    assert read(b'{"one": "line"}\n', "train.jsonl").format == "json-lines"


@pytest.mark.parametrize(
    ("data", "format_id"),
    [
        (b"[1, 2]\n", "json"),
        (b'{\n"a": 1\n}\n', "json"),
        (b'[project]\nname = "x"\nfiles = [\n  "a",\n]\n', "text"),
        (b"[note] = this\nis text\n", "text"),
        (b"Name: x\nMetadata-Version: 2.1\n", "text"),
    ],
)
def test_what_only_looks_like_one_of_them_is_none(data: bytes, format_id: str) -> None:
    assert read(data, "file").format == format_id


@pytest.mark.parametrize("format_id", HONEST)
def test_truncations_and_random_changes_are_a_value_or_a_format_error(format_id: str) -> None:
    dice, data = random.Random(format_id), HONEST[format_id]
    files = [data[:end] for end in range(1, len(data))]
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        files.append(bytes(changed))
    for file in files:
        source = MemorySource(file)
        recognise(READERS, Head(name="x", data=file[:HEAD], source=source, limits=Limits()))
        with suppress(FormatError):
            MODULES[format_id].read(source, Limits())


@pytest.mark.parametrize("format_id", ["ini", "package-metadata"])
def test_more_entries_than_the_limit_are_not_kept(format_id: str) -> None:
    with pytest.raises(LimitExceeded, match="header_entries"):
        MODULES[format_id].read(MemorySource(HONEST[format_id]), Limits(header_entries=2))


def test_json_lines_nested_deeply_are_a_format_error() -> None:
    with pytest.raises(FormatError):
        MODULES["json-lines"].read(MemorySource(b"[" * 100_000), Limits())


def test_a_setting_of_many_lines_is_read_in_linear_time() -> None:
    with no_hanging():
        (item,) = read(b"[a]\nx=\n" + b" y\n" * 1_000_000, "x.ini").value.items
        assert len(item.value) == 2_000_000
