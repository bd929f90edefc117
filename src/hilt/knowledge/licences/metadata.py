"""The licence fields of cards and packages, each as a claim: Hugging Face, Python, npm, conda, Debian and R."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.identify import identify
from hilt.knowledge.licences.limits import limiting, takes_back
from hilt.knowledge.licences.names import Named, resolve
from hilt.knowledge.licences.works import Claim, How, Part

if TYPE_CHECKING:
    from hilt.formats.package_metadata import PackageMetadata

_NOTHING = frozenset(
    {"", "unknown", "none", "null", "n/a", "tbd", "unlicensed?", "more information needed", "[more information needed]"}
)
"""What generators and forms put where nobody said anything."""
_MOST, _LONGEST, _TEXT = 32, 200, 600
"""Names that are taken from one list, letters of a name, and from how many letters on a field holds a whole text."""
_STANZAS, _READ = 2_000, 8
"""Stanzas of one Debian file, and texts in them that are recognised."""
_TAGS = 400
_LONGEST_CONSENT = 20_000
_ADDRESS = lazy_pattern(r"[(<\[]?(https?://[^\s()<>\[\]]{3,200})[)>\]]?")
_SEE = lazy_pattern(r"\(see [^()]{1,60}\)|, see .{1,60}$", re.IGNORECASE)
_FIELD = lazy_pattern(r"([A-Za-z][A-Za-z0-9-]{0,40}):[ \t]*(.*)")


def claim(said: Any, path: str, how: How, *, name: str = "", link: str = "", part: Part = Part.WHOLE) -> Claim | None:
    """The claim that a field makes which holds `said`, or None where it says nothing."""
    if (
        said is None
        or said == []
        or (isinstance(said, str) and said.strip().lower() in _NOTHING and not name and not link)
    ):
        return None
    words = said if isinstance(said, list) else [said]
    told = [_shown(word) for word in words[:_MOST]]
    named = [_named(word, name, link) for word in told if word.lower() not in _NOTHING or name or link]
    more = (f"and {len(words) - _MOST} more",) if len(words) > _MOST else ()
    return Claim(
        said=", ".join((*told, *more)) + "".join(f" ({word[:_LONGEST]})" for word in (name, link) if word),
        path=path,
        how=how,
        ids=tuple(dict.fromkeys(found for one in named for found in one.ids)),
        choice=len(named) == 1 and named[0].choice,
        unknown=(*dict.fromkeys(word for one in named for word in one.unknown), *more),
        part=part,
    )


def _named(said: str, name: str, link: str) -> Named:
    """What one word of a field means; an address in it is a link: "AGPL-3.0 License (https://...)"."""
    found = _ADDRESS.search(said)
    words = _SEE.sub("", said[: found.start()] + said[found.end() :] if found else said).strip(" ,;:-")
    return resolve(words or said, name=name, link=link or (found[1] if found and words else ""))


def of_card(metadata: Mapping[str, Any], path: str) -> Iterator[Claim]:
    """`license`, `license_name` and `license_link` of the front matter of a card.

    Where they tell nothing, a licence that is linked where the hub asks for consent (`extra_gated_prompt`).
    """
    name, link = (_text(metadata.get(key)) for key in ("license_name", "license_link"))
    link = link if "://" in link else ""
    said = metadata.get("license")
    found = claim("" if said is None and (name or link) else said, path, How.CARD, name=name, link=link)
    if found is not None:
        yield found
    for more in _beside(metadata):
        other = claim(more, path, How.CARD)
        if other is not None:
            yield other
    consent = _text(metadata.get("extra_gated_prompt"))[:_LONGEST_CONSENT]
    if consent and found is not None and takes_back(consent, found.ids) and (limit := limiting(consent)):
        yield Claim(said=f"consent to {limit}", path=path, how=How.CARD, unknown=(limit,))
    if found is None or not found.ids:
        for to in dict.fromkeys(_ADDRESS.findall(consent)):
            if ids := resolve("", link=to).ids:
                yield Claim(said=f"consent to {to}", path=path, how=How.CARD, ids=ids)


def _beside(metadata: Mapping[str, Any]) -> Iterator[Any]:
    """What stands under the same key in other letters, and among the tags of the hub."""
    for key, value in metadata.items():
        if key != "license" and key.strip().lower() in ("license", "licence"):
            yield value
    tags = metadata.get("tags")
    told = [tag for tag in tags[:_TAGS] if isinstance(tag, str)] if isinstance(tags, list) else []
    yield from dict.fromkeys(tag[len("license:") :] for tag in told if tag.startswith("license:"))


def of_package(metadata: PackageMetadata, path: str) -> Iterator[Claim]:
    """`License-Expression`, `License` and the classifiers of a Python package."""
    for field in ("License-Expression", "License"):
        for value in metadata.values(field)[:_MOST]:
            yield from of_field(value, path, How.PACKAGE)
    yield from of_classifiers(metadata.values("Classifier"), path)


def of_classifiers(values: Iterable[str], path: str) -> Iterator[Claim]:
    """The classifiers that name a licence: `License :: OSI Approved :: MIT License`."""
    for value in [value for value in values if value.startswith("License")][:_MOST]:
        parts = [part.strip() for part in value.split("::")]
        if len(parts) > 1 and parts[-1] != "OSI Approved":
            found = claim(parts[-1], path, How.PACKAGE)
            if found is not None:
                yield found


def of_debian(text: str, path: str, names: frozenset[str]) -> Iterator[Claim]:
    """The stanzas of a machine-readable copyright file (DEP-5) for all files, and for weights of these names."""
    stanzas = [dict(_fields(stanza)) for stanza in re.split(r"\n[ \t\r]*\n", text)[:_STANZAS]]
    texts = {_first(stanza["license"]): _rest(stanza["license"]) for stanza in stanzas if "license" in stanza}
    read = dict[str, tuple[str, ...]]()
    for stanza in stanzas:
        patterns = stanza.get("files", "").split()
        here = names.intersection(pattern.rpartition("/")[2] for pattern in patterns)
        if "license" not in stanza or not ("*" in patterns or here):
            continue
        said = _first(stanza["license"])
        found = claim(said, path, How.PACKAGE, part=Part.WHOLE if "*" in patterns else Part.MODEL)
        if found is not None and not found.ids and len(texts.get(said, "")) > _TEXT // 2:
            if said not in read and len(read) < _READ:
                known = identify(texts[said])
                read[said] = known.ids if known.kind in ("exact", "same") else ()
            if read.get(said):
                found = Claim(said=said, path=path, how=How.PACKAGE, ids=read[said], part=found.part)
        if found is not None:
            yield found


def of_r(text: str, path: str) -> Iterator[Claim]:
    """The `License` field of the DESCRIPTION of an R package: `GPL (>= 2) | file LICENSE`."""
    fields = dict(_fields(text))
    if "package" in fields and "license" in fields:
        said = re.sub(r"\s*[+|]\s*file\s+LICEN[CS]E", "", fields["license"][:_TEXT], flags=re.IGNORECASE).strip()
        if not re.fullmatch(r"file\s+LICEN[CS]E", said, re.IGNORECASE):
            found = claim(" OR ".join(part.strip() for part in said.split("|")), path, How.PACKAGE)
            if found is not None:
                yield found


def of_field(value: str, path: str, how: How) -> Iterator[Claim]:
    """A field that holds a name, several names, or the whole text of a licence."""
    if len(value) > _TEXT:
        known = identify(value)
        first = value.strip().splitlines()[0][:_LONGEST]
        if known.kind in ("exact", "same", "several"):
            yield Claim(said=first, path=path, how=how, ids=known.ids)
        else:
            yield Claim(said=first, path=path, how=how, unknown=(first,))
        return
    found = claim(" ".join(value.split()), path, how)
    if found is not None and found.unknown and "," in value:
        pieces = [resolve(piece.strip()) for piece in value.split(",")[:_MOST]]
        if all(piece.ids and not piece.unknown for piece in pieces):
            found = Claim(said=found.said, path=path, how=how, ids=_together(pieces))
    if found is not None:
        yield found


def _together(pieces: list[Named]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for piece in pieces for found in piece.ids))


def _fields(stanza: str) -> Iterator[tuple[str, str]]:
    """The fields of a Debian control stanza, names in lower case; lines that begin with a blank go on."""
    name, held = "", list[str]()
    for line in stanza.split("\n"):
        found = _FIELD.match(line)
        if found and not line.startswith((" ", "\t")):
            if name:
                yield name, "\n".join(held)
            name, held = found[1].lower(), [found[2].rstrip()]
        elif name:
            held.append("" if line.strip() == "." else line.strip())
    if name:
        yield name, "\n".join(held)


def _first(value: str) -> str:
    return value.split("\n", 1)[0].strip()


def _rest(value: str) -> str:
    return value.partition("\n")[2]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _shown(value: Any) -> str:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else repr(value)[:_LONGEST]
