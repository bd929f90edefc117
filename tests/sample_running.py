"""Verdicts on models that run, that do not fit, and of which nobody can tell; one that is signed: what the columns and pictures are tested on.

The machines and their figures are made up, so that no expected output depends on where the tests run.
"""

from __future__ import annotations

from dataclasses import replace

from hilt.core.fact import Fact, Known
from hilt.core.report import Coverage, Ran, Report
from hilt.core.running import BreakEven, Cost, Fits, Machine, Memory, Offer, Part, Running
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Verdict

MB = 10**6
MEMORY = Memory(
    engine="llama.cpp",
    context=4096,
    sequences=1,
    parts=(
        Part("weights", 4_920 * MB, 4_920 * MB),
        Part("cache", 537 * MB, 537 * MB),
        Part("buffer", 135 * MB, 101 * MB),
        Part("runtime", 43 * MB, 43 * MB),
    ),
    why=("flash attention on, windows not kept whole, as llama-server starts",),
)
DESK = Machine("desk 7", 12_000 * MB, 120e9, 0.05, "a receipt", "2026-11-01")
OFFERS = (
    Offer("Cheap Host", "llama-3.1-8b-instruct", 0.02, 0.05, same=True, as_of="2026-10-23"),
    Offer("Dear Host", "llama-3.1-8b-instruct", 0.2, 0.6, same=True, as_of="2026-10-23"),
    Offer("One Lab", "small", 0.1, 0.5, same=False, as_of="2026-10-23"),
    Offer("Other Lab", "large", 4.0, 20.0, same=False, as_of="2026-10-23"),
)
SLOW, FAST = 2_400_000.0, 6_800_000.0
"""Tokens a day, at least and at most."""
A_DAY = 0.05 * 24


def _costs(a_day: float) -> tuple[Cost, ...]:
    busy = (0.05, 0.25, 0.5, 1.0)
    return tuple(Cost(one, a_day * 1e6 / FAST / one, a_day * 1e6 / SLOW / one) for one in busy)


def _even(offer: Offer) -> BreakEven:
    tokens = A_DAY * 1e6 / offer.blended
    return BreakEven(offer, tokens if tokens <= FAST else None)


RUNS = Running(
    memory=MEMORY,
    machine=DESK,
    fits=Fits.YES,
    largest_context=48_128,
    speed=(13.4, 20.9),
    costs=_costs(A_DAY),
    offers=OFFERS,
    break_even=tuple(_even(offer) for offer in OFFERS),
    prices_of="2026-10-23",
    why=("llama-Q4_K_M.gguf: 4,920,000,000 bytes of tensors (Q4_K, Q6_K)", *MEMORY.why, "a receipt"),
)

RUNNING = Verdict(
    outcome=Outcome.ADMIT,
    policy="default",
    policy_digest="5e" * 32,
    passed=("code-on-load", "coverage", "findings"),
    judged_at="2026-11-21T09:30:00+00:00",
    running=RUNS,
    report=Report(
        subject=Subject(
            reference="./llama-q4", entries=(Entry(path="llama-Q4_K_M.gguf", size=4_925 * MB, sha256="7" * 64),)
        ),
        facts=(
            Fact(key="model.generates", value=("text",), known=Known.CLAIMED, source="llama-Q4_K_M.gguf"),
            Fact(key="model.parameters", value=8_030_261_248, known=Known.VERIFIED, source="llama-Q4_K_M.gguf"),
            Fact(key="provenance.signature", value="none", known=Known.VERIFIED, source=""),
        ),
        coverage=Coverage(ran=(Ran(check="memory-needed", files=1),)),
        formats={"llama-Q4_K_M.gguf": "gguf"},
    ),
)

LAPTOP = Machine("this machine", 22_000 * MB, None, 0.05, "22 GB", "2026-11-21")
UNMEASURED = replace(
    RUNNING,
    running=RUNS._replace(machine=LAPTOP, speed=None, costs=(), break_even=()),
)
SMALL = Machine("desk 3", 4_000 * MB, 60e9, 0.03, "a receipt", "2026-03-01")
TOO_BIG = replace(
    RUNNING, running=RUNS._replace(machine=SMALL, fits=Fits.NO, largest_context=0, speed=None, costs=(), break_even=())
)
TIGHT = replace(
    RUNNING,
    running=RUNS._replace(machine=DESK._replace(memory=5_620 * MB), fits=Fits.TIGHT, largest_context=0),
)
NOT_TOLD = replace(
    RUNNING,
    running=Running(
        memory=None,
        machine=DESK,
        fits=Fits.UNKNOWN,
        why=("model.onnx: 25,000,000 bytes of tensors (F32)", "no engine that hilt knows loads onnx"),
    ),
)
UNTOLD = replace(
    RUNNING,
    running=None,
    report=replace(
        RUNNING.report,
        facts=(
            *RUNNING.report.facts,
            Fact(
                key="fit.untold",
                value=("its layers are of a kind that hilt does not know",),
                known=Known.CLAIMED,
                source="config.json",
            ),
        ),
    ),
)

SIGNED = replace(
    RUNNING,
    report=replace(
        RUNNING.report,
        facts=(
            *(fact for fact in RUNNING.report.facts if fact.key != "provenance.signature"),
            Fact(key="provenance.signature", value="verified", known=Known.VERIFIED, source="model.sig"),
            Fact(key="provenance.signed_by", value=("Acme Models",), known=Known.VERIFIED, source="model.sig"),
            Fact(key="provenance.signed_until", value="2027-05-01", known=Known.VERIFIED, source="model.sig"),
        ),
    ),
)

ALL_RUNNING = (RUNNING, UNMEASURED, TOO_BIG, TIGHT, NOT_TOLD, UNTOLD, SIGNED)
