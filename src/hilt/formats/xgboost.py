"""Walks an XGBoost model in the binary form that was the default until XGBoost 2.

Source: XGBoost 1.7, src/learner.cc (LearnerIO::LoadModel and ::Load), src/gbm/gbtree_model.cc, src/tree/tree_model.cc,
src/gbm/gblinear_model.h. All little-endian: perhaps `binf`, 136 bytes of parameters, the names of objective and booster,
the booster's trees or weights, then pairs of strings. A serialised booster has `CONFIG-offset:`, the model's size, the
model and a JSON configuration. Numbers of trees are passed over unread.

What can bite: nothing names code or files: parameters, names of XGBoost's own objectives, and trees. Trees whose
numbers lead outside of them may crash the C++ code that follows them.

What hilt cannot see: the numbers of the trees, which are passed over: what they predict, and where they lead.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import json
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

BOOSTERS = ("gbtree", "gblinear", "dart")
SERIALISED = b"CONFIG-offset:"

_PARAMETERS, _TREE_PARAMETERS, _LINEAR_PARAMETERS, _TREE = 136, 160, 136, 148
_NODE = 20 + 16
"""Bytes of one node and of its statistics."""
_OBJECTIVE = re.compile(rb"[a-z][a-z0-9:_-]{1,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class XGBoost:
    """What a model says of itself; `attributes` are its pairs of strings, `nodes` are those of all trees."""

    objective: str
    booster: str
    features: int
    classes: int
    trees: int
    nodes: int
    attributes: tuple[tuple[str, str], ...]
    metrics: tuple[str, ...]


def probe(head: Head) -> bool:
    data = head.data
    start = len(SERIALISED) + 8 if data.startswith(SERIALISED) else 0
    start += 4 if data.startswith(b"binf", start) else 0
    at = start + _PARAMETERS
    if len(data) < at + 8:
        return False
    length = int.from_bytes(data[at : at + 8], "little")
    behind = at + 8 + length
    if length > 64 or not _OBJECTIVE.fullmatch(data, at + 8, behind):
        return False
    return any(data.startswith(struct.pack("<Q", len(name)) + name.encode(), behind) for name in BOOSTERS)


def read(source: ByteSource, limits: Limits) -> XGBoost:
    """The model in `source`, walked to its last byte."""
    start = source.read(0, len(SERIALISED) + 8)
    if not start.startswith(SERIALISED):
        return _model(source, limits)
    if len(start) != len(SERIALISED) + 8:
        raise FormatError("the file ends inside its header", offset=0)
    size = int.from_bytes(start[-8:], "little")
    rest = source.size - len(start) - size
    if rest < 0:
        raise FormatError(f"the model asks for {size} bytes, {rest + size} are left", offset=len(start))
    json.read(Window(source, len(start) + size, rest), limits)
    return _model(Window(source, len(start), size), limits)


def _model(source: ByteSource, limits: Limits) -> XGBoost:
    cursor = Cursor(source, 4 if source.read(0, 4) == b"binf" else 0)
    features, classes, has_attributes, has_metrics, major = struct.unpack_from(
        "<Iiiii", cursor.take(_PARAMETERS, "the parameters"), 4
    )
    objective, booster = _text(cursor, limits, "the objective"), _text(cursor, limits, "the booster")
    trees = nodes = 0
    if booster not in BOOSTERS:
        raise FormatError(f"the booster {booster[:40]!r} is not one of {', '.join(BOOSTERS)}", offset=cursor.offset)
    if booster == "gblinear":
        cursor.skip(_LINEAR_PARAMETERS, "the linear booster")
        cursor.skip(4 * cursor.number("<Q", "the number of weights"), "the weights")
    else:
        trees, nodes = _trees(cursor, limits, before_1=major < 1)
        if booster == "dart" and trees:
            cursor.skip(4 * cursor.number("<Q", "the number of dropped weights"), "the dropped weights")
    pairs = _count(cursor, limits, "the attributes") if has_attributes else 0
    attributes = tuple((_text(cursor, limits, "a name"), _text(cursor, limits, "a value")) for _ in range(pairs))
    count = _count(cursor, limits, "the metrics") if has_metrics and cursor.left else 0
    metrics = tuple(_text(cursor, limits, "a metric") for _ in range(count))
    cursor.end("the model")
    return XGBoost(
        objective=objective, booster=booster, features=features, classes=classes, trees=trees, nodes=nodes,
        attributes=attributes, metrics=metrics,
    )  # fmt: skip


def _trees(cursor: Cursor, limits: Limits, *, before_1: bool) -> tuple[int, int]:
    """The trees and their nodes, counted."""
    (count,) = struct.unpack_from("<I", cursor.take(_TREE_PARAMETERS, "the trees' parameters"))
    if count > limits.header_entries:
        raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset)
    nodes = 0
    for number in range(count):
        _, size, _, _, _, leaf_vector = struct.unpack_from("<iIiiii", cursor.take(_TREE, f"tree {number}"))
        cursor.skip(_NODE * size, f"tree {number}")
        if leaf_vector and before_1:
            cursor.skip(4 * cursor.number("<Q", f"tree {number}"), f"the leaves of tree {number}")
        nodes += size
    cursor.skip(4 * count, "the trees' groups")
    return count, nodes


def _count(cursor: Cursor, limits: Limits, what: str) -> int:
    count = cursor.number("<Q", what)
    if count > limits.header_entries:
        raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset)
    return count


def _text(cursor: Cursor, limits: Limits, what: str) -> str:
    length = cursor.number("<Q", what)
    if length > limits.text_bytes:
        raise LimitExceeded("text_bytes", length, limits.text_bytes, offset=cursor.offset)
    return cursor.take(length, what).decode("utf-8", "replace")
