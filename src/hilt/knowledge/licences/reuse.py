"""How REUSE tells licences (specification 3.3): texts in `LICENSES/`, and `REUSE.toml`, which says of what each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.works import Claim, How, Part

_TEXT = lazy_pattern(r"(?:.*/)?LICENSES/([A-Za-z0-9][A-Za-z0-9.+-]{0,100})\.txt")
_MOST, _PATHS = 200, 2_000
"""Annotations of one file, paths of one annotation and files of weights that are held against them; and paths of one file."""


def id_of(path: str) -> str:
    """The id of SPDX by which a file in `LICENSES/` is called; empty where no licence is called so."""
    found = _TEXT.fullmatch(path) if "LICENSES/" in path else None
    if found is None:
        return ""
    from hilt.knowledge.licences.names import resolve

    return found[1] if found[1].startswith("LicenseRef-") or resolve(found[1]).ids else ""


def of_toml(text: str, path: str, weights: Sequence[str]) -> tuple[list[Claim], bool]:
    """What `REUSE.toml` says of all files and of the weights, and whether it leaves none of them out. Raises `FormatError`."""
    from hilt.formats import toml_values
    from hilt.knowledge.licences.metadata import claim

    folder = path[: path.rfind("/") + 1]
    of_all, of_weights, claims = list[str](), list[str](), list[Claim]()
    left, paths = set(weights), _PATHS
    listed = toml_values.parse(text).get("annotations")
    for entry in listed[:_MOST] if isinstance(listed, list) else ():
        if not isinstance(entry, dict):
            continue
        said = " AND ".join(f"({one})" if " " in one else one for one in _texts(entry.get("SPDX-License-Identifier")))
        patterns = _texts(entry.get("path"))[:paths]
        paths -= len(patterns)
        covered = {weight for one in patterns for weight in weights[:_MOST] if _covers(folder + one, weight)}
        if said and any(pattern in ("*", "**") for pattern in patterns):
            of_all.append(said)
        elif said and covered:
            of_weights.append(said)
            left -= covered
    for told, part in ((of_all, Part.WHOLE), (of_weights, Part.MODEL)):
        found = claim(list(dict.fromkeys(told)), path, How.PACKAGE, part=part)
        if found is not None:
            at = text.find(told[0].strip("()"))
            claims.append(found._replace(line=text.count("\n", 0, at) + 1 if at >= 0 else None))
    return claims, bool(of_all) or not left


def _covers(pattern: str, path: str) -> bool:
    """The path begins and ends as the pattern does around its stars; what stands between them may be anything."""
    first, star, _ = pattern.partition("*")
    return path == pattern if not star else path.startswith(first) and path.endswith(pattern.rpartition("*")[2])


def _texts(value: Any) -> list[str]:
    words = value[:_MOST] if isinstance(value, list) else [value]
    return [word for word in words if isinstance(word, str)]
