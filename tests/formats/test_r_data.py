from __future__ import annotations

import gzip
import random
from contextlib import suppress

import pytest

from attacks.r_data import HONEST, SEEDS, bytecode, call, closure, integers, pairs, r_data, strings, symbol, vector
from hanging import no_hanging
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import r_data as reader
from reading import read


@pytest.mark.parametrize("way", ["X", "B", "A"])
@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("name", ["model.rds", "model.RData", "weights.bin", ""])
def test_every_way_of_writing_is_read_under_any_name(way: str, version: int, name: str) -> None:
    file = read(r_data(HONEST, way=way, version=version), name)
    assert (file.format, file.error) == ("r-data", None)
    assert (file.value.functions, file.value.promises, file.value.namespaces) == (2, (), ("stats",))
    assert {call.name for call in file.value.calls} == {".Call", "lm", "~", "+", "sum"}


def test_variables_of_a_workspace_are_named() -> None:
    value = read(r_data(pairs(m=integers(1), f=closure(symbol("x"))), workspace=True), "x.RData").value
    assert (value.workspace, value.variables) == (True, (("m", False), ("f", True)))


def test_calls_among_the_constants_of_byte_code_are_seen() -> None:
    value = read(r_data(closure(bytecode())), "x.rds").value
    assert [call[:3] for call in value.calls] == [("system", "echo hilt", "1")]


def test_arguments_are_told_by_their_names_or_their_numbers() -> None:
    value = read(r_data(call("f", symbol("a"), call("g"), envir=symbol("e"))), "x.rds").value
    said = [("g", "", "1"), ("f", "a", "1"), ("f", "g", "2"), ("f", "e", "envir")]
    assert [found[:3] for found in value.calls] == said


def test_a_function_of_a_package_is_called_by_its_full_name() -> None:
    value = read(r_data(call(call("::", symbol("base"), symbol("system")), strings("x"))), "x.rds").value
    assert [found.name for found in value.calls] == ["base::system"]


def test_it_is_found_inside_a_compressed_file() -> None:
    assert read(gzip.compress(r_data(HONEST)), "model.rds").format == "gzip"


@pytest.mark.parametrize(("name", "data"), SEEDS)
def test_truncations_further_bytes_and_changes_are_a_value_or_a_format_error(name: str, data: bytes) -> None:
    for end in range(len(data) - 1):
        with pytest.raises(FormatError):
            reader.read(MemorySource(data[:end]), Limits())
    with pytest.raises(FormatError):
        reader.read(MemorySource(data + b"xx"), Limits())
    dice = random.Random(name)
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        with suppress(FormatError):
            reader.read(MemorySource(bytes(changed)), Limits())


def test_values_too_deep_inside_each_other_are_not_read() -> None:
    value = integers(1)
    for _ in range(300):
        value = vector(value)
    error = read(r_data(value), "x.rds").error
    assert isinstance(error, LimitExceeded)
    assert error.limit == "tree_depth"
    for nested in (closure(closure(bytecode())), call("f", call("g", symbol("x")))):
        assert isinstance(read(r_data(nested), "x.rds", Limits(tree_depth=3)).error, LimitExceeded)


def test_more_variables_or_longer_texts_than_allowed_are_not_read() -> None:
    many = r_data(pairs(a=integers(1), b=integers(1)), workspace=True)
    assert isinstance(read(many, "x.RData", Limits(header_entries=1)).error, LimitExceeded)
    assert isinstance(read(r_data(strings("x" * 9), way="A"), "x.rds", Limits(text_bytes=8)).error, LimitExceeded)


def test_many_namespaces_are_read_in_linear_time() -> None:
    with no_hanging():
        file = read(r_data([19, 100_000, *[249, 0, 0] * 100_000]), "x.rds")
        assert (file.format, file.error) == ("r-data", None)
