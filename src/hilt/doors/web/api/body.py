"""What a program sends with a verb: a frozen dataclass, read from JSON to the last key, and described as a JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from hilt.core.errors import UsageError

Texts = tuple[str, ...]
Answers = Mapping[str, str]
SHAPES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Texts: {"type": "array", "items": {"type": "string"}},
    Answers: {"type": "object", "additionalProperties": {"type": "string"}},
}
"""What a field may be, and how JSON Schema says it."""
LARGEST = 1 << 53
"""What any program takes for a whole number."""

B = TypeVar("B")


class _Field(NamedTuple):
    kind: Any
    about: str
    default: Any

    @property
    def needed(self) -> bool:
        return self.default is MISSING


def read_body(body: type[B], told: Mapping[str, Any]) -> B:
    """What was sent, as `body`. Raises `UsageError` with the key that is wrong."""
    known = _fields(body)
    if unknown := [key for key in told if key not in known]:
        raise UsageError(f"{unknown[0][:60]!a}: there is no such key here; known are {', '.join(known) or 'none'}")
    if missing := [name for name, one in known.items() if one.needed and name not in told]:
        raise UsageError(f"{missing[0]}: this is missing; {known[missing[0]].about}")
    for name, value in told.items():
        if not _fits(value, known[name].kind):
            raise UsageError(f"{name}: {_said(known[name].kind)} is needed here; {known[name].about}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return body(**values)


def schema_of(body: type) -> dict[str, Any]:
    """The JSON Schema of a body."""
    known = _fields(body)
    properties = {name: {**SHAPES[one.kind], "description": one.about, **_default(one)} for name, one in known.items()}
    needed = [name for name, one in known.items() if one.needed]
    told: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return told | ({"required": needed} if needed else {})


def _default(one: _Field) -> dict[str, Any]:
    if one.needed:
        return {}
    return {"default": list(one.default) if isinstance(one.default, tuple) else one.default}


def _fields(body: type) -> dict[str, _Field]:
    hints = get_type_hints(body, include_extras=True)
    told = {}
    for one in fields(body):
        kind, about = get_args(hints[one.name]) if get_origin(hints[one.name]) is Annotated else (hints[one.name], "")
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        told[one.name] = _Field(kind, about, default)
    return told


def _fits(value: Any, kind: Any) -> bool:
    if kind == Texts:
        return isinstance(value, list) and all(_fits(item, str) for item in value)
    if kind == Answers:
        return isinstance(value, dict) and all(_fits(text, str) for pair in value.items() for text in pair)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
    return isinstance(value, kind) and (kind is not str or "\0" not in value)


def _said(kind: Any) -> str:
    names = {str: "a text", bool: "true or false", int: "a whole number", Texts: "a list of texts"}
    return names.get(kind, "an object of texts")
