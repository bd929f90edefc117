"""Reads the `keras_metadata.pb` of a SavedModel: which classes of layers Keras would build again when it loads it.

Specification: saved_metadata.proto of Keras 2.15: objects with an id (2), a path (3), an identifier (4) and metadata as
JSON (5). Before TensorFlow 2.5 the same JSON stood in `saved_model.pb`.

What can bite: Keras 2 builds the objects again that stand here: a Lambda layer brings byte code, which runs as it is
loaded, and a class of the publisher's needs code of theirs.

What hilt cannot see: what such code does; a loader that runs the graph alone never looks at this file.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import json
from hilt.formats.protobuf import BYTES, VARINT, Wire, inside, opening
from hilt.formats.reader import Head

_OBJECT = {2: VARINT, 3: BYTES, 4: BYTES, 5: BYTES, 6: BYTES}
_IDENTIFIER = "_tf_keras_"


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasMetadata:
    """How many objects the file describes, and the classes that occur in them, sorted."""

    objects: int
    keras_classes: tuple[str, ...]


def probe(head: Head) -> bool:
    opened = opening(head, {1: BYTES})
    if opened is None:
        return False
    wire, fields = opened
    described = inside(wire, fields[1], _OBJECT)
    try:
        return described is not None and 4 in described and wire.text(described[4]).startswith(_IDENTIFIER)
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> KerasMetadata:
    """The metadata in `source`. Raises `FormatError` where the bytes are no protobuf of that shape."""
    wire, classes, objects = Wire(source, limits), set[str](), 0
    for field in wire.message():
        if field.key != (1, BYTES):
            raise FormatError(f"field {field.number} is none of Keras' metadata", offset=field.start)
        objects += 1
        for part in wire.message(within=field):
            if part.key == (5, BYTES):
                classes |= class_names(wire.bytes(part), limits)
    return KerasMetadata(objects=objects, keras_classes=tuple(sorted(classes)))


def class_names(metadata: bytes, limits: Limits) -> set[str]:
    """Every `class_name` in the JSON, at any depth; none where it is no JSON, for others keep other things there."""
    try:
        document = json.parse(metadata, limits)
    except LimitExceeded:
        raise
    except FormatError:
        return set()
    names = {value for key, value in document.hidden if key == "class_name" and isinstance(value, str)}
    left = [document.value, *(value for _, value in document.hidden)]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if isinstance(name := value.get("class_name"), str):
                names.add(name)
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return names
