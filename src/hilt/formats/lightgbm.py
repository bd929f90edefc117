"""Walks a LightGBM model in its text form.

Source: LightGBM 4, src/boosting/gbdt_model_text.cpp (SaveModelToString), src/io/tree.cpp (Tree::ToString) and
python-package/lightgbm/basic.py (_dump_pandas_categorical). Lines: `tree`, `name=value` pairs of the model, the trees
(`Tree=0` and pairs of numbers), `end of trees`, then importances, parameters and the categories of pandas as JSON.
Versions 2 to 4 differ in which pairs they write.

What can bite: nothing names code. The parameters that it was trained with may name files, which nothing opens as it is
loaded.

What hilt cannot see: the numbers of the trees: what they predict, and where they lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import json
from hilt.formats.reader import Head

_START = re.compile(rb"tree\r?\nversion=v\d+\r?\n")
_SECTIONS = {
    b"feature importances:": "importances",
    b"feature_importances:": "importances",
    b"parameters:": "parameters",
    b"end of parameters": "end",
    b"end of trees": "end",
}
_LINES = {
    "model": re.compile(rb"([a-z_]+)(?:=(.*))?", re.DOTALL),
    "trees": re.compile(rb"(Tree|[a-z_]+)=([-+0-9.eEinfa \t]*)"),  # `inf` and `nan` are written as such
    "importances": re.compile(rb"(.+)=(\d+)"),
    "parameters": re.compile(rb"\[([\w+-]+): ?(.*)\]", re.DOTALL),
    "end": re.compile(rb"()()"),
}
"""What a line may be, by section: a name and a value."""
_CATEGORIES = b"pandas_categorical:"
_WINDOW = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LightGbm:
    """What a model says of itself; `parameters` are those it was trained with."""

    version: str
    objective: str
    classes: int
    features: int
    trees: int
    parameters: tuple[tuple[str, str], ...]


def probe(head: Head) -> bool:
    return _START.match(head.data) is not None


def read(source: ByteSource, limits: Limits) -> LightGbm:
    """The model in `source`; each of its lines is one that LightGBM writes."""
    section, trees, model = "model", 0, {}
    parameters: list[tuple[str, str]] = []
    for offset, line in _lines(source, limits):
        if line in _SECTIONS:
            section = _SECTIONS[line]
            continue
        if line.startswith(_CATEGORIES):
            json.parse(line.removeprefix(_CATEGORIES), limits)
            section = "end"
            continue
        if line.startswith(b"Tree=") and section in ("model", "trees"):
            section, trees = "trees", trees + 1
        pair = _LINES[section].fullmatch(line)
        if pair is None and line:
            raise FormatError(f"no line that LightGBM writes among its {section}: {line[:80]!r}", offset=offset)
        if pair is None or section not in ("model", "parameters"):
            continue
        name, value = pair[1].decode("ascii", "replace"), (pair[2] or b"").decode("utf-8", "replace")
        if section == "parameters":
            parameters.append((name, value))
        elif name in ("version", "objective", "num_class", "max_feature_idx"):
            model[name] = value
        if len(parameters) > limits.header_entries:
            raise LimitExceeded("header_entries", len(parameters), limits.header_entries, offset=offset)
    return LightGbm(
        version=model.get("version", ""),
        objective=model.get("objective", ""),
        classes=_number(model, "num_class"),
        features=_number(model, "max_feature_idx") + 1,
        trees=trees,
        parameters=tuple(parameters),
    )


def _number(model: dict[str, str], name: str) -> int:
    digits = model.get(name, "")
    if re.fullmatch(r"\d{1,9}", digits) is None:
        raise FormatError(f"{name} is {digits[:40]!r}, not a number", offset=0)
    return int(digits)


def _lines(source: ByteSource, limits: Limits) -> Iterator[tuple[int, bytes]]:
    """The lines of `source` without their ends, each with its place."""
    rest, at = b"", 0
    for offset in range(0, source.size, _WINDOW):
        *lines, rest = (rest + source.read(offset, _WINDOW)).split(b"\n")
        for line in lines:
            yield at, line.removesuffix(b"\r")
            at += len(line) + 1
        if len(rest) > limits.text_bytes:
            raise LimitExceeded("text_bytes", len(rest), limits.text_bytes, offset=at)
    yield at, rest.removesuffix(b"\r")
