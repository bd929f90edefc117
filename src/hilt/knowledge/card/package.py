"""What the metadata of a package says of itself: Python's core metadata, and `package.json` of npm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hilt.formats.package_metadata import PackageMetadata

_LONGEST, _MOST = 200, 64
"""Letters of a value, and values of a list."""
_NOTHING = frozenset({"", "unknown", "none", "null", "n/a", "tbd"})


class Package(NamedTuple):
    """`needs` are the packages that it depends on, as they are spelled."""

    name: str
    version: str
    summary: str
    authors: tuple[str, ...]
    needs: tuple[str, ...]


def of_python(metadata: PackageMetadata) -> Package:
    """The fields of a wheel or a source distribution. What only an extra asks for is left out."""

    def first(field: str) -> str:
        return next((said for value in metadata.values(field) if (said := _said(value))), "")

    people = (value for field in ("Author", "Author-email", "Maintainer") for value in metadata.values(field))
    authors = tuple(dict.fromkeys(said for value in people if (said := _said(value.partition("<")[0]) or _said(value))))
    needs = (_said(value) for value in metadata.values("Requires-Dist") if "extra ==" not in value)
    python = first("Requires-Python")
    return Package(
        name=first("Name"),
        version=first("Version"),
        summary=first("Summary"),
        authors=authors[:_MOST],
        needs=((f"python {python}",) if python else ()) + tuple(dict.fromkeys(one for one in needs if one))[:_MOST],
    )


def of_npm(manifest: Mapping[str, Any]) -> Package:
    """The object in a `package.json`."""
    people = [manifest.get("author"), *_list(manifest.get("contributors")), *_list(manifest.get("maintainers"))]
    authors = tuple(dict.fromkeys(said for one in people if (said := _said(_person(one)))))
    return Package(
        name=_said(manifest.get("name")),
        version=_said(manifest.get("version")),
        summary=_said(manifest.get("description")),
        authors=authors[:_MOST],
        needs=tuple(_needs(manifest)),
    )


def _needs(manifest: Mapping[str, Any]) -> Iterator[str]:
    for key in ("engines", "dependencies", "peerDependencies"):
        listed = manifest.get(key)
        for name, version in list(listed.items())[:_MOST] if isinstance(listed, dict) else ():
            yield f"{_said(name)} {_said(version)}".strip()


def _person(value: Any) -> Any:
    """A person is an object, or a text as `Name <address> (page)`."""
    told = value.get("name") if isinstance(value, dict) else value
    return told.partition("<")[0].partition("(")[0] if isinstance(told, str) else None


def _list(value: Any) -> list[Any]:
    return value[:_MOST] if isinstance(value, list) else []


def _said(value: Any) -> str:
    said = " ".join(value[: 2 * _LONGEST].split())[:_LONGEST] if isinstance(value, str) else ""
    return "" if said.lower() in _NOTHING else said
