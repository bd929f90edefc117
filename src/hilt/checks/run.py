"""Runs every check on a subject: each file in a worker, then the checks that take the whole repository."""

from __future__ import annotations

import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from hilt.checks import CHECKS
from hilt.checks.examined import DESCRIBED, UNKNOWN, UNREAD, Examined
from hilt.checks.hashing import Hashed, digestible, hash_files
from hilt.checks.line import Check
from hilt.checks.threads import Threads
from hilt.checks.workers import Worker, Workers
from hilt.core.context import NOTHING_BESIDE, Context
from hilt.core.context_v1 import encode_context
from hilt.core.fact import Fact, FactSchema, FactSpec, Known
from hilt.core.finding import Finding, any_inside
from hilt.core.limits import Limits
from hilt.core.parts_v1 import encode_fact, encode_subject
from hilt.core.progress import Progress
from hilt.core.report import Coverage, Gap, Ran, Report, State
from hilt.core.subject import Subject
from hilt.core.version import __version__
from hilt.knowledge.callables import INDEX_VERSION
from hilt.knowledge.split_files import whole
from hilt.sources.digest_store import usual_store
from hilt.sources.file import Locator
from hilt.sources.listing import Listing

if TYPE_CHECKING:
    from hilt.checks.weights import Weights
    from hilt.core.lineage import Kin
    from hilt.knowledge.byte_marks import Marks

FILES_PER_WORKER = 40
"""A further worker costs as much CPU time as reading some forty small files does."""

SCHEMA = FactSchema(spec for check in CHECKS for spec in check.facts)
"""Every fact that a report of this version states."""

VERSIONS = {"hilt": __version__, "callables": INDEX_VERSION}
"""What a report that is made now depends on, beside the bytes."""


@dataclass(slots=True)
class Gathered:
    """Everything that the workers said so far; guarded by the lock of its `Work`."""

    examined: list[tuple[str, Examined]] = field(default_factory=list)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)


class Work:
    """The files still to be read. Archives add their members while it goes on; it ends when no worker has any left."""

    def __init__(self, listing: Listing, limits: Limits, progress: Progress) -> None:
        self._limits, self._progress = limits, progress
        told = {path: locator._asdict() for path, locator in sorted(listing.locators.items())}
        split = whole({path: locator.size for path, locator in listing.locators.items()})
        joined = {first: {"parts": [told[part] for part in parts]} for first, parts in split.items()}
        later = {part for parts in split.values() for part in parts[1:]}
        self._pending = deque(
            {"do": "file", "path": path, "locator": joined.get(path, locator), "chain": [], "part": path in later}
            for path, locator in told.items()
        )
        self._busy = 0
        self._change = threading.Condition()
        self._listed = len(self._pending)
        self.gathered = Gathered()

    def drain(self, worker: Worker) -> None:
        """Lets `worker` read until nothing is left."""
        while (request := self._next()) is not None:
            examined = Examined(format=UNREAD, gaps=(_broken(request["path"]),))
            try:
                examined = worker.ask(request)
            finally:
                self._done(request, examined)

    def stop(self) -> None:
        """No further file is begun."""
        with self._change:
            self._pending.clear()

    def _next(self) -> dict[str, Any] | None:
        with self._change:
            while not self._pending and self._busy:
                self._change.wait()
            if not self._pending:
                return None
            self._busy += 1
            return self._pending.popleft()

    def _done(self, request: dict[str, Any], examined: Examined) -> None:
        path, chain = request["path"], request["chain"]
        with self._change:
            self._busy -= 1
            self.gathered.examined.append((path, examined))
            self.gathered.places[path] = {key: request[key] for key in ("path", "locator", "chain")}
            if len(chain) >= self._limits.archive_depth and examined.members:
                why = f"an archive inside {len(chain)} others was not opened (limit archive_depth)"
                self.gathered.gaps.append(Gap(what="read", path=path, state=State.FAILED, why=why))
            else:
                self._add_members(request, examined)
            self._change.notify_all()
        self._progress.advance(files=0 if chain else 1)

    def _add_members(self, request: dict[str, Any], examined: Examined) -> None:
        room = max(0, self._limits.files - self._listed)
        if len(examined.members) > room:
            why = f"{len(examined.members) - room} of its members were not read (limit files = {self._limits.files})"
            self.gathered.gaps.append(Gap(what="read", path=request["path"], state=State.FAILED, why=why))
        self._listed += min(room, len(examined.members))
        taken: Counter[str] = Counter()
        for index, name in examined.members[:room]:
            taken[name] += 1
            path = f"{request['path']}!/{name}" + (f"#{taken[name]}" if taken[name] > 1 else "")
            chain = [*request["chain"], [examined.format, index]]
            self._pending.append({"do": "file", "path": path, "locator": request["locator"], "chain": chain})


def _broken(path: str) -> Gap:
    return Gap(what="read", path=path, state=State.FAILED, why="the check was interrupted")


def run(
    listing: Listing,
    limits: Limits,
    workers: Workers,
    *,
    hashed: bool,
    progress: Progress,
    search_bytes: bool = False,
    context: Context = NOTHING_BESIDE,
    compare: Callable[[Weights], Kin | None] | None = None,
) -> Report:
    """Reads the subject in `workers` and runs `CHECKS` on it. With `hashed`, every file is digested in the same time.

    With `search_bytes` as well, the same pass notes where bytes look like a program or a key, for the checks that look.
    `context` is what is known beside the subject; `compare`, called once its files were read, may add what its weights are
    kin to.
    """
    gone_through = sum(entry.size for entry in digestible(listing, limits, marked=search_bytes)) if hashed else 0
    progress.start(files=len(listing.locators), size=gone_through)
    count = max(1, min(os.cpu_count() or 1, 8, len(listing.locators) // FILES_PER_WORKER))
    stopped = threading.Event()
    with Threads() as threads:
        taken = workers.take(count, listing.remote)
        hash_all = partial(hash_files, listing, limits, progress, stopped, marked=search_bytes, store=usual_store())
        hashing = threads.start(hash_all) if hashed else None
        try:
            gathered = _read_files(taken, listing, limits, progress)
            formats = {path: examined.format for path, examined in sorted(gathered.examined, key=lambda pair: pair[0])}
            digested = hashing.result() if hashing else Hashed(entries=listing.subject.entries)
            subject = replace(listing.subject, entries=digested.entries)
            asked = [check for check in CHECKS if search_bytes or not check.searches]
            told = introduction(subject, gathered, formats, digested.marks, context)
            told["places"] += [_beside(path, one) for path, one in listing.beside.items()]
            if compare is not None:
                context = context._replace(kin=_compared(taken[0], listing, told, compare))
                told["context"] = encode_context(context)
            taken[0].introduce(told)
            of_repository = _read_repository(taken[0], asked, formats, gathered, context)
        finally:
            stopped.set()
    results = [examined for _, examined in sorted(gathered.examined, key=lambda pair: pair[0])] + of_repository
    gaps = [*listing.gaps, *gathered.gaps, *digested.gaps]
    return replace(
        _reported(subject, asked, results, gaps, formats),
        transfer=listing.remote.transferred if listing.remote is not None else None,
    )


def _beside(path: str, locator: Locator) -> dict[str, Any]:
    """A file beside one that was named alone: it can be opened, and is no part of the subject."""
    return {"path": path, "locator": locator._asdict(), "chain": []}


def _compared(
    worker: Worker, listing: Listing, told: dict[str, Any], compare: Callable[[Weights], Kin | None]
) -> Kin | None:
    """What comes of the weights."""
    from hilt.checks.weights import Weights

    worker.introduce(told)
    sizes = {path: one.size for path, one in [*listing.locators.items(), *listing.beside.items()]}
    return compare(Weights(worker, told["formats"], sizes, remote=listing.remote is not None))


def _reported(
    subject: Subject,
    asked: Sequence[Check],
    results: Sequence[Examined],
    around: Sequence[Gap],
    formats: Mapping[str, str],
) -> Report:
    """All `results` as one report; `around` are the gaps that no check and no reader told."""
    gaps = [*around, *(gap for result in results for gap in result.gaps)]
    findings = _in_order(finding for result in results for finding in result.findings)
    stated: dict[str, list[Fact]] = {spec.key: [] for spec in SCHEMA}
    for fact in (fact for result in results for fact in result.facts):
        stated[fact.key].append(fact)
    ran: Counter[str] = Counter()
    for result in results:
        ran.update({item.check: item.files for item in result.ran})
    return Report(
        subject=subject,
        findings=findings,
        facts=tuple(_merged(spec, stated[spec.key], gaps) for spec in SCHEMA),
        statements=tuple(_beside_findings(stated, findings, gaps)),
        coverage=Coverage(
            ran=tuple(Ran(check=check.id, files=ran[check.id]) for check in asked),
            gaps=tuple(dict.fromkeys(gaps)),
        ),
        formats=dict(_described(formats, gaps)),
        versions=VERSIONS,
        terms=tuple(dict.fromkeys(term for result in results for term in result.terms)),
        obligations=tuple(dict.fromkeys(one for result in results for one in result.obligations)),
    )


def _described(formats: Mapping[str, str], gaps: Iterable[Gap]) -> Iterator[tuple[str, str]]:
    """The formats, with a name for files that no reader knows and that are no gap for it."""
    unread = {gap.path for gap in gaps if gap.what in ("read", "unknown-file")}
    for path, format_id in formats.items():
        known = format_id == UNKNOWN and path not in unread and "" not in unread
        yield path, DESCRIBED if known else format_id


def _read_files(workers: Sequence[Worker], listing: Listing, limits: Limits, progress: Progress) -> Gathered:
    work = Work(listing, limits, progress)
    with Threads() as threads:
        try:
            others = [threads.start(partial(work.drain, worker)) for worker in workers[1:]]
            work.drain(workers[0])
            for other in others:
                other.result()
        except BaseException:
            work.stop()
            for worker in workers:
                worker.kill()
            raise
    return work.gathered


def introduction(
    subject: Subject, gathered: Gathered, formats: dict[str, str], marks: Mapping[str, Marks], context: Context
) -> dict[str, Any]:
    """What a worker is told before the checks that take the whole repository."""
    return {
        "do": "subject",
        "subject": encode_subject(subject),
        "places": list(gathered.places.values()),
        "formats": formats,
        "marks": {path: asdict(of_file) for path, of_file in marks.items()},
        "context": encode_context(context),
    }


def _read_repository(
    worker: Worker, asked: Sequence[Check], formats: Mapping[str, str], gathered: Gathered, context: Context
) -> list[Examined]:
    there = {*formats.values(), *(f"*.{path.rpartition('.')[2]}" for path in formats)}
    stated = [fact for _, examined in sorted(gathered.examined, key=lambda pair: pair[0]) for fact in examined.facts]
    told: list[dict[str, Any]] = []
    results: list[Examined] = []
    for check in asked:
        if check.reads or (check.needs and there.isdisjoint(check.needs)):
            continue
        if check.beside and not getattr(context, check.beside):
            continue
        if check.weighs:
            told += [encode_fact(fact) for fact in stated[len(told) :]]
        results.append(worker.ask({"do": "repository", "check": check.id, "facts": told if check.weighs else []}))
        stated += results[-1].facts
    return results


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    rank = {check.id: place for place, check in enumerate(CHECKS)}
    return tuple(
        sorted(
            findings,
            key=lambda finding: (-finding.severity, rank[finding.check], finding.where.path, finding.where.offset or 0),
        )
    )


@cache
def _stating() -> Mapping[str, Sequence[str]]:
    """The checks that state each fact, by its key."""
    stating: dict[str, list[str]] = {spec.key: [] for spec in SCHEMA}
    for check in CHECKS:
        for spec in check.facts:
            stating[spec.key].append(check.id)
    return stating


def _merged(spec: FactSpec, stated: Sequence[Fact], gaps: Sequence[Gap]) -> Fact:
    """All statements of one key as one fact; where there are none its `otherwise`, if everything was seen.

    What is to be true of all is not known while something was not seen.
    """
    unseen = any(gap.what == "read" or gap.what in _stating()[spec.key] for gap in gaps)
    if stated or spec.otherwise is None or unseen:
        merged = spec.merge(stated)
        if not (spec.combine == "all" and merged.value and unseen):
            return merged
        return Fact(key=spec.key, value=None, known=Known.UNKNOWN, source="")
    return Fact(key=spec.key, value=spec.otherwise, known=Known.VERIFIED, source=_stating()[spec.key][0])


def _beside_findings(
    stated: Mapping[str, Sequence[Fact]], findings: Sequence[Finding], gaps: Sequence[Gap]
) -> Iterator[Fact]:
    """The `statements` of a report."""
    places: dict[str, list[str]] = {check.id: [] for check in CHECKS}
    for path, check in sorted((finding.where.path, finding.check) for finding in findings):
        places[check].append(path)
    for spec in SCHEMA:
        if not spec.waivable:
            continue
        of_key = stated[spec.key]
        beside = {
            fact for fact in of_key if fact.value != spec.otherwise and any_inside(places[fact.check], fact.source)
        }
        if beside:
            told = [fact for fact in of_key if fact in beside]
            yield from told if spec.combine == "sum" else dict.fromkeys(told)
            yield _merged(spec, [fact for fact in of_key if fact not in beside], gaps)
