"""An index of known models, on a terminal: what it holds, what came of a change, and the relatives of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from hilt.core.lineage import Kin, Relative
from hilt.output.figures import counted
from hilt.output.layout import Page
from hilt.output.lineage_words import relations
from hilt.output.quote import quote

_COLUMN = 42
"""Where the name of a relative begins."""


class KnownWeights(Protocol):
    """What is told of a set of weights in an index."""

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def files(self) -> Sequence[str]: ...
    @property
    def added(self) -> str: ...
    @property
    def stale(self) -> str: ...
    @property
    def newer(self) -> str: ...


_Came = tuple[str, Mapping[str, int], Sequence[tuple[str, str]]]
"""What came of one reference: how many sets of weights of each kind, and what was left out, with the reason."""


def write_added(page: Page, told: Sequence[_Came]) -> None:
    """What came of models that were to be added."""
    for reference, counts, left_out in told:
        page.line(f"{quote(reference)}: {_in_words(counts)}")
        for set_name, why in left_out:
            page.line(f"  {quote(set_name)}: {quote(why, 300)}")


def added_data(told: Sequence[_Came]) -> list[dict[str, Any]]:
    return [{"reference": reference, **counts, "left_out": left_out} for reference, counts, left_out in told]


def write_taken(
    page: Page,
    counts: Mapping[str, int],
    *,
    pack: str,
    differing: Sequence[KnownWeights],
    marked: Sequence[KnownWeights],
) -> None:
    """What came of a pack."""
    page.line(f"{quote(pack)}: {_in_words(counts)}")
    for one in differing:
        page.line(f"  not taken, the index has other weights of this name: {_name(one)}")
    for one in marked:
        page.line(f"  stale, as the pack says: {_name(one)}: {quote(one.stale)}")


def write_listed(page: Page, entries: Sequence[KnownWeights]) -> None:
    """What an index holds."""
    for one in entries:
        page.line("  ".join(text for text in (_name(one), *map(quote, one.files[:1]), one.added) if text))
        if one.stale or one.newer:
            page.line(f"  stale: {quote(one.stale)}" + (f"; newer: {quote(one.newer)}" if one.newer else ""))
    page.blank()
    page.line(f"{counted(len(entries), 'set')} of weights")


def write_kin(page: Page, kin: Kin, *, reference: str) -> None:
    """The known relatives of a model, for each of its sets of weights."""
    page.flow([(quote(reference), "bold"), (f"among {counted(kin.models, 'set')} of weights", "dim")], indent=0)
    for first in kin.sets:
        found = [one for one in kin.relatives if one.weights == first]
        page.blank()
        page.flow([(quote(first), "bold"), ("" if found else "no relative is known", "yellow")])
        for one in found:
            _relative(page, one)
    for why in kin.untold:
        page.flow([(quote(why, 1000), "")], indent=14, label=("cannot tell", "yellow"))


def _relative(page: Page, one: Relative) -> None:
    kinship = one.kinship
    share = f"{min(kinship.share_b, 1):.0%}" if kinship.related else "-"
    label = f"{kinship.sureness.value:<8}  {share:>4}  {relations(kinship)}"
    spans = [(quote(one.name), "bold"), (quote(one.revision), "dim")]
    if one.licences:
        spans.append((quote(", ".join(one.licences)), "dim"))
    if one.stale:
        spans.append((quote(f"stale: {one.stale}"), "red"))
    if one.newer:
        spans.append((quote(f"newer: {one.newer}"), "red"))
    page.flow(spans, indent=_COLUMN, label=(label, ""))


def _in_words(counts: Mapping[str, int]) -> str:
    """The counts that are not zero."""
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number) or "nothing"


def _name(one: KnownWeights) -> str:
    return f"{quote(one.name)} at {quote(one.revision)}" if one.revision else quote(one.name)
