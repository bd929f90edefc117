"""The list of readers promises that some probes say no where certain bytes are missing; here they are asked."""

from __future__ import annotations

import pytest

from fuzz.seeds import seeds
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.reader import HEAD, Head, Reader

NEEDY = [reader for reader in READERS if reader.needs]


def says_yes(reader: Reader, name: str, data: bytes) -> bool:
    try:
        return reader.module.probe(Head(name=name, data=data[:HEAD], source=MemorySource(data), limits=Limits()))
    except FormatError:
        return False


@pytest.mark.parametrize("reader", NEEDY, ids=lambda reader: reader.id)
def test_a_probe_says_no_without_what_its_line_needs(reader: Reader) -> None:
    name, data = seeds()[reader.id][0]
    for offset, values in reader.needs:
        assert data[offset] in values
        for value in set(range(256)) - set(values):
            changed = data[:offset] + bytes([value]) + data[offset + 1 :]
            assert not says_yes(reader, name, changed), (offset, value)
        assert not says_yes(reader, name, data[:offset])


@pytest.mark.parametrize("reader", NEEDY, ids=lambda reader: reader.id)
def test_whatever_a_probe_says_yes_to_has_what_its_line_needs(reader: Reader) -> None:
    for name, data in (seed for of_reader in seeds().values() for seed in of_reader):
        if any(
            data[offset : offset + 1] not in {bytes([value]) for value in values} for offset, values in reader.needs
        ):
            assert not says_yes(reader, name, data), name
