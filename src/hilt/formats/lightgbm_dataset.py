"""Walks a dataset in LightGBM's binary form (`.bin`).

Source: LightGBM 4, src/io/dataset.cpp (SaveBinaryFile) and dataset_loader.cpp (LoadFromBinFile). A token padded to eight
bytes, then the header, the labels and each group of features, each behind its size.

What can bite: nothing: rows to train with, which name no code and no file.

What hilt cannot see: the rows, and what a model learns from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor

TOKEN = b"______LightGBM_Binary_File_Token______\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class LightgbmDataset:
    """How many groups of features it holds."""

    groups: int


def read(source: ByteSource, limits: Limits) -> LightgbmDataset:
    """The dataset in `source`, walked to its last byte."""
    del limits
    cursor = Cursor(source)
    if cursor.take(40, "the token")[:39] != TOKEN:
        raise FormatError("the file does not begin as a dataset of LightGBM does", offset=0)
    blocks = 0
    while cursor.left or blocks < 3:
        size = cursor.number("<Q", "the size of a block")
        if not size:
            raise FormatError("a block of no bytes", offset=cursor.offset - 8)
        cursor.skip(size, "a block")
        blocks += 1
    return LightgbmDataset(groups=blocks - 2)
