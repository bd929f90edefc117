"""HTML as a type of its own: a plain string can only become part of a page by being quoted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from hilt.output.quote import quote

LIMIT = 4_000
"""Characters of one text on a page; enough for the paragraphs of a check, and for no more than a screen of a subject."""

EMPTY_ELEMENTS = frozenset({"meta"})


class Html(str):
    """Markup that was built here, by `tag` or `join`."""

    __slots__ = ()

    def __html__(self) -> str:
        """As templates ask for it, so that they do not quote it a second time."""
        return str(self)


def tag(name: str, /, *children: str, **attributes: str) -> Html:
    """An element. Children that are `Html` stand as they are; every other string is quoted.

    `class_` is the attribute `class`, and underscores stand for hyphens. An attribute that is empty is left out.
    """
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value)
    told = "".join(f' {key}="{escape(quote(value, LIMIT))}"' for key, value in pairs)
    if name in EMPTY_ELEMENTS:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{join(children)}</{name}>")


def join(children: Iterable[str]) -> Html:
    return Html("".join(child if isinstance(child, Html) else escape(quote(child, LIMIT)) for child in children))


def table(headings: Iterable[str], rows: Iterable[Sequence[str]], *, names: int = 0, class_: str = "") -> Html:
    """A table in which the column of the number `names` names its rows."""
    head = tag("thead", tag("tr", *(tag("th", heading, scope="col") for heading in headings)))
    body = tag("tbody", *(_row(row, names) for row in rows))
    return tag("table", head, body, class_=class_)


def _row(cells: Sequence[str], names: int) -> Html:
    told = (tag("th", cell, scope="row") if number == names else tag("td", cell) for number, cell in enumerate(cells))
    return tag("tr", *told)


def code(text: str) -> Html:
    """A string of the subject: set apart, and its reading order kept from its neighbours."""
    return tag("bdi", tag("code", text))
