"""The licence fields of files that tell of a project: `CITATION.cff` and `pyproject.toml`, each as a claim with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import toml_values
from hilt.knowledge.licences.metadata import claim, of_classifiers, of_field
from hilt.knowledge.licences.works import Claim, How

LONGEST = 200_000
"""Characters of such a file that is read; the longest that people write have a tenth of it."""
_MOST = 32
"""Words of one list that are taken."""


def of_citation(text: str, path: str, limits: Limits) -> Iterator[Claim]:
    """`license` and `license-url` of a citation file (CFF 1.2.0); of a list any one may be chosen, as its schema says.

    A file that is no YAML, which people write by hand, still says what stands in its lines.
    """
    said, link = _citation(text, limits)
    found = claim("" if said is None and link else said, path, How.PACKAGE, link=link)
    if found is None:
        return
    unknown = found.unknown or (() if found.ids else (link or found.said,))
    choice = found.choice or (isinstance(said, list) and len(found.ids) > 1)
    yield found._replace(unknown=unknown, choice=choice, line=_line(text, r"[\"']?licen[cs]e(?:-url)?[\"']?[ \t]*:"))


def _citation(text: str, limits: Limits) -> tuple[Any, str]:
    from hilt.formats.yaml_values import parse

    try:
        documents = parse(text, limits).documents
    except FormatError:
        fields = re.findall(r"^(license|license-url)[ \t]*:[ \t]*[\"']?([^\"'#\n]{1,400})", text, re.MULTILINE)
        told = {key: value.strip() for key, value in reversed(fields)}
        return told.get("license"), told.get("license-url", "")
    fields_of = documents[0] if documents and isinstance(documents[0], dict) else {}
    link = fields_of.get("license-url")
    return fields_of.get("license"), link.strip() if isinstance(link, str) else ""


def of_pyproject(text: str, path: str) -> Iterator[Claim]:
    """The licence of `[project]` (PEP 621 and 639), of Poetry and of Flit, and the classifiers. Raises `FormatError`."""
    document = toml_values.parse(text)
    for names in (("project",), ("tool", "poetry"), ("tool", "flit", "metadata")):
        table: Any = document
        for name in names:
            table = table.get(name) if isinstance(table, dict) else None
        if isinstance(table, dict):
            yield from _of_table(table, text, path)


def _of_table(table: dict[str, Any], text: str, path: str) -> Iterator[Claim]:
    for key in ("license", "license-expression", "license_expression"):
        said = table.get(key)
        said = said.get("text") if isinstance(said, dict) else said  # a file that it names is read by itself
        line = _line(text, rf"[\"']?{key}[\"']?[ \t]*[.=]")
        for one in said[:_MOST] if isinstance(said, list) else [said]:
            if isinstance(one, str):
                yield from (found._replace(line=line) for found in of_field(one, path, How.PACKAGE))
    listed = table.get("classifiers")
    named = (
        [one for one in listed if isinstance(one, str) and one.startswith("License")]
        if isinstance(listed, list)
        else []
    )
    for value in named[:_MOST]:
        line = _line(text, rf".*{re.escape(value)}")
        yield from (found._replace(line=line) for found in of_classifiers([value], path))


def _line(text: str, key: str) -> int | None:
    """The first line that begins with `key`."""
    found = re.search(rf"^[ \t]*{key}", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None
