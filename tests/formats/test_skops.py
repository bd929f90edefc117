from __future__ import annotations

import json
import random

import pytest

from attacks.archives import Part, zip_of
from attacks.skops_models import HONEST, HOSTILE, estimator, skops
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.skops import read as read_skops
from reading import read


def test_the_nodes_are_told_with_their_places() -> None:
    file = read(skops(estimator()), "model.skops")
    assert file.format == "skops"
    assert file.value.version == "0.16.0"
    assert [(one.path, one.loader, one.name) for one in file.value.nodes][:4] == [
        ("", "ObjectNode", "LogisticRegression"),
        ("", "DictNode", "dict"),
        ("coef_", "NdArrayNode", "ndarray"),
        ("solver", "JsonNode", "str"),
    ]


def test_it_is_known_by_what_is_in_it() -> None:
    assert read(skops(estimator()), "model.bin").format == "skops"
    other = zip_of(Part(name="schema.json", data=b'{"type": "object"}'))
    assert read(other, "schemas.zip").format == "zip"


@pytest.mark.parametrize("schema", [b"[]", b'"text"', b'{"__loader__": 7, "__module__": [], "content": {"func": {}}}'])
def test_odd_schemas_are_read(schema: bytes) -> None:
    assert read(zip_of(Part(name="schema.json", data=schema)), "model.skops").error is None


def test_a_schema_that_is_no_json_is_refused() -> None:
    file = read(zip_of(Part(name="schema.json", data=b'{"__loader__"')), "model.skops")
    assert (file.format, "not JSON" in str(file.error)) == ("skops", True)


@pytest.mark.parametrize(
    ("limits", "limit"), [(Limits(json_bytes=9), "json_bytes"), (Limits(json_depth=3), "json_depth")]
)
def test_a_schema_is_bounded(limits: Limits, limit: str) -> None:
    with pytest.raises(LimitExceeded) as raised:
        read_skops(MemorySource(skops(estimator())), limits)
    assert raised.value.limit == limit


def test_prefixes_and_mutations_raise_nothing_but_format_errors() -> None:
    data = skops(HOSTILE["a method of another type"])
    dice = random.Random(5)
    for length in range(0, len(data), 7):
        with pytest.raises(FormatError):
            read_skops(MemorySource(data[:length]), Limits())
    schema = json.dumps(HONEST[1]).encode()
    for _ in range(300):
        changed = bytearray(schema)
        changed[dice.randrange(len(changed))] = dice.randrange(256)
        try:
            read_skops(MemorySource(zip_of(Part(name="schema.json", data=bytes(changed)))), Limits())
        except FormatError:
            continue
