"""What holds for the formats of every inference runtime alike."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.runtimes import HONEST
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.reader import HEAD, Head, recognise
from reading import read

FORMATS = sorted(HONEST)
OPAQUE = {"tensorrt", "llamafile"}
"""Formats of which only the start, or only the end, is known."""
MODULES = {reader.id: reader.module for reader in READERS if reader.id in HONEST}


@pytest.mark.parametrize("format_id", FORMATS)
@pytest.mark.parametrize("name", ["", "weights", "model.safetensors", "model.pkl", "config.json"])
def test_a_file_is_recognised_under_any_name(format_id: str, name: str) -> None:
    usual, data = HONEST[format_id]
    file = read(data, name or usual)
    assert (file.format, file.error) == (format_id, None)


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_truncation_is_a_value_or_a_format_error(format_id: str) -> None:
    _, data = HONEST[format_id]
    errors = 0
    for end in range(len(data)):
        source = MemorySource(data[:end])
        recognise(READERS, Head(name="x", data=data[:end][:HEAD], source=source, limits=Limits()))
        try:
            MODULES[format_id].read(source, Limits())
        except FormatError:
            errors += 1
    assert errors >= (len(data) // 2 if format_id not in OPAQUE else 8)


@pytest.mark.parametrize("format_id", FORMATS)
def test_random_changes_are_a_value_or_a_format_error(format_id: str) -> None:
    dice = random.Random(format_id)
    _, data = HONEST[format_id]
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            changed[dice.randrange(min(len(changed), 600))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        source = MemorySource(bytes(changed))
        recognise(READERS, Head(name="x", data=bytes(changed[:HEAD]), source=source, limits=Limits()))
        with suppress(FormatError):
            MODULES[format_id].read(source, Limits())
