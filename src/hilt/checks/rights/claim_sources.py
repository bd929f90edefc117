"""Reads the files of a subject that speak of licences: texts, cards, metadata, notices, and what headers state."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from hilt.checks.check import Repository
from hilt.checks.rights.facts import LICENCE_CLAIMED
from hilt.core.errors import FormatError, SourceError
from hilt.knowledge.licences import metadata, reuse
from hilt.knowledge.licences.agreement import agree, taken, unknown
from hilt.knowledge.licences.gathered import Gathered, LicenceText
from hilt.knowledge.licences.places import (
    PROJECT_FILES,
    README,
    FileKind,
    Places,
    file_kind,
    names_licence,
    part_of_name,
)
from hilt.knowledge.licences.works import Claim, How, Part, Work

if TYPE_CHECKING:
    from hilt.formats.model_card import ModelCard
    from hilt.formats.package_metadata import PackageMetadata
    from hilt.knowledge.licences.clauses import Clause
    from hilt.knowledge.licences.identify import Identified

_MOST_TEXTS, _MOST_LETTERS, _MOST_CLAIMS = 200, 8_000_000, 200
"""Texts of licences that are read of one subject, their letters, and claims that are kept of one work."""
_SHORT = 4_000
"""Letters of a text that may only name a licence, and of a notice that is carried along."""
_MOST_SAID, _LONGEST_SAID = 16, 200_000
"""Texts of which the beginning is kept, to look for words in them that have to stand there."""
_MANIFESTS = frozenset({"package.json", "package-package.json", "about.json", "index.json", "bower.json", "composer.json", "codemeta.json"})  # fmt: skip
_HEADERS = frozenset({"gguf", "safetensors", "onnx", "ort", "coreml"})


@dataclass(slots=True)
class Sources:
    """The sources of one subject, and the claims found so far by where they belong."""

    repository: Repository
    places: Places = field(init=False)
    claims: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    texts: list[LicenceText] = field(default_factory=list)
    known: dict[str, LicenceText] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    reuse: dict[str, Claim] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    letters: int = 0

    def __post_init__(self) -> None:
        self.places = Places(self.repository.formats)

    def gathered(self) -> Gathered:
        """Everything that they say."""
        own = self._own_names()
        for path in sorted(self.repository.formats, key=lambda path: (path.count("/"), path)):
            try:
                self._file(path, self.repository.formats[path], own)
            except (FormatError, SourceError):
                self._add(path, _unreadable(path))  # it is in the coverage as well
        self._stated()
        self._reused()
        works = [_work("", self.claims.pop("", []))]
        works += [_work(home, claims) for home, claims in sorted(self.claims.items())]
        return Gathered(works=tuple(works), texts=tuple(self.texts), said=self.said, unread=tuple(self.unread))

    def _own_names(self) -> tuple[str, ...]:
        """What the subject may be called in its own files."""
        reference = self.repository.subject.reference.rstrip("/").rpartition("/")[2]
        names = [reference.partition("@")[0]]
        for path, format_id in self.repository.formats.items():
            if format_id == "package-metadata" and self.places.home(path) == "" and len(names) < 9:
                try:
                    names += cast("PackageMetadata", self.repository.read(path).value).values("Name")
                except (FormatError, SourceError):
                    continue
        return tuple(name for name in names if name)

    def _file(self, path: str, format_id: str, own: tuple[str, ...]) -> None:
        name = path.rpartition("/")[2]
        named = names_licence(path) or reuse.id_of(path)
        if format_id in ("model-card", "text") and named and self.places.home(path) is not None:
            self._licence(path, name, own)  # whatever it looks like, people take it for the licence
        elif format_id == "model-card":
            self._card(path, own)
        elif format_id == "package-metadata":
            value = cast("PackageMetadata", self.repository.read(path).value)
            self._add(path, metadata.of_package(value, path))
            self._add(path, _sentences(value.description, path, own, before=value.described - 1))
        elif format_id == "licence" and self.places.home(path) is not None:  # not of something that came along
            self._licence(path, name, own)
        elif format_id == "text" and name == "DESCRIPTION":
            self._add(path, metadata.of_r(self._whole(path), path))
        elif format_id == "text" and name.lower() in PROJECT_FILES and self.places.home(path) is not None:
            self._add(path, self._project(path, name.lower()))
        elif format_id == "text" and README.fullmatch(name):
            self._add(path, _sentences(self._whole(path), path, own))
        elif format_id != "licence" and self.places.home(path) == "":
            self._add(path, _unreadable(path))

    def _whole(self, path: str) -> str:
        text = self._text(path)
        if len(self.said) < _MOST_SAID and self.places.home(path) is not None:
            self.said[path] = text[:_LONGEST_SAID]
        return text

    def _project(self, path: str, name: str) -> Iterator[Claim]:
        from hilt.knowledge.licences import manifests

        if self.repository.open(path).size > manifests.LONGEST:
            self.unread.append(path)
            return iter(())
        text = self._text(path)
        if name == "pyproject.toml":
            return manifests.of_pyproject(text, path)
        if name in ("reuse.toml", "dep5"):
            return self._of_parts(path, name, text)
        return manifests.of_citation(text, path, self.repository.limits)

    def _of_parts(self, path: str, name: str, text: str) -> Iterator[Claim]:
        """What says of which files each of the texts in `LICENSES/` is."""
        if name == "dep5":
            names = frozenset(weights.rpartition("/")[2] for weights in self.places.weights)
            claims = list(metadata.of_debian(text, path, names))
            whole = any(claim.part is Part.WHOLE for claim in claims)
        else:
            claims, whole = reuse.of_toml(text, path, self.places.weights)
        if claims and whole:
            self.told.add(self.places.home(path) or "")
        return iter(claims)

    def _text(self, path: str) -> str:
        from hilt.formats.text import whole

        return whole(self.repository.open(path), self.repository.limits)

    def _card(self, path: str, own: tuple[str, ...]) -> None:
        file = self.repository.read(path)
        card = cast("ModelCard", file.value)
        whole = self._whole(path)
        self._add(path, metadata.of_card(card.metadata, path))
        self._add(path, _sentences(card.body, path, own, before=whole.count("\n") - card.body.count("\n")))

    def _licence(self, path: str, name: str, own: tuple[str, ...]) -> None:
        text = self._whole(path)
        home = self.places.home(path)
        self.letters += len(text)
        if len(self.texts) >= _MOST_TEXTS or self.letters > _MOST_LETTERS:
            self.unread.append(path)
            return
        if "copyright" in name.lower() and re.match(r"\s*Format(?:-Specification)?:", text):
            names = frozenset(weights.rpartition("/")[2] for weights in self.places.weights)
            self._add(path, metadata.of_debian(text, path, names))
            return
        kind = file_kind(name)
        digest = f"{kind.value} {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
        if digest not in self.known:
            self.known[digest] = _read(path, home, kind, text)
        found = self.known[digest]._replace(path=path, home=home)
        self.texts.append(found)
        if found.kind is FileKind.NOTICE or (
            found.identified and found.identified.kind == "unknown" and len(text) <= _SHORT
        ):
            part = part_of_name(name)
            told = list(_sentences(text, path, own, about_licences=True))
            self._add(path, (claim._replace(part=part) if part is not Part.WHOLE else claim for claim in told))
            if told or found.kind is FileKind.NOTICE:
                if found.kind is FileKind.LICENCE:  # it only names the licence
                    self.texts[-1] = found._replace(identified=None)
                return
        if found.identified is not None and found.identified.of != "policy" and found.kind is FileKind.LICENCE:
            if said := reuse.id_of(path):
                self._of_reuse(found, said)
            else:
                self._add(path, [_of_text(found, part_of_name(name))])

    def _of_reuse(self, found: LicenceText, said: str) -> None:
        """A text in `LICENSES/`. Nothing says yet of what it is: until then all of them hold at once."""
        claim = _of_text(found, Part.WHOLE)
        home = self.places.home(found.path) or ""
        called = metadata.claim(said, found.path, How.PACKAGE)
        if called is not None and called.ids and claim.ids and not agree(called.ids, claim.ids):
            self._add(found.path, [claim, called._replace(said=f"the name of {found.path}")])
        else:
            self.reuse[home] = _together(self.reuse[home], claim) if home in self.reuse else claim

    def _reused(self) -> None:
        """The texts in `LICENSES/` where no file says which of them is that of everything, or of all weights."""
        for home, claim in self.reuse.items():
            if home not in self.told:
                self._add(claim.path, [claim])

    def _stated(self) -> None:
        """What headers and configs name, which the checks before have read."""
        for fact in self.repository.facts:
            format_id = self.repository.formats.get(fact.source, "")
            if fact.key != LICENCE_CLAIMED.key or not isinstance(fact.value, tuple):
                continue
            if format_id in _HEADERS:
                said, *more = fact.value
                link = next((one for one in more if "://" in one), "")
                name = next((one for one in more if "://" not in one), "")
                claim = metadata.claim(said, fact.source, How.HEADER, name=name, link=link, part=Part.MODEL)
            elif format_id in ("json", "yaml"):
                how = How.PACKAGE if fact.source.rpartition("/")[2].lower() in _MANIFESTS else How.CONFIG
                value = list(fact.value) if len(fact.value) > 1 else fact.value[0]
                claim = metadata.claim(value, fact.source, how)
            else:
                continue
            if claim is not None:
                self._add(fact.source, [claim])

    def _add(self, path: str, claims: Iterable[Claim]) -> None:
        home = self.places.home(path)
        if home is None:
            return  # a licence of something that came along
        held = self.claims[home]
        for claim in claims:
            if len(held) < _MOST_CLAIMS and claim not in held:
                held.append(claim)
            elif claim not in held and path not in self.unread:
                self.unread.append(path)


def _read(path: str, home: str | None, kind: FileKind, text: str) -> LicenceText:
    from hilt.knowledge.licences.copyrights import copyright_lines, is_template
    from hilt.knowledge.licences.identify import identify

    known = identify(text) if kind is not FileKind.NOTICE else None
    seen: tuple[Clause, ...] = ()
    if known is not None and known.kind in ("variant", "unknown"):
        from hilt.knowledge.licences.clauses import clauses

        seen = clauses(text)
    return LicenceText(
        path=path,
        home=home,
        kind=kind,
        identified=known,
        seen=seen,
        copyrights=copyright_lines(text),
        template=is_template(text),
        text=_beginning(text, path) if kind is FileKind.NOTICE else "",
    )


def _unreadable(path: str) -> Iterator[Claim]:
    """A file that is called a licence and is not read as the text of one: a PDF, a web page, an archive, broken text."""
    if names_licence(path):
        yield Claim(said=f"the contents of {path}", path=path, how=How.TEXT, unknown=(path,))


def _beginning(text: str, path: str) -> str:
    left = len(text) - _SHORT
    return text if left <= 0 else f"{text[:_SHORT]}\n[{left} more characters in {path}]"


def _of_text(text: LicenceText, part: Part) -> Claim:
    known = cast("Identified", text.identified)
    certain = known.kind in ("exact", "same", "several")
    return Claim(
        said=f"the text in {text.path}",
        path=text.path,
        how=How.TEXT,
        ids=known.ids if certain else (),
        unknown=() if certain else (text.path,),
        part=part,
    )


def _together(one: Claim, other: Claim) -> Claim:
    ids = dict.fromkeys((*one.ids, *other.ids))
    unknown = dict.fromkeys((*one.unknown, *other.unknown))
    return one._replace(said=f"{one.said}, {other.path}", ids=tuple(ids), unknown=tuple(unknown))


def _sentences(
    text: str, path: str, own: tuple[str, ...], *, before: int = 0, about_licences: bool = False
) -> Iterator[Claim]:
    from hilt.knowledge.licences.prose import statements

    for found in statements(text, own=own, about_licences=about_licences):
        yield Claim(
            said=found.sentence,
            path=path,
            how=How.PROSE,
            ids=found.named.ids,
            choice=found.named.choice,
            unknown=found.named.unknown,
            part=found.part,
            line=before + found.line,
        )


def _work(name: str, claims: list[Claim]) -> Work:
    return Work(
        name=name,
        role="folder" if name else "subject",
        claims=tuple(claims),
        ids=taken(claims),
        unknown=unknown(claims),
    )
