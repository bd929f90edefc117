"""The fields of a bill of materials that come from the run and the verdict: when, what was seen, what follows from it."""

from __future__ import annotations

from collections.abc import Iterable

from hilt.core.fact import Known
from hilt.core.finding import Severity
from hilt.core.rights import Obligation, Term
from hilt.core.verdict import Verdict
from hilt.core.version import __version__
from hilt.output.bom_told import UNTOLD, Told, computed, of
from hilt.output.figures import counted


def untold(_: Verdict) -> Told:
    """For what nothing that hilt reads can tell."""
    return UNTOLD


def tool(_: Verdict) -> Told:
    return computed(f"hilt {__version__}")


def author(verdict: Verdict) -> Told:
    """Whoever runs hilt names itself in its settings; only a signature on the document proves it."""
    return Told(verdict.organisation, Known.CLAIMED, "the settings") if verdict.organisation else UNTOLD


def timestamp(verdict: Verdict) -> Told:
    return computed(verdict.judged_at) if verdict.judged_at else UNTOLD


def context(verdict: Verdict) -> Told:
    return computed("before download" if verdict.report.transfer is not None else "after download")


def coverage(verdict: Verdict) -> Told:
    gaps = len(verdict.report.coverage.gaps)
    return computed(f"not complete: {counted(gaps, 'gap')}" if gaps else "complete")


def findings(verdict: Verdict) -> Told:
    """`2 critical`, `1 low`; those that a waiver takes out are counted apart."""
    severities = [finding.severity for finding in verdict.counted]
    told = [f"{severities.count(one)} {one.word}" for one in sorted(Severity, reverse=True) if one in severities]
    return computed((*told, *([f"{len(verdict.waived)} waived"] if verdict.waived else [])))


def outcome(verdict: Verdict) -> Told:
    return computed(verdict.outcome.word, f"the policy {verdict.policy}")


def policy(verdict: Verdict) -> Told:
    return computed(f"{verdict.policy} sha256:{verdict.policy_digest}") if verdict.policy_digest else UNTOLD


def terms(verdict: Verdict) -> Told:
    return _asked(verdict.report.terms)


def obligations(verdict: Verdict) -> Told:
    return _asked(verdict.report.obligations)


def _asked(all_of: Iterable[Term | Obligation]) -> Told:
    """What is asked, as weakly known as the weakest of it; the same of several works is told once."""
    all_of = tuple(all_of)
    if not all_of:
        return UNTOLD
    told = tuple(dict.fromkeys(f"{one.licence}: {one.says}" for one in all_of))
    sources = tuple(dict.fromkeys(one.source for one in all_of))
    return Told(told, min(one.known for one in all_of), sources[0] if len(sources) == 1 else f"{len(sources)} sources")


def data_licences(verdict: Verdict) -> Told:
    """Licences that come with the datasets that are named."""
    named = of(verdict.report, "rights.datasets").value
    datasets = frozenset(named) if isinstance(named, tuple) else frozenset[str]()
    all_of: list[Term | Obligation] = [*verdict.report.terms, *verdict.report.obligations]
    asked = [one for one in all_of if one.of in datasets]
    if not asked:
        return UNTOLD
    told = tuple(dict.fromkeys(f"{one.of}: {one.licence}" for one in asked))
    return Told(told, min(one.known for one in asked), asked[0].source)


def memory(verdict: Verdict) -> Told:
    """What an engine reserves, as it was computed for the machine of the settings, or else as the report has it."""
    stated = of(verdict.report, "fit.reserved")
    running = verdict.running
    if running is None or running.memory is None:
        return stated
    held = running.memory
    source = f"{held.engine}, {counted(held.context, 'token')}, {counted(held.sequences, 'sequence')}"
    return Told(held.reserved, stated.known or Known.CLAIMED, source)


def signed_by(verdict: Verdict) -> Told:
    return _of_signature(verdict, "provenance.signed_by")


def signed_until(verdict: Verdict) -> Told:
    return _of_signature(verdict, "provenance.signed_until")


def signed_all(verdict: Verdict) -> Told:
    return _of_signature(verdict, "provenance.covers_all")


def hub_digests(verdict: Verdict) -> Told:
    """That no file is as the hub states it says something only where a hub stated something."""
    told = of(verdict.report, "provenance.hub_digests")
    return told if told.value else UNTOLD


def _of_signature(verdict: Verdict, key: str) -> Told:
    """What is told of a signature, where there is one."""
    return of(verdict.report, key) if of(verdict.report, "provenance.signature").value != "none" else UNTOLD


def machine(verdict: Verdict) -> Told:
    running = verdict.running
    return computed(f"{running.machine.name}: {running.fits.value}", "hilt fit") if running else UNTOLD


def speed(verdict: Verdict) -> Told:
    """An estimate from the bandwidth of the memory, and no measurement."""
    running = verdict.running
    if running is None or running.speed is None:
        return UNTOLD
    low, high = running.speed
    return Told(f"{low:.3g} to {high:.3g}", Known.CLAIMED, f"estimated for {running.machine.name}")
