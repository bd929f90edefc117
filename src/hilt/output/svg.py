"""Pictures as part of a page: each as wide as it may be, its letters as large as those around it.

Across, places are percentages of the width, so that a picture fits a telephone and a desk without a script; down, they are
pixels. Colours come from the style of the page, by class. `tag` quotes every string.
"""

from __future__ import annotations

from hilt.output.markup import Html, tag


def picture(name: str, title: str, about: str, height: float, *parts: Html) -> Html:
    """What is drawn is told to those who do not see it by `title` and `about`; `name` is its own on the page."""
    told = (tag("title", title, id=f"{name}-title"), tag("desc", about, id=f"{name}-about"))
    names = f"{name}-title {name}-about"
    return tag("svg", *told, *parts, role="img", aria_labelledby=names, width="100%", height=_number(height))


def rect(x: float, y: float, width: float, height: float, class_: str) -> Html:
    return tag(
        "rect", x=_percent(x), y=_number(y), width=_percent(max(0.0, width)), height=_number(height), class_=class_
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Html:
    return tag("line", x1=_percent(x1), y1=_number(y1), x2=_percent(x2), y2=_number(y2), class_=class_)


def dot(x: float, y: float, class_: str) -> Html:
    return tag("circle", cx=_percent(x), cy=_number(y), r="4.5", class_=class_)


def text(x: float, y: float, words: str, *, anchor: str = "start", class_: str = "") -> Html:
    return tag("text", words, x=_percent(x), y=_number(y), text_anchor=anchor, class_=class_)


def swatch(class_: str) -> Html:
    """A little of a colour, for a table that says what it stands for."""
    square = tag("rect", width="100%", height="100%", class_=class_)
    return tag("svg", square, class_="swatch", width="12", height="12", aria_hidden="true")


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _number(pixels: float) -> str:
    return f"{pixels:.1f}".removesuffix(".0")
