"""Whether every pickle is known to be harmless, to the last byte.

What: states, and finds nothing itself, that a file which holds pickles, or may hold them, is clean: every call and every
name in each of them is known to build data and nothing else; no byte of the file belongs to nothing; nothing in it is
spelled, framed or listed in a way that two readers take differently; and nothing was left unlooked at. One finding worth
more than a note of any check of pickles and archives makes it false.

Why: that no scanner found anything says little. This says that everything was seen and that all of it is known.

What it cannot see: what the values that a pickle builds do when they are used later, and faults in the libraries that
build them.

Fix: nothing where it is true. Where it is false, the findings of the other checks say why and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import PICKLES_CLEAN
from hilt.checks.line import ANY
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity
from hilt.core.report import Gap

_ASKED = (
    *("pickle-code", "pickle-unknown-call", "pickle-hidden", "pickle-persistent-id", "torch-members"),
    *("archive-ambiguity", "archive-bomb", "archive-encrypted", "archive-escape", "also-an-archive"),
)


def pickle_clean(file: ReadFile[Any]) -> Iterator[Fact]:
    asked = (check for check in map(listed, _ASKED) if check.reads == ANY or file.format in check.reads)
    clean = not any(_speaks_against(seen) for check in asked for seen in check.run(file))
    if file.value.pickles or not clean:
        yield Fact(key=PICKLES_CLEAN.key, value=clean, known=Known.VERIFIED, source=file.path)


def _speaks_against(seen: object) -> bool:
    return isinstance(seen, Gap) or (isinstance(seen, Finding) and seen.severity > Severity.LOW)


CHECK = listed("pickle-clean")
