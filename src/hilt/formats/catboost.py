"""Walks a CatBoost model (`.cbm`).

Source: CatBoost 1.2, catboost/libs/model/model.cpp (TFullModel::Save), flatbuffers/model.fbs, static_ctr_provider.cpp. The
magic `CBM1`, a length, the trees as a FlatBuffer; then, where it names further parts, the number of tables of categories
and each with its length. The rest is numbers.

What can bite: nothing names code or files: trees, tables of categories, and pairs of text that tell how it was trained.

What hilt cannot see: the numbers of the trees and tables, which are passed over; what stands in the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.flatbuffer import Flat

MAGIC = b"CBM1"
_FORMAT = "FlabuffersModel_v1"
_TABLES = "static_provider_v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatBoost:
    """The size of the trees in bytes, the entries of its information, and how many tables of categories it has."""

    size: int
    entries: int
    tables: int


def read(source: ByteSource, limits: Limits) -> CatBoost:
    """The model in `source`, walked to its last byte."""
    cursor = Cursor(source)
    if cursor.take(4, "the magic") != MAGIC:
        raise FormatError("the file does not begin as a CatBoost model does", offset=0)
    size = cursor.number("<I", "the size of the trees")
    begin = cursor.offset
    cursor.skip(size, "the trees")
    core = Flat(Window(source, begin, size), limits)
    root = core.follow(0)
    if (version := core.text(root, 0)) != _FORMAT:
        raise FormatError(f"the version {version[:40]!r} of the format is not known", offset=begin)
    entries, parts, tables = core.length(root, 2, 4), core.length(root, 3, 4), 0
    if parts == 1:
        tables = cursor.number("<I", "the tables of categories")
        for _ in range(tables):
            cursor.skip(cursor.number("<I", "the size of a table"), "a table of categories")
    elif parts:
        raise FormatError(f"{parts} further parts; only {_TABLES} is known", offset=begin + size)
    cursor.end("the model")
    return CatBoost(size=size, entries=entries, tables=tables)
