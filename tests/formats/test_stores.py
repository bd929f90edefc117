"""TFRecord, OCDBT and SQLite."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.stores import HONEST, VALUES, node, sqlite, tfrecord
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.crc32c import crc32c, masked
from hilt.formats.ocdbt import Ocdbt
from hilt.formats.reader import HEAD, Head, recognise
from hilt.formats.sqlite import Sqlite
from hilt.formats.tfrecord import Tfrecord
from reading import read

MODULES = {reader.id: reader.module for reader in READERS if reader.id in HONEST}


@pytest.mark.parametrize("format_id", HONEST)
@pytest.mark.parametrize("name", ["", "data", "model.safetensors", "model.pkl"])
def test_a_file_is_recognised_under_any_name(format_id: str, name: str) -> None:
    usual, data = HONEST[format_id]
    file = read(data, usual if format_id == "ocdbt-values" else name or usual)
    assert (file.format, file.error) == (format_id, None)


def test_the_checksum_is_that_of_the_specification() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert masked(bytes.fromhex("1800000000000000")) == 0x224B7FA3  # as TensorFlow wrote it


def test_records_are_counted_and_passed_over() -> None:
    name, data = HONEST["tfrecord"]
    assert read(data, name).value == Tfrecord(records=2, data_bytes=55, events=True)
    assert read(tfrecord(b"", b"a"), "x").value == Tfrecord(records=2, data_bytes=1, events=False)


@pytest.mark.parametrize(
    ("name", "data", "value"),
    [
        ("manifest.ocdbt", node("0cdb3a2a"), Ocdbt(kind="manifest", nodes=1, value_bytes=0)),
        ("x", node() + node("0cdb1234"), Ocdbt(kind="nodes", nodes=2, value_bytes=0)),
        (VALUES, b"\x28\xb5\x2f\xfd values" + node(), Ocdbt(kind="values", nodes=1, value_bytes=11)),
        (VALUES, b"\xf1\xf2\xf3" * 99 + node(), Ocdbt(kind="values", nodes=1, value_bytes=297)),
    ],
)
def test_nodes_and_values_of_a_database_are_told(name: str, data: bytes, value: Ocdbt) -> None:
    assert read(data, name).value == value


def test_pages_of_a_database_are_counted_and_what_stands_behind_them_belongs_to_nothing() -> None:
    value: Sqlite = read(sqlite(3, behind=b"behind"), "x").value
    assert (value.page_size, value.pages, value.version) == (512, 3, 3040001)
    assert value.unowned == ((1536, 1542),)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (tfrecord(b"a") + b"\1" * 30, "the length of record 1 does not have its checksum"),
        (tfrecord(b"a", b"b")[:-1], "asks for 4 bytes, 3 are left"),
        (node() + b"\0", "1 bytes behind node 1 are no node"),
        (node("0cdb3a2a") + node(), "stand behind the manifest"),
        (node()[:-1] + b"\xff", "does not have its checksum"),
        (sqlite(page_size=513), "pages of 513 bytes"),
        (b"SQLite format 3\0", "ends inside its header"),
    ],
)
def test_what_is_broken_is_named(data: bytes, words: str) -> None:
    assert words in str(read(data, "x").error)


@pytest.mark.parametrize("format_id", HONEST)
def test_truncations_and_random_changes_are_a_value_or_a_format_error(format_id: str) -> None:
    dice, (name, data) = random.Random(format_id), HONEST[format_id]
    files = [data[:end] for end in range(1, len(data), 3)]
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        files.append(bytes(changed))
    for file in files:
        source = MemorySource(file)
        recognise(READERS, Head(name=name, data=file[:HEAD], source=source, limits=Limits()))
        with suppress(FormatError):
            MODULES[format_id].read(source, Limits())


def test_more_records_than_the_limit_are_not_walked() -> None:
    with pytest.raises(LimitExceeded, match="protobuf_fields"):
        MODULES["tfrecord"].read(MemorySource(tfrecord(b"", b"")), Limits(protobuf_fields=1))
