"""check: read a subject without running it, and judge what was seen by a policy."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.checks import run as runner
from hilt.checks.workers import Workers
from hilt.core.context import Context
from hilt.core.errors import HiltError, ReferenceInvalid, UsageError
from hilt.core.progress import Progress, Silent
from hilt.core.report import Report, Transfer
from hilt.core.verdict import Verdict
from hilt.gate.judge import Named, judged, names, policies
from hilt.gate.keeping.origins.named import open_named
from hilt.gate.recording.record_verdicts import is_recorded, record_verdicts
from hilt.gate.settings import Settings
from hilt.gate.signatures.patterns import signers_for
from hilt.sources.file import Locator
from hilt.sources.listing import Listing

if TYPE_CHECKING:
    from hilt.checks.weights import Weights
    from hilt.core.lineage import Kin


def check(
    reference: str | PathLike[str],
    *,
    policy: Named | Sequence[Named] | None = None,
    settings: Settings | None = None,
    hashed: bool = True,
    search_bytes: bool = False,
    follow_bases: bool = False,
    progress: Progress | None = None,
    record: bool | None = None,
) -> Verdict:
    """Reads everything at `reference` without running any of it, and says whether it may be used.

    `policy` names a pack ("default", "strict", "permissive") or a file, or several that are merged; without it the
    settings decide, and without those "default". With `hashed` false no digest is made, and the verdict is bound to
    no bytes. With `search_bytes`, or where the settings say so, every byte is searched for programs and keys as well.
    With `follow_bases` the hub is asked what the models and datasets that the subject is made from say of their licences.
    With `record`, or where the settings say so, the verdict goes on the record.

    Raises `UsageError` where reference, policy or settings are wrong, `NothingToCheck` where there is no file,
    `RecordError` where the record takes nothing.
    """
    settings = settings or Settings()
    verdict = verdict_on(
        reference,
        policy=policy,
        settings=replace(settings, search_bytes=settings.search_bytes or search_bytes),
        hashed=hashed,
        follow_bases=follow_bases,
        progress=progress,
    )
    if is_recorded(settings, record=record):
        _, problems = record_verdicts([verdict], settings)
        if problems:
            raise problems[0]
    return verdict


def verdict_on(
    reference: str | PathLike[str],
    *,
    policy: Named | Sequence[Named] | None = None,
    settings: Settings | None = None,
    hashed: bool = True,
    follow_bases: bool = False,
    progress: Progress | None = None,
    within: str = "",
) -> Verdict:
    """`check` for other verbs: nothing is recorded. What does not lie `within` this folder is not read."""
    asked = check_each(
        [reference],
        policy=policy,
        settings=settings or Settings(),
        hashed=hashed,
        follow_bases=follow_bases,
        progress=progress,
        within=within,
    )
    with closing(asked) as each:
        verdict = next(each)
    if isinstance(verdict, HiltError):
        raise verdict
    return verdict


def check_each(
    references: Iterable[str | PathLike[str]],
    *,
    policy: Named | Sequence[Named] | None = None,
    settings: Settings,
    hashed: bool = True,
    follow_bases: bool = False,
    progress: Progress | None = None,
    within: str = "",
) -> Generator[Verdict | HiltError, None, None]:
    """`check` of many subjects with the same reading processes: a verdict for each, or what kept it from one.

    With `within`, which is a path without links, all of them must lie in this folder.

    Raises `UsageError`: then the call as a whole is wrong.
    """
    if settings.search_bytes and not hashed:
        raise UsageError(
            "every byte is searched while it is digested: leave out --no-hash (hashed=False), or the search"
        )
    files = [*names(policy, settings), *([settings.file] if settings.file else [])]
    chosen = policies(policy, settings)
    compare = _comparing(settings)
    with Workers(settings.limits) as workers:
        for one in references:
            reference = fspath(one)
            _refuse_own_rules(reference, files)
            try:
                with closing(open_named(reference, settings)) as listing:
                    _refuse_outside(within, listing)
                    report = _report(
                        listing,
                        settings,
                        workers,
                        compare,
                        hashed=hashed,
                        follow_bases=follow_bases,
                        progress=progress or Silent(),
                    )
            except UsageError:
                raise
            except HiltError as error:
                yield error
                continue
            yield judged(report, chosen, settings)


def verdict_of_listing(listing: Listing, settings: Settings, *, progress: Progress | None = None) -> Verdict:
    """`check` of what is listed already, by the policies of the settings; nothing is recorded. What has a SHA-256 there keeps it."""
    hashed = settings.search_bytes or any(not entry.sha256 for entry in listing.subject.files)
    with Workers(settings.limits) as workers:
        compare, chosen = _comparing(settings), policies(None, settings)
        report = _report(listing, settings, workers, compare, hashed=hashed, progress=progress or Silent())
    return judged(report, chosen, settings)


def _report(
    listing: Listing,
    settings: Settings,
    workers: Workers,
    compare: Callable[[Weights], Kin | None] | None,
    *,
    hashed: bool,
    progress: Progress,
    follow_bases: bool = False,
) -> Report:
    context, fetched = _beside(listing, settings, workers, follow_bases=follow_bases)
    report = runner.run(
        listing,
        settings.limits,
        workers,
        hashed=hashed,
        progress=progress,
        search_bytes=settings.search_bytes,
        context=context,
        compare=compare,
    )
    return _with_transfer(report, fetched)


def _comparing(settings: Settings) -> Callable[[Weights], Kin | None] | None:
    """What holds weights against the index; it is loaded only where the settings name one."""
    if not settings.kin_index:
        return None
    from hilt.gate.comparing.kin import comparing

    return comparing(settings)


def _beside(
    listing: Listing, settings: Settings, workers: Workers, *, follow_bases: bool
) -> tuple[Context, Transfer | None]:
    """What the checks may know beside the subject, and what was fetched for it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    seen = {entry.path for entry in listing.subject.entries} if listing.gaps else set()
    unlisted = next((gap.why for gap in listing.gaps if gap.path not in seen), "")
    signers = signers_for(listing.subject.reference, settings.signers)
    known = Context(signers=signers, now=now, hub=listing.hub, unlisted=unlisted)
    if not follow_bases:
        return known, None
    from hilt.gate.comparing.bases import follow

    followed, fetched = follow(listing, settings.limits, workers, private_hosts=settings.private_hosts)
    return known._replace(bases=followed.bases), fetched


def _with_transfer(report: Report, more: Transfer | None) -> Report:
    """With what was fetched of bases beside what was fetched of the subject."""
    if more is None or not more.requests:
        return report
    own = report.transfer or Transfer()
    return replace(report, transfer=Transfer(bytes=own.bytes + more.bytes, requests=own.requests + more.requests))


def _refuse_outside(within: str, listing: Listing) -> None:
    """What is listed here has its place now, whatever a link that was changed meanwhile leads to; no other is opened later."""
    for locator in (*listing.locators.values(), *listing.beside.values()) if within else ():
        if isinstance(locator, Locator) and not Path(locator.path).is_relative_to(within):
            raise ReferenceInvalid(
                f"{listing.subject.reference}: a part of it lies elsewhere, and only its folder is read"
            )


def _refuse_own_rules(reference: str, files: Sequence[str]) -> None:
    """A subject must not bring the rules by which it is judged."""
    subject = Path(reference).resolve()
    for file in files:
        path = Path(file)
        if path.is_file() and subject in (path.resolve(), *path.resolve().parents):
            raise UsageError(
                f"{file} lies inside {reference}, and a subject must not bring its own rules; keep it elsewhere"
            )
