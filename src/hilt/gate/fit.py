"""fit: where a model runs, how fast, and what that costs against having it hosted."""

from __future__ import annotations

from datetime import UTC, datetime
from os import PathLike, fspath
from typing import Any

from hilt.core.errors import NothingToCheck, UsageError
from hilt.core.fit import Fit, FitRow
from hilt.core.report import Report
from hilt.core.running import Machine
from hilt.core.verdict import Verdict
from hilt.core.wire import encode_text
from hilt.gate.settings import Settings


def fit(
    of: str | PathLike[str] | Report | Verdict,
    *,
    memory: int | str | None = None,
    context: int | None = None,
    sequences: int | None = None,
    engine: str | None = None,
    machine: str | Machine | None = None,
    settings: Settings | None = None,
) -> Fit:
    """Where the subject at the reference `of` runs, or that of a report, a verdict, or the path of a stored report.

    `memory` is what the model may have of the machine, in bytes or as `"16GB"`; `machine` is a name of the pack, the one of
    the settings unless it is given, and this very machine without either. `context` is in tokens, `engine` a key of
    `hilt.knowledge.fit.memory.ENGINES`.

    Raises `UsageError` where one of these is wrong, `NothingToCheck` where there are no weights, and what `check` raises.
    """
    settings = settings or Settings()
    chosen = _machine(machine, memory, settings)
    for what, number in (("context", context), ("sequences", sequences)):
        if number is not None and not 0 < number <= 1 << 24:
            raise UsageError(f"{what}={number}: a whole number from 1 to {1 << 24:,} is needed")
    _known(engine)
    report = _report(of, settings)
    told = _answer(report, chosen, context, sequences, engine)
    if told is None:
        raise NothingToCheck(f"{report.subject.reference}: no weights whose memory can be told")
    return told


def _answer(
    report: Report, machine: Machine, context: int | None, sequences: int | None, engine: str | None
) -> Fit | None:
    from hilt.knowledge.fit.answer import answer
    from hilt.knowledge.fit.asked import asked_of

    told = asked_of(report, machine, datetime.now(UTC).date().isoformat())
    if told is None:
        return None
    shape, asked = told
    asked = asked._replace(sequences=sequences, engine=engine or "", context=context or asked.context)
    return answer(report.subject.reference, shape, asked, own_context=context is not None)


def as_data(told: Fit) -> dict[str, Any]:
    """All of it as plain data; `running` is as in the JSON of a verdict."""
    from hilt.core.running_v1 import encode_running

    return {
        "reference": encode_text(told.reference),
        "sequences": told.sequences,
        "chosen": encode_text(told.chosen),
        "rows": [_as_data(row) for row in told.rows],
        "elsewhere": told.elsewhere.name if told.elsewhere is not None else None,
        "running": encode_running(told.running),
        "instead": {"name": told.instead[0], "running": encode_running(told.instead[1])} if told.instead else None,
    }


def _as_data(row: FitRow) -> dict[str, Any]:
    return {
        "name": encode_text(row.name),
        "engine": row.engine,
        "bytes": row.bytes,
        "estimate": row.estimate,
        "at": [
            {
                "context": at.context,
                "reserved": at.memory.reserved if at.memory is not None else None,
                "resident": at.memory.resident if at.memory is not None else None,
                "fits": at.fits.value,
            }
            for at in row.at
        ],
        "largest_context": row.largest_context,
        "speed": row.speed,
    }


def machines() -> tuple[dict[str, Any], ...]:
    """The machines that hilt knows, as plain data."""
    from hilt.knowledge.fit import machines as pack

    each = [one for name in pack.names() if (one := pack.machine(name)) is not None]
    return tuple(
        {
            "name": one.name,
            "memory_gb": round(one.memory / 1e9, 1),
            "bandwidth_gb_s": round((one.bandwidth or 0) / 1e9),
            "price": one.price,
            "as_of": one.as_of,
            "source": one.source,
        }
        for one in each
    )


def _report(of: str | PathLike[str] | Report | Verdict, settings: Settings) -> Report:
    if isinstance(of, Verdict):
        return of.report
    if isinstance(of, Report):
        return of
    reference = fspath(of)
    if reference == "-" or reference.endswith(".json"):
        from hilt.gate.judge import stored_one

        return stored_one(reference, "fit takes one")
    from hilt.gate.check import verdict_on

    return verdict_on(reference, settings=settings, hashed=False).report


def _machine(machine: str | Machine | None, memory: int | str | None, settings: Settings) -> Machine:
    from hilt.gate.configured.machine import bytes_of, named

    chosen = named(machine) if isinstance(machine, str) else machine or settings.machine or _this(measured=True)
    if memory is None:
        return chosen
    size = memory if isinstance(memory, int) else bytes_of(memory)
    if size is None or size <= 0:
        raise UsageError(f"memory {memory!r:.40}: a size such as 16GB or 16GiB is needed")
    return chosen._replace(memory=size)


def _this(*, measured: bool) -> Machine:
    from hilt.knowledge.fit.machines import this_machine

    return this_machine(measured=measured)


def _known(engine: str | None) -> None:
    from hilt.knowledge.fit.memory import ENGINES

    if engine is not None and engine not in ENGINES:
        raise UsageError(f"there is no engine {engine!r:.40}; known are {', '.join(ENGINES)}")
