"""What `hilt diff` tells, as a page: the relation, a picture of every layer, what was cut out, and what else changed."""

from __future__ import annotations

from hilt.core.lineage import Cut, Diff, Group, Pair
from hilt.output import svg
from hilt.output.entry import Tone
from hilt.output.heat_map import heat_map, legend
from hilt.output.html_page import made, page
from hilt.output.lineage_words import cut, cuts, figures, headline, most_changed, percent, tone
from hilt.output.markup import Html, code, join, table, tag
from hilt.output.quote import quote

_TINTS = {Tone.GOOD: "admit", Tone.OPEN: "review", Tone.BAD: "block"}
_ROWS, _LENGTH = 2_000, 600
"""Rows of a table, and characters of what stands in a file."""


def document(told: Diff) -> str:
    words = headline(told)
    hero = tag(
        "header",
        tag("h1", words),
        tag("p", code(quote(told.a)), " → ", code(quote(told.b)), class_="reference"),
        tag(
            "p",
            f"{told.kinship.sureness.value}. {'; '.join(f'{label}: {text}' for label, text in figures(told.kinship))}",
            class_="lede",
        ),
        class_=f"hero {_TINTS[tone(told)]}",
    )
    parts = (_because(told), _layers(told), _cuts(told), _changes(told), _untold(told), _tensors(told))
    body = tag("main", tag("article", hero, *(part for part in parts if part)))
    return page(f"{words}: {quote(told.b, 100)} · hilt diff", body, tag("footer", made()))


def _because(told: Diff) -> Html:
    shares = [f"{share.weight:.2f} of {quote(share.name)}" for share in told.kinship.shares]
    most = _list("What changed most", tuple(most_changed(told.kinship.groups)))
    return join([_list("What it rests on", (*told.kinship.why, *shares)), most])


def _list(heading: str, lines: tuple[str, ...]) -> Html:
    if not lines:
        return Html("")
    return tag("section", tag("h2", heading), tag("ul", *(tag("li", tag("bdi", quote(line, 1000))) for line in lines)))


def _layers(told: Diff) -> Html:
    drawn = heat_map(told.kinship.groups, "layers")
    if drawn is None:
        return Html("")
    key = tag("p", *(tag("span", svg.swatch(class_), " ", words, " ") for class_, words in legend()), class_="note")
    rows = [_group(one) for one in told.kinship.groups[:_ROWS]]
    figured = tag("details", tag("summary", "Every figure"), table(("Layer", "Kind", "Change", "Likeness"), rows))
    return tag("section", tag("h2", "How far each layer moved"), drawn, key, figured)


def _group(one: Group) -> tuple[str, ...]:
    change = "?" if one.change is None else percent(one.change)
    likeness = "?" if one.similarity is None else f"{one.similarity:.3f}"
    return (str(one.layer) if one.layer >= 0 else "-", tag("bdi", quote(one.kind, 60)), change, likeness)


def _cuts(told: Diff) -> Html:
    each = [
        tag(
            "li",
            tag("b", label),
            f": {cut(one)}",
            *(tag("p", tag("bdi", quote(why, 1000)), class_="note") for why in one.why),
            *(
                [tag("p", f"Not seen would be: {quote(one.below, 1000)}", class_="note")]
                if _may_hide(one.cut, one.below)
                else []
            ),
        )
        for label, one in cuts(told)
    ]
    return tag("section", tag("h2", "Was a direction cut out?"), tag("ul", *each)) if each else Html("")


def _may_hide(seen: Cut, below: str) -> bool:
    return bool(below) and seen is not Cut.FOUND


def _changes(told: Diff) -> Html:
    if not told.changes:
        return Html("")
    rows = [
        (one.what, tag("bdi", quote(one.key, 200)), *(tag("bdi", quote(text, _LENGTH)) for text in (one.a, one.b)))
        for one in told.changes[:_ROWS]
    ]
    return tag("section", tag("h2", "What else changed"), table(("What", "Where", "Base", "Derivative"), rows))


def _untold(told: Diff) -> Html:
    return _list("What could not be told", (*told.kinship.untold, *told.untold))


def _tensors(told: Diff) -> Html:
    if not told.kinship.pairs:
        return Html("")
    rows = [_pair(one) for one in told.kinship.pairs[:_ROWS]]
    heads = ("Base", "Derivative", "How", "Likeness", "Change", "Rank")
    shown = tag("details", tag("summary", f"{len(told.kinship.pairs)} pairs"), table(heads, rows))
    return tag("section", tag("h2", "Which tensor became which"), shown)


def _pair(one: Pair) -> tuple[str, ...]:
    names = (tag("bdi", quote(name, 200)) for name in (one.a, one.b))
    change = "?" if one.change is None else percent(one.change)
    return (*names, one.how, f"{one.similarity:.4f}", change, "?" if one.rank is None else str(one.rank))
