from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.pmml import DEFINED, HONEST, SPACE, TREE, pmml
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import pmml as reader
from reading import read


@pytest.mark.parametrize("data", HONEST)
@pytest.mark.parametrize("name", ["model.pmml", "model.xml", "weights"])
def test_it_is_recognised_by_its_root(data: bytes, name: str) -> None:
    file = read(data, name)
    assert (file.format, file.error) == ("pmml", None)


def test_another_root_is_plain_xml() -> None:
    assert read(b'<?xml version="1.0"?><PMMLX><PMML/></PMMLX>', "model.pmml").format == "xml"


def test_a_prefix_of_the_namespace_changes_nothing() -> None:
    data = f'<p:PMML {SPACE.replace("xmlns=", "xmlns:p=")}><p:Apply function="com.evil.F"/></p:PMML>'
    assert read(data.encode(), "model.pmml").value.applied == {"com.evil.F": 1}


def test_functions_are_kept_with_their_lines_and_definitions() -> None:
    model = read(pmml(DEFINED), "model.pmml").value
    assert (model.version, set(model.applied), model.defined) == ("4.4", {"x-log1p", "tf@1"}, {"tf@1"})
    assert set(model.applied.values()) == {5}


@pytest.mark.parametrize("data", HONEST[:3])
def test_every_truncation_is_a_format_error(data: bytes) -> None:
    whole = len(data.rstrip())
    for end in range(whole):
        with pytest.raises(FormatError):
            reader.read(MemorySource(data[:end]), Limits())


def test_random_changes_are_a_value_or_a_format_error() -> None:
    dice = random.Random(4)
    for _ in range(400):
        changed = bytearray(pmml(DEFINED))
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        with suppress(FormatError):
            reader.read(MemorySource(bytes(changed)), Limits())


def test_bounds_hold() -> None:
    with pytest.raises(LimitExceeded, match="tree_depth"):
        reader.read(MemorySource(pmml(TREE)), Limits(tree_depth=50))
    with pytest.raises(LimitExceeded, match="graph_items"):
        reader.read(MemorySource(pmml(DEFINED)), Limits(graph_items=2))
