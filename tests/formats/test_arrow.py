"""Tables of Arrow and Parquet."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.arrow import COMMAND, HONEST, PYTHON, file, parquet, schema_in_base64, stream, thrift
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS, arrow
from hilt.formats import parquet as tables
from hilt.formats.reader import HEAD, Head, recognise
from reading import read

MODULES = {"arrow": arrow, "parquet": tables}


@pytest.mark.parametrize("kind", HONEST)
@pytest.mark.parametrize("name", ["", "data", "model.safetensors", "model.pkl"])
def test_a_file_is_recognised_under_any_name(kind: str, name: str) -> None:
    usual, data = HONEST[kind]
    found = read(data, name or usual)
    assert (found.format, found.error) == (kind.partition("-")[0], None)


@pytest.mark.parametrize("data", [stream(("own", "x")), file(("own", "x")), file(in_footer=("own", "x"))])
def test_extension_types_are_told_wherever_the_schema_stands(data: bytes) -> None:
    value = read(data, "data").value
    assert value.columns == ("text", "outer")
    assert [(one.column, one.name, one.metadata) for one in value.extensions] == [("outer/inner", "own", b"x")]
    assert (value.messages, value.pickles) == (2, ())


def test_the_type_of_python_is_a_pickle() -> None:
    value = read(parquet([("ARROW:schema", schema_in_base64(COMMAND))]), "x").value
    (extension,), (stream_,) = value.extensions, value.pickles
    assert (extension.metadata, stream_.name) == (COMMAND.encode(), "type of column outer/inner")
    broken = read(stream((PYTHON, "no pickle")), "x").value
    assert (len(broken.extensions), broken.pickles) == (1, ())


def test_streams_before_arrow_0_15_have_no_mark() -> None:
    assert arrow.read(MemorySource(stream(marked=False)), Limits()).messages == 2


def test_feather_1_is_named() -> None:
    assert read(b"FEA1" + bytes(16) + b"FEA1", "x").value.kind == "feather-1"


def test_columns_files_and_keys_of_parquet_are_told() -> None:
    value = read(parquet([("pandas", "{}")], file_path="part.0"), "x.parquet").value
    assert (value.columns, value.files, value.metadata) == (("weights",), ("part.0",), ("pandas",))
    assert value.created_by == "hilt"


DESCRIBED = thrift((1, 2), (4, ["a"]), (7, 8), (9, 4))
FILTER = thrift((1, 20), (2, thrift())) + bytes(20)


@pytest.mark.parametrize(
    "data",
    [
        parquet(),
        parquet(places=((7, 8), (9, 0), (11, 4))),
        parquet(data=bytes(8) + b"hilt", indexes=((4, 12), (5, 3), (6, 15), (7, 1))),
        parquet(data=bytes(8) + b"hilt", places=((7, 8), (9, 4), (14, 12), (15, 4))),
        parquet(behind=FILTER, places=((7, 8), (9, 4), (14, 12))),
        parquet(behind=DESCRIBED),
        parquet(behind=DESCRIBED + FILTER, places=((7, 8), (9, 4), (14, 12 + len(DESCRIBED)))),
        parquet(file_path="part.0"),
    ],
    ids=["plain", "dictionary", "indexes", "filter", "filter of its own length", "description", "both", "elsewhere"],
)
def test_every_byte_that_the_footer_of_parquet_leads_to_is_accounted_for(data: bytes) -> None:
    assert read(data, "x.parquet").value.unowned == ()


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (parquet() * 2, [(12, 12 + len(parquet()))]),
        (parquet(behind=b"hilt"), [(12, 16)]),
        (parquet(behind=thrift((7, 9), (9, 4))), [(12, 17)]),  # describes another chunk
        (parquet(behind=b"hilt" + FILTER, places=((7, 8), (9, 4), (14, 16))), [(12, 16)]),
        (parquet(behind=b"\xff" * 8, places=((7, 8), (9, 4), (14, 12))), [(12, 20)]),
        (parquet(places=((7, 4), (9, 4))), [(8, 12)]),
        (parquet(places=()), [(4, 12)]),
    ],
    ids=["itself", "behind", "no description", "before a filter", "no filter", "a hole", "nothing said"],
)
def test_what_the_footer_of_parquet_does_not_lead_to_belongs_to_nothing(data: bytes, left: list[object]) -> None:
    assert list(read(data, "x.parquet").value.unowned) == left


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (parquet(places=((7, 90), (9, 4))), "a column lies at bytes 4 to 94, the footer begins at 12"),
        (parquet(places=((7, 8), (9, -4))), "a column lies at bytes -4 to 4"),
        (parquet(indexes=((4, 99), (5, 1))), "a column lies at bytes 99 to 100"),
        (b"PAR1" + bytes(20) + b"PARE", "its footer is encrypted"),
        (b"PAR1" + bytes(20), "not with PAR1"),
        (parquet(extra=b"\0"), "1 bytes stand behind the footer"),
        (parquet([("ARROW:schema", "AAA")]), "base64"),
        (file()[:-6] + b"ARROW2", "does not end as one"),
        (stream() + b"\0", "1 bytes behind the messages belong to nothing"),
        (b"FEA1" + bytes(16), "does not end as one"),
    ],
)
def test_what_is_no_table_is_named(data: bytes, words: str) -> None:
    file_ = read(data, "x")
    assert words in str(file_.error)


@pytest.mark.parametrize("kind", HONEST)
def test_truncations_and_random_changes_are_a_value_or_a_format_error(kind: str) -> None:
    dice, data = random.Random(kind), HONEST[kind][1]
    files = [data[:end] for end in range(1, len(data))]
    for _ in range(500):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        files.append(bytes(changed))
    for one in files:
        source = MemorySource(one)
        recognise(READERS, Head(name="x", data=one[:HEAD], source=source, limits=Limits()))
        with suppress(FormatError):
            MODULES[kind.partition("-")[0]].read(source, Limits())


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(protobuf_fields=5), "protobuf_fields"),
        (Limits(graph_depth=3), "graph_depth"),
        (Limits(graph_text_bytes=3), "graph_text_bytes"),
        (Limits(header_entries=1), "header_entries"),
        (Limits(graph_items=0), "graph_items"),
    ],
)
def test_footers_of_parquet_have_bounds(limits: Limits, name: str) -> None:
    with pytest.raises(LimitExceeded, match=name):
        tables.read(MemorySource(parquet([("a", "b")])), limits)


def test_schemas_and_messages_of_arrow_have_bounds() -> None:
    with pytest.raises(LimitExceeded, match="graph_depth"):
        arrow.read(MemorySource(stream(("a", "b"))), Limits(graph_depth=1))
    with pytest.raises(LimitExceeded, match="header_entries"):
        arrow.read(MemorySource(stream()), Limits(header_entries=1))
