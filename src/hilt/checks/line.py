"""One line of the list of checks: what hilt must know about a check before it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hilt.core.docstring import paragraph
from hilt.core.fact import FactSpec
from hilt.core.finding import Severity

if TYPE_CHECKING:
    from hilt.checks.check import Seen

ANY = ("*",)
"""For `Check.reads`: every file, whatever its format, also those that no reader knows or could read."""


class Check(NamedTuple):
    """A check. Its function bears the id, with underscores, and so does the module that holds it.

    The module is imported only when the check runs: most subjects need few of them. `reads` are the ids of
    the formats it is given, one file at a time; empty for a check of the whole `Repository`. `severity` is the worst it
    says. `facts` declares every fact it may state.
    """

    id: str
    severity: Severity
    reads: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Formats (or endings of names, as `*.sig`) of which a check of the repository needs at least one, or it has nothing
    to look at; empty for any."""
    beside: str = ""
    """The part of the `Context` without which a check of the repository has nothing to look at; empty for none."""
    searches: bool = False
    """Needs `Repository.marks`, and runs only where the search through all bytes was asked for."""
    weighs: bool = False
    """Needs `Repository.facts`: what the checks before it stated."""
    facts: tuple[FactSpec, ...] = ()
    family: str = "inspect"

    @property
    def run(self) -> Callable[[Any], Iterator[Seen]]:
        """Takes a `ReadFile` whose value is what the readers in `reads` return, or the `Repository`."""
        return cast("Callable[[Any], Iterator[Seen]]", getattr(self._module, self._name))

    @property
    def doc(self) -> str:
        """The module's docstring: a title line, then paragraphs What:, Why:, What it cannot see: and Fix:.

        It is read from the file: with the module comes all that the check needs to run, which whoever tells of it does not.
        """
        from pkgutil import get_data  # only for what a verdict names

        source = get_data(f"hilt.checks.{self.family}", f"{self._name}.py") or b""
        return source.decode().split('"""', 2)[1]

    @property
    def title(self) -> str:
        return self.doc.strip().splitlines()[0].strip()

    def paragraph(self, heading: str) -> str:
        """The text under `heading` ("What", "Why", "What it cannot see", "Fix"), white space folded."""
        return paragraph(self.doc, heading)

    @property
    def _name(self) -> str:
        return self.id.replace("-", "_")

    @property
    def _module(self) -> ModuleType:
        return import_module(f"hilt.checks.{self.family}.{self._name}")
