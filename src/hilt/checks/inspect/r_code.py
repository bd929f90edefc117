"""Code in data of R that runs when it is looked at, or that reaches out.

What: promises that wait to be evaluated where no function's arguments are; functions in a workspace that R calls by itself
or that take the name of one of its own; and code in functions that starts programs, opens connections or files, loads
libraries or native code, builds code or the names of functions from text, or has code called later or in the place of
other code. Functions that do none of this are counted.

Why: a promise is evaluated as soon as its value is printed, compared or assigned, so that `readRDS` of a hostile file runs
code (CVE-2024-27322; R before 4.4). `load` writes over the variables of the session without a word, and a function of
yours called `print` is then theirs. Functions in a model are normal, caret's and R's families bring dozens, but they run
with all your rights once the model is used.

What it cannot see: what functions do whose names are computed somewhere else than where they are looked up; what those of other
packages do; byte code that differs from the source beside it; which package of your library a model needs.

Fix: load it in a sandbox only, with R 4.4 or later, into an environment of its own (`load(file, envir = new.env())`), and
read the functions that are named here. Ask for the coefficients in a format that holds no code, or train again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.r_functions import (
    CALLERS,
    GLOBAL,
    HOOKS,
    LANGUAGES,
    LATER,
    LOOKUPS,
    MADE_UP,
    MASKED,
    NATIVE,
    REGISTERED,
    ROADS,
    SYMBOLS,
    TEXT_TO_CODE,
    plain,
)

if TYPE_CHECKING:
    from hilt.formats.r_data import RData


def r_code(file: ReadFile[RData]) -> Iterator[Finding | Fact]:
    data = file.value

    def seen(severity: Severity, message: str, offset: int | None = None) -> Finding:
        where = Where(path=file.path, offset=offset)
        return Finding(check=CHECK.id, severity=severity, where=where, message=message)

    hooks = [name for name, is_function in data.variables if is_function and name in HOOKS]
    for promise in data.promises:
        what = f"calls {promise.calls[:80]}" if promise.calls else "reads a variable"
        yield seen(Severity.CRITICAL, f"a promise that {what} as soon as its value is looked at", promise.offset)
    for name in hooks:
        yield seen(Severity.CRITICAL, f"the workspace holds {name}, which R calls at its start or end by itself")
    for name, is_function in data.variables:
        if is_function and name in MASKED:
            yield seen(Severity.HIGH, f"the workspace holds a function {name!r}, which stands before R's own")
    told = set[str]()
    for call in data.calls:
        severity, message = _judge(plain(call.name), plain(call.argument), call.place)
        if severity is not None and message not in told:
            told.add(message)
            yield seen(severity, message, call.offset)
    if data.persistent:
        yield seen(Severity.MEDIUM, "refers to values that a function of the loader must supply")
    if data.functions:
        yield seen(Severity.INFO, f"{data.functions} functions, which run when the model is used")
    if data.promises or hooks:
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


def _judge(name: str, argument: str, place: str) -> tuple[Severity | None, str]:
    first = (
        place == "1" or not place.isdigit()
    )  # a name of an argument may be cut short, so any may stand for the first
    if name in ROADS:
        return Severity.HIGH, f"code in it calls {name}"
    if name in CALLERS and argument in ROADS:
        return Severity.HIGH, f"code in it calls {argument} by way of {name}"
    if name in TEXT_TO_CODE:
        return Severity.MEDIUM, f"code in it calls {name}, which makes code or values that nobody sees here"
    if name in LOOKUPS | SYMBOLS and argument in MADE_UP:
        severity = Severity.MEDIUM if name in LOOKUPS and first else Severity.LOW
        return severity, f"code in it calls {name} with a name that it makes by {argument}"
    if name in NATIVE and first:
        of_package = name != ".Primitive" and REGISTERED.fullmatch(argument)
        said = f"code in it calls native code by way of {name}"
        return (
            (Severity.LOW, f"{said}, of a package") if of_package else (Severity.MEDIUM, f"{said}: {argument[:80]!r}")
        )
    if name in CALLERS and argument in NATIVE | LATER:
        return Severity.MEDIUM, f"code in it calls {argument} by way of {name}"
    if name in LATER:
        return Severity.MEDIUM, f"code in it calls {name}, which has code called later or in the place of other code"
    if name in LANGUAGES:
        return Severity.MEDIUM, f"code in it calls {name}, which runs code of another language"
    if name == "assign" and argument in GLOBAL:
        return Severity.MEDIUM, f"code in it assigns in an environment that is everybody's ({argument})"
    return None, ""


CHECK = listed("r-code")
