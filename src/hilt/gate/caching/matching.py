"""What a cached model is, of all that the record knows, and how it stands therefore.

A name is only a claim. It is enough to tell that something was stopped, and never enough to call anything admitted: for that, each byte
that a loader may find must be of one model that is admitted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from hilt.core.cache_comparison import Compared, RecordedModel, Wanted
from hilt.core.cache_scan import CacheState, ScannedModel
from hilt.core.subject import Entry, Subject
from hilt.gate.caching.digests import Digests
from hilt.sources.caches.cached import CachedFile, CachedModel

_WHOLE = 64
"""Digits of a SHA-256; the names of some caches hold only its beginning."""
_TOLD = 3
"""Files that a sentence names."""


class _Match(NamedTuple):
    """A model of the record that has something to do with a cached one; `by` is "bytes" or "name"."""

    recorded: RecordedModel
    by: str
    complete: bool

    @property
    def state(self) -> CacheState:
        return self.recorded.state


class InCommon:
    """What a record answered, by what its models have in common with caches."""

    def __init__(self, told: Compared) -> None:
        self.only = told.only
        self._by_subject = {one.subject: one for one in told.models if one.subject}
        self._by_name: defaultdict[tuple[str, str], list[RecordedModel]] = defaultdict(list)
        self._by_file: defaultdict[str, list[RecordedModel]] = defaultdict(list)
        for one in told.models:
            for name in one.names:
                self._by_name[name].append(one)
            for digest in one.shared:
                self._by_file[digest].append(one)

    def related(self, model: CachedModel, digests: Digests) -> list[RecordedModel]:
        """The models of the record that have something to do with a cached one, each once."""
        found = [self._by_subject.get(_subject(model, digests)), *self._by_name.get((model.name, model.revision), ())]
        for file in model.files:
            for digest in dict.fromkeys((digests.of(file), _claimed(file))):
                found += self._by_file.get(digest, ())
        return list({id(one): one for one in found if one is not None}.values())


def questions(models: Iterable[CachedModel], digests: Digests, most: int) -> Iterator[tuple[list[CachedModel], Wanted]]:
    """What to look for in a record, of some models at once: so many that they have at most `most` files, or one that has more."""
    some: list[CachedModel] = []
    files = 0
    for model in models:
        if some and files + len(model.files) > most:
            yield some, _wanted(some, digests)
            some, files = [], 0
        some.append(model)
        files += max(1, len(model.files))
    if some:
        yield some, _wanted(some, digests)


def _wanted(models: Sequence[CachedModel], digests: Digests) -> Wanted:
    files = {
        digest for model in models for file in model.files for digest in (digests.of(file), _claimed(file)) if digest
    }
    subjects = {digest for model in models if (digest := _subject(model, digests))}
    names = {(model.name, model.revision) for model in models if model.revision}
    return Wanted(frozenset(files), frozenset(subjects), frozenset(names))


def scanned(model: CachedModel, digests: Digests, recorded: InCommon) -> ScannedModel:
    """How the cached model stands."""
    matches = [_match(model, digests, one) for one in recorded.related(model, digests)]
    whole = [one for one in matches if one.complete]
    admitting = next((one for one in whole if one.state is CacheState.ADMITTED), None)
    unread = _unread(model, digests)
    stopping = min(
        (one for one in matches if one.state.stopped and one.by),
        key=lambda one: (not one.complete, one.by != "bytes", one.state is not CacheState.WITHDRAWN),
        default=None,
    )
    if admitting is not None and not unread:
        also = f"Files of it are also in {_named(stopping)}, which is {stopping.state.value}." if stopping else ""
        return replace(_told(model, CacheState.ADMITTED, admitting.recorded.why, admitting), also=also)
    if stopping is not None:
        return _told(model, stopping.state, tuple(_why_stopped(model, stopping)), stopping)
    if unread:
        return _told(model, CacheState.NOT_READ, unread, None)
    known = next(iter(whole), None) or next((one for one in matches if one.by == "bytes"), None)
    why = (*_why_not(model, digests, known, matches, recorded.only), *_misnamed(model, digests))
    return _told(model, CacheState.NEVER_ADMITTED, why, known)


def _match(model: CachedModel, digests: Digests, recorded: RecordedModel) -> _Match:
    """A part of a stopped model is stopped as well where it has what made it so, or is the same revision."""
    complete = _complete(model, digests, recorded)
    if named := (model.name, model.revision) in recorded.names:
        recorded = replace(recorded, reference=model.name, revision=model.revision)
    whole = complete and (named or not recorded.state.stopped or len(model.files) == recorded.count)
    if whole or any(digests.of(file) in recorded.telling for file in model.files):
        return _Match(recorded, "bytes", whole)
    claimed = any(_claimed(file) in recorded.telling for file in model.files)
    return _Match(recorded, "name" if named or claimed else "", complete=False)


def _complete(model: CachedModel, digests: Digests, recorded: RecordedModel) -> bool:
    """Is every file that lies there one of the recorded model? Most tools fetch only a part of one."""
    there = _there(model, recorded)
    return bool(model.files) and all(_among(file, digests, there) for file in model.files)


def _there(model: CachedModel, recorded: RecordedModel) -> set[tuple[str, str]]:
    """The files of a recorded model that were asked for, by name where the cache calls files as those that were fetched."""
    return {(path if model.exact else "", digest) for path, digest in recorded.files}


def _among(file: CachedFile, digests: Digests, there: set[tuple[str, str]]) -> bool:
    digest = digests.of(file)
    return bool(digest) and ((file.path, digest) in there or ("", digest) in there)


def _why_stopped(model: CachedModel, match: _Match) -> Iterator[str]:
    yield from match.recorded.why
    if match.by == "name":
        yield f"Only names in the cache say that this is {_named(match)}: its bytes are others, or could not be read."
    elif not match.complete:
        yield f"It has files of {_named(match)}."
    if model.unread:
        yield f"Not looked at: {'; '.join(model.unread[:_TOLD])}."


def _why_not(
    model: CachedModel, digests: Digests, known: _Match | None, matches: list[_Match], only: Sequence[str]
) -> Iterator[str]:
    if known is not None and known.complete:
        yield from known.recorded.why
        return
    if known is not None:
        there = _there(model, known.recorded)
        others = _some([file.path for file in model.files if not _among(file, digests, there)])
        yield f"It has files of {_named(known)}, which is {known.state.value}; others were never checked with them: {others}."
        return
    named = next((one for one in matches if one.by == "name"), None)
    if named is not None:
        yield f"It calls itself {_named(named)}, which is {named.state.value}, and its bytes are others."
        return
    if only:
        yield f"Nobody has checked these bytes, as far as this token is told: it is for {_some(list(only))}."
        return
    yield "Nobody has checked these bytes."


def _misnamed(model: CachedModel, digests: Digests) -> Iterator[str]:
    """Files whose names promise other bytes: damaged, or changed by somebody."""
    files = [one.path for one in model.files if one.claimed and not digests.of(one).startswith(one.claimed)]
    if files:
        yield f"Names in the cache promise other bytes than there are: {_some(files)}."


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:_TOLD]) + (f" and {len(paths) - _TOLD} more" if len(paths) > _TOLD else "")


def _unread(model: CachedModel, digests: Digests) -> tuple[str, ...]:
    failed = [
        f"{file.path}: {digests.errors[file.locator.path]}"
        for file in model.files
        if file.locator.path in digests.errors
    ]
    empty = () if model.files or model.unread else ("it holds no file",)
    return (*model.unread, *failed, *empty)


def _subject(model: CachedModel, digests: Digests) -> str:
    """The digest of all files together; empty where one of them has none."""
    entries = tuple(Entry(path=one.path, size=one.locator.size, sha256=digests.of(one)) for one in model.files)
    return Subject(reference=model.name, entries=entries).digest


def _claimed(file: CachedFile) -> str:
    return file.claimed if len(file.claimed) == _WHOLE else ""


def _named(match: _Match) -> str:
    if not match.recorded.reference:
        return "a model that this token is not for"
    return match.recorded.reference + (f"@{match.recorded.revision[:12]}" if match.recorded.revision else "")


def _told(model: CachedModel, state: CacheState, why: tuple[str, ...], match: _Match | None) -> ScannedModel:
    return ScannedModel(
        cache=model.kind,
        name=model.name,
        revision=model.revision,
        where=model.where,
        state=state,
        why=why,
        since=match.recorded.since if match is not None and state.stopped else "",
        uses=match.recorded.uses if match is not None and state is CacheState.ADMITTED else (),
        reference=match.recorded.reference if match is not None else "",
        subject=match.recorded.subject if match is not None else "",
        by=match.by if match is not None else "",
        files=len(model.files),
        size=sum(file.locator.size for file in model.files),
    )
