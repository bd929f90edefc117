"""Reads and writes the model files of the Model Openness Framework.

Specification: `schema/mof_schema.json` of the Model Openness Tool. Every value is the text that stands there. A key that
occurs twice, an alias, a tag, an unknown component or a key where none belongs is an error, which names the key and the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.knowledge.openness.components import COMPONENTS, NAMED

if TYPE_CHECKING:
    import yaml

FRAMEWORK, VERSION, DATE = "Model Openness Framework", "1.0", "2024-12-15"
KINDS = ("distribution", "code", "data", "document")
"""What a licence of a release as a whole is for; `distribution` is for all that has none of its own."""

_UNLICENSED = ("", "unlicensed", "License not specified", "Component not included", "Pending evaluation")
_WORDS = {
    "type": ("", "language", "vision", "image", "audio", "video", "3d", "code", "multimodal", "other"),
    "architecture": (
        *("", "transformer", "transformer decoder", "transformer encoder-decoder", "decoder", "encoder", "diffusion"),
        *("RNN", "CNN", "LSTM", "NeRF", "hybrid", "undisclosed", "other"),
    ),
    "treatment": ("pre-trained", "instruct fine-tuned", "chat fine-tuned"),
}
_PLAIN = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
_NOTHING = ("null", "~", "Null", "NULL")
_DEPTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component of a release. `licence` is its own: None where it has none, empty where it says that it has none."""

    component: str
    licence: str | None = None
    licence_path: str = ""
    path: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as such a file tells it. `licences` maps a kind to (name, path); `about` holds all else that is text."""

    name: str
    producer: str
    licences: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    framework: tuple[str, str] = (VERSION, DATE)

    def held(self) -> dict[str, tuple[str, ...]]:
        """The licences of each component: its own, or those of its type of content, or those of the distribution."""
        return {part.component: self._licences(part) for part in self.parts}

    def _licences(self, part: Part) -> tuple[str, ...]:
        if part.licence is not None:
            return () if part.licence in _UNLICENSED else (part.licence,)
        content = next(one.content for one in COMPONENTS if one.id == part.component)
        names = [self.licences[kind][0] for kind in (content, "distribution") if kind in self.licences]
        name = next((name for name in names if name), "")
        return () if name in _UNLICENSED else (name,)


def is_release(value: Any) -> bool:
    """Is this document of a YAML file such a file, right or wrong?"""
    framework = value.get("framework") if isinstance(value, dict) else None
    return isinstance(framework, dict) and framework.get("name") == FRAMEWORK


def read(text: str, limits: Limits) -> Release:
    """The release that `text` tells. Raises `FormatError` with the key and the line."""
    import yaml

    from hilt.formats.yaml_values import weigh

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        weigh(text, limits)
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise FormatError(f"not YAML: {error.problem or error.context}{line}") from None
    except yaml.YAMLError as error:
        raise FormatError(f"not YAML: {str(error).splitlines()[0]}") from None
    if node is None:
        raise FormatError("the file is empty")
    return _release(_tree(node, "", set(), 0))


def write(release: Release) -> str:
    """The release as such a file."""
    import yaml

    version, day = release.framework
    told: dict[str, Any] = {"name": release.name, **release.about, "producer": release.producer}
    told["license"] = {kind: {"name": name, "path": path} for kind, (name, path) in release.licences.items()}
    told["components"] = [_part_written(part) for part in release.parts]
    document = {"framework": {"name": FRAMEWORK, "version": version, "date": day}, "release": told}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _part_written(part: Part) -> dict[str, str]:
    component = next(one for one in COMPONENTS if one.id == part.component)
    told = {"name": component.name, "description": part.description or component.about}
    if part.path:
        told["component_path"] = part.path
    if part.licence is not None:
        told["license"] = part.licence or "unlicensed"
    if part.licence_path:
        told["license_path"] = part.licence_path
    return told


def _tree(node: yaml.Node, where: str, seen: set[int], depth: int) -> Any:
    """Plain dicts, lists and texts of a node."""
    import yaml

    line = node.start_mark.line + 1 if node.start_mark else 0
    if id(node) in seen:
        raise _wrong(where, "aliases (*) are not used here", line)
    seen.add(id(node))
    if depth > _DEPTH:
        raise _wrong(where, f"more than {_DEPTH} levels inside each other", line)
    if node.tag not in (*_PLAIN, "!"):
        raise _wrong(where, f"tags such as {node.tag} are not used here", line)
    if isinstance(node, yaml.SequenceNode):
        return [_tree(item, f"{where}[{index}]", seen, depth + 1) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return "" if not getattr(node, "style", "") and node.value in _NOTHING else node.value
    told: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(where, "a key is a plain word", key.start_mark.line + 1 if key.start_mark else 0)
        path = f"{where}.{key.value}" if where else key.value
        if key.value in told:
            raise _wrong(path, "this key occurs twice", key.start_mark.line + 1 if key.start_mark else 0)
        told[key.value] = _tree(value, path, seen, depth + 1)
    return told


def _wrong(where: str, message: str, line: int = 0) -> FormatError:
    place = f"{where or 'the file'}: {message}"
    return FormatError(f"{place} (line {line})" if line else place)


def _release(tree: Any) -> Release:
    top = _table(tree, "", ("framework", "release"))
    framework = _table(top.get("framework"), "framework", ("name", "version", "date"))
    if framework.get("name") != FRAMEWORK:
        raise _wrong("framework.name", f"{FRAMEWORK!r} is needed here, not {str(framework.get('name'))[:80]!r}")
    told = _table(top.get("release"), "release", None)
    for key in ("name", "license", "producer", "components"):
        if key not in told:
            raise _wrong(f"release.{key}", "this key is missing")
    name, producer = (_text(told[key], f"release.{key}") for key in ("name", "producer"))
    if not name:
        raise _wrong("release.name", "a name is needed here")
    about = {key: _text(value, f"release.{key}") for key, value in told.items() if key not in _OWN}
    for key, words in _WORDS.items():
        if key in about and about[key] not in words:
            raise _wrong(f"release.{key}", f"{about[key][:80]!r} is none of {', '.join(filter(None, words))}")
    _day(about.get("date", ""), "release.date")
    version, day = (_text(framework.get(key), f"framework.{key}") for key in ("version", "date"))
    _day(day, "framework.date")
    return Release(
        name=name,
        producer=producer,
        licences=dict(_licences(told["license"])),
        parts=tuple(_parts(told["components"])),
        about=about,
        framework=(version, day),
    )


_OWN = ("name", "producer", "license", "components")


def _licences(tree: Any) -> Iterator[tuple[str, tuple[str, str]]]:
    if tree in ([], ""):  # as PHP writes a table without entries
        return
    for kind, value in _table(tree, "release.license", KINDS).items():
        where = f"release.license.{kind}"
        told = _table(value, where, ("name", "path"))
        name, path = (_text(told.get(key, ""), f"{where}.{key}") for key in ("name", "path"))
        yield kind, (name, path)


def _parts(tree: Any) -> Iterator[Part]:
    if not isinstance(tree, list):
        raise _wrong("release.components", "a list is needed here")
    seen = set[str]()
    for index, item in enumerate(tree):
        where = f"release.components[{index}]"
        known = ("name", "description", "license", "license_path", "component_path")
        told = _table(item, where, known)
        text: Callable[[str], str] = lambda key, told=told, where=where: _text(told.get(key, ""), f"{where}.{key}")  # type: ignore[misc]  # noqa: E731
        name = text("name")
        if name not in NAMED:
            raise _wrong(f"{where}.name", f"{name[:80]!r} is no component of the framework")
        if name in seen:
            raise _wrong(f"{where}.name", f"{name!r} is listed twice")
        seen.add(name)
        own = text("license") if "license" in told else None
        yield Part(
            component=NAMED[name].id,
            licence="" if own == "unlicensed" else own,
            licence_path=text("license_path"),
            path=text("component_path"),
            description=text("description"),
        )


def _table(tree: Any, where: str, known: tuple[str, ...] | None) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise _wrong(where, "keys are needed here" + (f": {', '.join(known)}" if known else ""))
    for key in tree:
        if known is not None and key not in known:
            path = f"{where}.{key}" if where else key
            raise _wrong(path[:120], f"this key does not belong here; known are {', '.join(known)}")
    return tree


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(where, "this key is missing" if value is None else "a text is needed here")
    return value


def _day(value: str, where: str) -> None:
    if not value:
        return
    try:
        day = date.fromisoformat(value).isoformat()
    except ValueError:
        day = ""
    if day != value:  # from Python 3.11 on, 20260131 and 2026-W05-6 are read as well
        raise _wrong(where, f"{value[:40]!r} is no day such as 2026-01-31")
