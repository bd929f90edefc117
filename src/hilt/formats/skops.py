"""Reads a skops model: a zip with a tree of nodes in `schema.json`, and the arrays that the nodes name.

Specification: skops, skops/io/_audit.py, _general.py, _sklearn.py and _numpy.py (protocol 0 to 2): each node names a class
by `__module__` and `__class__`, and by `__loader__` what skops makes of it.

What can bite: skops imports the classes and functions that the schema names and calls them: those that it trusts, and
those that its user lists as `trusted`, which instructions say to do blindly.

What hilt cannot see: what classes and functions do that hilt does not know; the numbers in the arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, remembered
from hilt.formats.reader import HEAD, Head
from hilt.formats.zip import member_names, open_member
from hilt.formats.zip import read as list_zip

__all__ = ["Skops", "SkopsNode", "open_member", "probe", "read"]

_SCHEMA, _LOADER = "schema.json", "__loader__"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkopsNode:
    """One node: `loader` makes something of what `module` and `name` name. `path` says where in the model it stands.

    `method` is what a MethodNode takes from its object, and `holds` the module and name of that object.
    """

    path: str
    loader: str
    module: str
    name: str
    method: str = ""
    holds: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skops(Archive):
    """A zip with a model: `nodes` in the order in which they stand, `version` is that of the skops that wrote it."""

    nodes: tuple[SkopsNode, ...]
    version: str


def probe(head: Head) -> bool:
    if _SCHEMA not in member_names(head.source, head.limits):
        return False
    archive = list_zip(head.source, head.limits)
    try:
        return _LOADER.encode() in open_member(head.source, _schema(archive), head.limits).read(0, HEAD)
    except FormatError:
        return head.name.lower().endswith(".skops")


@remembered
def read(source: ByteSource, limits: Limits) -> Skops:
    """The nodes of the model. Raises `FormatError` where the schema is no JSON, `LimitExceeded` where it is too large."""
    archive = list_zip(source, limits)
    member = _schema(archive)
    if member.size > limits.json_bytes:
        raise LimitExceeded("json_bytes", member.size, limits.json_bytes, offset=member.offset)
    from hilt.formats.json import parse  # other zips are probed here as well

    schema = parse(open_member(source, member, limits).read(0, member.size), limits).value
    version = schema.get("_skops_version") if isinstance(schema, dict) else ""
    return Skops(
        members=archive.members,
        oddities=archive.oddities,
        nodes=tuple(_nodes(schema)),
        version=version if isinstance(version, str) else "",
    )


def _schema(archive: Archive) -> Member:
    """The last member of the name, which is the one that Python's zipfile opens."""
    found = next((member for member in reversed(archive.members) if member.path == _SCHEMA), None)
    if found is None:
        raise FormatError(f"the archive has no {_SCHEMA}")
    return found


def _nodes(schema: Any) -> Iterator[SkopsNode]:
    todo: list[tuple[str, Any]] = [("", schema)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, list):
            todo.extend((f"{path}[{at}]", inner) for at, inner in reversed(list(enumerate(value))))
        elif isinstance(value, dict):
            if _LOADER in value:
                yield _node(path, value)
            # What only says how the tree is stored is left out of the path.
            todo.extend(
                (path if key in ("content", "attrs") else f"{path}.{key}".lstrip("."), inner)
                for key, inner in reversed(value.items())
            )


def _node(path: str, value: dict[str, Any]) -> SkopsNode:
    content = value.get("content")
    method, holds = "", None
    if value[_LOADER] == "MethodNode" and isinstance(content, dict):
        method, owner = _text(content.get("func")), content.get("obj")
        if isinstance(owner, dict):
            holds = _text(owner.get("__module__")), _text(owner.get("__class__"))
    return SkopsNode(
        path=path,
        loader=_text(value[_LOADER]),
        module=_text(value.get("__module__")),
        name=_text(value.get("__class__")),
        method=method,
        holds=holds,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
