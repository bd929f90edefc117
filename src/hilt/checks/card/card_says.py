"""What the card says: of use and limits, risks, training, results, and of who made it.

What: the card that lies nearest to the root, its front matter, its sections and its tables of results; the metadata of a
Python or npm package beside it; the version of the library in a config. Quotes of no more than 600 characters, each with
the line on which it stands. It finds nothing; it states facts.

Why: whoever uses a model, buys it or vouches for it has to write down what it is for, what it is not for and what it was
trained on; a bill of materials asks for it field by field. The publisher has said much of it already, and nobody else can.

What it cannot see: whether any of it is true, and what stands behind links or in pictures. Headings and labels are known in
English. Results are taken from tables only where they are surely the subject's own.

Fix: ask the publisher to say in the card what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from hilt.checks import listed
from hilt.checks.card import facts
from hilt.checks.card.gathering import Card, card, config
from hilt.checks.check import Repository
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, FactSpec, Known, Value

if TYPE_CHECKING:
    from hilt.formats.json import Json
    from hilt.formats.package_metadata import PackageMetadata
    from hilt.knowledge.card.package import Package

_QUOTED = {spec.key.partition(".")[2]: spec for spec in facts.STATED if spec.type is str} | {
    "languages": facts.LANGUAGES,
    "authors": facts.AUTHORS,
}
_MANIFESTS = ("package.json", "package-package.json")


class _Said(NamedTuple):
    spec: FactSpec
    value: Value
    source: str


def card_says(repository: Repository) -> Iterator[Fact]:
    """Of several places that tell the same, the front matter counts before the package, and that before the text."""
    told = card(repository)
    seen: set[str] = set()
    for one in (
        *_of_front_matter(told),
        *_of_packages(repository),
        *_of_config(repository),
        *_of_text(repository, told),
    ):
        if one.value and one.spec.key not in seen:
            seen.add(one.spec.key)
            yield Fact(key=one.spec.key, value=one.value, known=Known.CLAIMED, source=one.source)


def _of_front_matter(told: Card | None) -> Iterator[_Said]:
    if told is None or not told.metadata:
        return
    from hilt.knowledge.card import front_matter

    yield _Said(facts.NAME, front_matter.name(told.metadata), told.path)
    yield _Said(facts.LIBRARY, front_matter.library(told.metadata), told.path)
    yield _Said(facts.TASK, front_matter.task(told.metadata), told.path)
    yield _Said(facts.LANGUAGES, front_matter.languages(told.metadata), told.path)
    yield _Said(facts.AUTHORS, front_matter.authors(told.metadata), told.path)
    yield _Said(facts.VERSION, front_matter.version(told.metadata), told.path)


def _of_packages(repository: Repository) -> Iterator[_Said]:
    for path, package in _packages(repository):
        yield _Said(facts.NAME, package.name, path)
        yield _Said(facts.VERSION, package.version, path)
        yield _Said(facts.AUTHORS, package.authors, path)
        yield _Said(facts.SUMMARY, package.summary, path)
        yield _Said(facts.SOFTWARE, package.needs, path)


def _packages(repository: Repository) -> Iterator[tuple[str, Package]]:
    """The package that the subject as a whole is: metadata at its root, or in a `.dist-info` or `.egg-info` there."""
    from hilt.knowledge.card.package import of_npm, of_python

    for path, format_id in sorted(repository.formats.items()):
        folder, _, name = path.rpartition("/")
        if "/" in folder or (folder and not folder.endswith((".dist-info", ".egg-info"))):
            continue
        try:
            if format_id == "package-metadata":
                yield path, of_python(cast("PackageMetadata", repository.read(path).value))
            elif format_id == "json" and name.lower() in _MANIFESTS:
                value = cast("Json", repository.read(path).value).value
                if isinstance(value, dict):
                    yield path, of_npm(value)
        except (FormatError, SourceError):
            continue  # that it could not be read is in the coverage


def _of_config(repository: Repository) -> Iterator[_Said]:
    """The version of the library that wrote the config."""
    if (found := config(repository)) is not None:
        path, value = found
        version = value.get("transformers_version")
        if isinstance(version, str) and 0 < len(version) <= 40:
            yield _Said(facts.LIBRARY, "transformers", path)
            yield _Said(facts.SOFTWARE, (f"transformers {version}",), path)


def _of_text(repository: Repository, told: Card | None) -> Iterator[_Said]:
    if told is None:
        return
    from hilt.knowledge.card import results
    from hilt.knowledge.card.prose import summary, title
    from hilt.knowledge.card.quotes import quotes, with_labels
    from hilt.knowledge.licences.passages import passages

    held = tuple(passages(with_labels(told.body)))

    def at(line: int) -> str:
        return f"{told.path}:{told.line + line - 1}"

    for topic, quote in quotes(held).items():
        spec = _QUOTED[topic]
        yield _Said(spec, (quote.text,) if spec.type is tuple else quote.text, at(quote.line))
    name = title(held)
    if name is not None:
        yield _Said(facts.NAME, name.text, at(name.line))
    if (first := summary(held)) is not None:
        yield _Said(facts.SUMMARY, first.text, at(first.line))
    reference = repository.subject.reference.rstrip("/").partition("@")[0]
    names = [reference, *([name.text] if name else []), "ours", "this model"]
    found = [*results.of_index(told.metadata), *results.of_tables(held, names)][: results.MOST]
    if found:
        source = told.path if found[0].line == 0 else at(found[0].line)
        yield _Said(facts.METRICS, tuple(dict.fromkeys(str(one) for one in found)), source)


CHECK = listed("card-says")
