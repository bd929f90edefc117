"""What differs between two subjects beside their weights: licence, card, configs, tokenizer, templates, files."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.errors import FormatError
from hilt.core.fact import Value
from hilt.core.lineage import Change
from hilt.core.report import Report
from hilt.gate.comparing.answered import ask, texts
from hilt.gate.comparing.weights import OpenedWeights
from hilt.knowledge.lineage.described import FILES, Line
from hilt.knowledge.lineage.described import changes as changed

_FACTS = (("licence", "rights."), ("card", "card."))
"""What facts are held against each other, by how their keys begin."""
_LISTED = 40
"""Files that are named of those that one subject alone has."""
_TEMPLATES = frozenset({"jinja", "gguf"})


def changes(one: OpenedWeights, other: OpenedWeights) -> Iterator[Change]:
    """What stands in one of them and not, or otherwise, in the other."""
    for what, begins in _FACTS:
        yield from _of_facts(what, begins, one.report, other.report)
    failed: dict[str, str] = {}
    yield from changed(_lines(one, failed), _lines(other, failed))
    for path, why in failed.items():
        yield Change("config", path, "", f"could not be compared: {why}")
    yield from _of_files(one.report, other.report)


def _of_facts(what: str, begins: str, one: Report, other: Report) -> Iterator[Change]:
    for fact in one.facts:
        if fact.key.startswith(begins):
            second = other.fact(fact.key)
            a, b = _shown(fact.value), _shown(second.value if second is not None else None)
            if a != b:
                yield Change(what, fact.key, a, b)


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)


def _lines(of: OpenedWeights, failed: dict[str, str]) -> list[Line]:
    """The top of the repository, and what has templates; folders of parts have configs of their own. What could not be read
    goes into `failed`, with the reason."""
    names = {path: path.rpartition("/")[2] for path in of.report.formats if "!/" not in path}
    wanted = [
        path
        for path, name in sorted(names.items())
        if of.report.formats[path] in _TEMPLATES or (name in FILES and "/" not in path)
    ]
    lines: list[Line] = []
    for path in wanted:
        try:
            lines += ask(of.weights, "described", [path], lambda told: [Line(*texts(line)) for line in told["lines"]])
        except FormatError as error:
            failed[path] = str(error)
    return lines


def _of_files(one: Report, other: Report) -> Iterator[Change]:
    """Files that one of them alone has, by their names."""
    a, b = ({entry.path for entry in of.subject.files} for of in (one, other))
    if len(a) == 1 == len(b):
        return  # two files that were named: what they are called is no change
    for path in sorted(a - b)[:_LISTED]:
        yield Change("files", path, "there", "")
    for path in sorted(b - a)[:_LISTED]:
        yield Change("files", path, "", "there")
