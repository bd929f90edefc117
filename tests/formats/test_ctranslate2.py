from __future__ import annotations

import pytest

from attacks.runtimes import ctranslate2, variable
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.ctranslate2 import read


@pytest.mark.parametrize("version", [2, 3, 4, 5, 6])
def test_every_version_is_walked(version: int) -> None:
    kind = 0 if version >= 4 else 4
    model = read(MemorySource(ctranslate2(variable("a", (2,), kind, version=version), version=version)), Limits())
    assert (model.version, model.specification, model.revision) == (version, "WhisperSpec", 3)
    assert [(one.name, one.dtype, one.shape, one.end - one.begin) for one in model.tensors] == [
        ("a", "FLOAT32", (2,), 8)
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ctranslate2(version=7), "version 7 of the format"),
        (ctranslate2().replace(b"decoder/bias\0", b"decoder/biasX"), "does not end in its only zero byte"),
        (ctranslate2().replace(b"decoder/bias\0", b"deco\0er/bias\0"), "does not end in its only zero byte"),
        (ctranslate2(variable("a", (2,), 9)), "unknown type 9"),
        (ctranslate2() + b"\0", "1 bytes stand behind"),
    ],
)
def test_what_no_converter_writes_is_an_error(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        read(MemorySource(data), Limits())


@pytest.mark.parametrize(
    ("data", "limits", "name"),
    [
        (ctranslate2(), Limits(header_entries=1), "header_entries"),
        (ctranslate2(aliases=[("a", "b")] * 3), Limits(header_entries=2), "header_entries"),
        (ctranslate2(variable("a", (1,) * 65)), Limits(), "graph_tensor_rank"),
    ],
)
def test_counts_are_bounded(data: bytes, limits: Limits, name: str) -> None:
    with pytest.raises(LimitExceeded) as raised:
        read(MemorySource(data), limits)
    assert raised.value.limit == name
