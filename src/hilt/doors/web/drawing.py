"""Pages as HTML: the one door to Jinja here.

A template gets `page` and `frame`, and nothing else. What stands in a page is escaped; what a model, a card or a person wrote
goes through `quoted` as well, so that nothing in it reorders, hides or speaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from hilt.core.errors import RecordError
from hilt.core.signed_in import SignedIn
from hilt.core.version import __version__
from hilt.doors.http.answers import Shown
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import Problem
from hilt.doors.web.page import Page
from hilt.output.called import called
from hilt.output.figures import counted, duration_text, grouped, moment_text, more, size_text
from hilt.output.quote import quote
from hilt.output.record_words import LONGEST, spoken, told

SECRETS = frozenset({"password", "again", "old", "new"})
"""Fields of which nothing is ever sent back."""
FILLED_IN = frozenset({"seen"})
"""Fields that a page fills in, and nobody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds every page. `csrf` goes into each of its forms, `static` has the URL of each file by its name.

    With `part`, only the part between header and footer is asked for.
    """

    who: SignedIn | None
    csrf: str
    path: str
    static: Mapping[str, str]
    version: str
    part: bool

    @property
    def roles(self) -> tuple[str, ...]:
        """Those of whoever is signed in."""
        return self.who.person.roles if self.who else ()


class Typed(NamedTuple):
    """A field of a form: `words` where it is worth reading again, `secret` where it is not shown and has to be typed again."""

    name: str
    value: str
    words: bool
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPage(Page):
    """Something went wrong. `typed` is what was sent `to` where it can be sent again, so that it is not lost."""

    template: ClassVar[str] = "problem.html"
    problem: Problem
    to: str = ""
    typed: tuple[Typed, ...] = ()

    @property
    def status(self) -> int:
        return self.problem.status


def draw(asking: Asking, shown: Shown) -> str:
    """A page as HTML."""
    page = _problem_page(asking, shown) if isinstance(shown, Problem) else shown
    if not isinstance(page, Page):
        raise TypeError(f"{type(page).__name__} has no template")
    frame = Frame(
        who=_who(asking),
        csrf=asking.csrf,
        path=asking.path,
        static=asking.desk.static,
        version=__version__,
        part=asking.wants_part,
    )
    return templates().get_template(page.template).render(page=page, frame=frame)


def _who(asking: Asking) -> SignedIn | None:
    """Who is signed in; nobody where the database does not say, so that this can be told on a page."""
    try:
        return asking.asked.who if asking.asked else None
    except RecordError:
        return None


def _problem_page(asking: Asking, problem: Problem) -> ProblemPage:
    typed = tuple(
        Typed(name, value, words=name not in FILLED_IN and (" " in value or "\n" in value), secret=name in SECRETS)
        for name, value in asking.typed().pairs
        if name != "csrf"
    )
    return ProblemPage(title="That did not work", problem=problem, to=asking.path if typed else "", typed=typed)


@cache
def templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("hilt.doors.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= {
        "quoted": quote,
        "called": called,
        "told": told,
        "said": lambda words: quote(spoken(words), LONGEST),
        "moment": lambda at: f"{moment_text(at)} UTC",
        "lasted": duration_text,
        "counted": counted,
        "grouped": grouped,
        "more": more,
        "sized": size_text,
        "sentence": lambda text: text[:1].upper() + text[1:],
    }
    return environment
