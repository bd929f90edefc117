"""Reads lists of packages: what pip, conda and the builders of Python packages are told to install, and from where.

Specification: pip, "Requirements File Format"; PEP 508; PEP 518 and PEP 621 (`pyproject.toml`); conda, "Managing
environments" (`environment.yml`); MLflow, `python_env.yaml`; setuptools, `setup()`.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.formats import toml_values

_COMMENT = re.compile(r"(^|\s+)#.*$")
_SHORT = {"-i": "--index-url", "-f": "--find-links", "-e": "--editable", "-r": "--requirement", "-c": "--constraint"}
_SOURCES = (*_SHORT.values(), "--extra-index-url", "--trusted-host")
_OTHERS = (
    "--no-binary",
    "--only-binary",
    "--use-feature",
    "--pre",
    "--prefer-binary",
    "--require-hashes",
    "--no-index",
)
_LONG = (*_SOURCES, *_OTHERS)
"""The options of a requirements file; any beginning that only one of them has stands for it."""
_CODING = re.compile(r"#.*coding[:=]\s*([-\w.]+)")
_USUAL = re.compile(r"utf-?8(-sig)?|(us-)?ascii|latin-?1|iso-?8859-?1", re.IGNORECASE)
_AT = re.compile(r"\s*[\w.-]+\s*(?:\[[^\]]*\])?\s*@\s*(?P<place>[^\s;]+)")
_PLACE = re.compile(r"(?:[a-z+]+://|file:|\.{0,2}/|\.$|[A-Za-z]:\\|\\\\)\S*|\S+\.(?:whl|tar\.gz|zip)(?=$|\s|;)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that something is installed from: the option that names it (empty for a package), and whether a hash binds
    what comes from there."""

    option: str
    place: str
    line: int = 0
    hashed: bool = False


def of_pip(text: str) -> Iterator[Source]:
    """The places that a requirements file names, and an encoding that it names for itself."""
    lines, held, begun = text.splitlines(), list[str](), 0
    for number, line in enumerate(lines[:2], 1):
        if (coding := _CODING.search(line)) and not _USUAL.fullmatch(coding[1]):
            yield Source(option="coding", place=coding[1], line=number)
    for number, line in enumerate(lines, 1):
        begun = begun if held else number
        held.append(line)
        if not line.endswith("\\") or line.lstrip().startswith("#"):  # a comment ends with its line
            yield from _entry(_joined(held), begun)
            held.clear()
    yield from _entry(_joined(held), begun)


def _joined(lines: list[str]) -> str:
    """Lines that go on, as one, without the comment."""
    *begun, last = lines or [""]
    comment = " " if last.lstrip().startswith("#") else ""
    return _COMMENT.sub("", "".join(line.strip("\\") for line in begun) + comment + last.rstrip("\\")).strip()


def of_conda(document: Any) -> Iterator[Source]:
    """The places that an environment of conda, or of MLflow, names."""
    if not isinstance(document, dict):
        return
    for channel in _texts(document.get("channels")):
        yield Source(option="channels", place=channel)
    for key in ("dependencies", "build_dependencies"):
        listed = document.get(key)
        for entry in listed if isinstance(listed, list) else ():
            inner = entry.get("pip") if isinstance(entry, dict) else entry
            for text in [inner] if isinstance(inner, str) else _texts(inner):
                yield from _entry(text.strip(), 0)


def of_pyproject(text: str) -> Iterator[Source]:
    """The places that a `pyproject.toml` names. Raises `FormatError`."""
    pending: list[Any] = [toml_values.parse(text)]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for key in ("git", "url"):
                if isinstance(place := value.get(key), str):
                    yield Source(option="", place=f"git+{place}" if key == "git" else place, hashed="rev" in value)
            pending += [inner for key, inner in value.items() if key != "urls"]
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str) and (found := _AT.match(value)) and ":" in found["place"]:
            yield from _entry(value, 0)


def of_setup(tree: ast.Module) -> Iterator[Source]:
    """The places that strings of a `setup.py` name as PEP 508 does."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and (found := _AT.match(text)) and "://" in found["place"]:
            yield Source(option="", place=found["place"], line=getattr(node, "lineno", 0))


def _entry(entry: str, line: int) -> Iterator[Source]:
    if entry.startswith("-"):
        yield from _options(entry, line)
    elif found := _AT.match(entry) or _PLACE.match(entry):
        place = found["place"] if found.re is _AT else found[0]
        hashed = "--hash=" in entry or bool(re.search(r"#.*(sha256|sha512)=", place))
        yield Source(option="", place=place, line=line, hashed=hashed)


def _options(text: str, line: int) -> Iterator[Source]:
    """All options of a line, which may be shortened, with what they name."""
    try:
        words = iter(shlex.split(text))
    except ValueError:
        words = iter(text.split())
    for word in words:
        if word.startswith("--"):
            name, has_value, value = word.partition("=")
            fitting = [option for option in _LONG if option.startswith(name)]
            name = name if name in _LONG else fitting[0] if len(fitting) == 1 else name
            name = "--index-url" if "--pypi-url".startswith(name) and name.startswith("--py") else name
        else:
            name, value = _SHORT.get(word[:2], word[:2]), word[2:].removeprefix("=")
            has_value = value
        if name in _SOURCES:
            yield Source(option=name, place=value if has_value else next(words, ""), line=line)


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
