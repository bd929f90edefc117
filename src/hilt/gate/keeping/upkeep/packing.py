"""pack: derivatives kept as what they differ in from the models they were made from, where that pays.

Which models those are, the report of a revision says: what its weights descend from (`lineage.bases`) and what its files name
(`rights.bases`); of the same repository, any commit that was admitted before. Only what is kept for good is packed, and only against what is
kept for good, as it is. Whoever asks for a packed file has the very same bytes: they are rebuilt on their way out (rebuilding.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import FormatError, NotHeld, NotReady, SourceError, UsageError
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.core.packing import PackedFile, PackedRevision, Packing
from hilt.core.progress import Progress, Silent
from hilt.gate.keeping.places import library_folder
from hilt.gate.record import opened
from hilt.gate.recording.verdicts import verdict_of
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.settings import Settings
from hilt.knowledge.file_lock import locked

if TYPE_CHECKING:
    from hilt.record.blobs.deltas import Deltas, Plan
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs
    from hilt.record.record import Record

SUFFIX = ".safetensors"
SMALL = 1 << 20
"""Bytes below which a file is left as it is."""
SAVED = 0.20
"""What must be saved of a file."""
OWED = 0.90
"""What a file takes with its base must be this part, or less, of what it takes packed alone: else the base has no share in it."""
MOST = 8
"""Revisions that one is held against, to see which fits best."""
_FACTS = ("lineage.bases", "rights.bases")
_WAIT = 5.0
"""Seconds to wait for who packs at the same time."""


_Pair = tuple[Repository, str]
"""A repository and a commit of it."""


class _Candidate(NamedTuple):
    """A revision that another may be held against: its name and commit, and the SHA-256 of its plain files of weights."""

    name: str
    blobs: tuple[str, ...]


def pack(
    repositories: Sequence[str] = (),
    *,
    dry_run: bool = False,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Packing:
    """Packs what was admitted of the `repositories`, or of all: org/name, or datasets/org/name and the like.

    Each file is rebuilt as a whole, and is the same to the bit, before its plain bytes go. With `dry_run`, it only tells by samples what
    that would save. Raises `NotHeld` for a repository of which nothing was admitted, `UsageError` where the library lies on object
    storage, `SourceError`, `RecordError`.
    """
    from hilt.record.blobs.deltas import Deltas
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

    settings = settings or Settings()
    if settings.library.objects:
        raise UsageError(
            "library.objects: what lies on object storage is kept there as it is; only a library in a folder alone is packed"
        )
    folder = library_folder(settings)
    blobs, revisions = Blobs(folder), Revisions(folder)
    with (
        nullcontext() if dry_run else locked(folder / "packing", wait=_WAIT),
        opened(settings) as record,
    ):
        packer = _Packer(blobs, revisions, Deltas(blobs), record, progress or Silent(), dry_run=dry_run)
        return Packing(tuple(packer.packed(packer.wanted(repositories))), dry_run)


class _Packer:
    def __init__(
        self, blobs: Blobs, revisions: Revisions, deltas: Deltas, record: Record, progress: Progress, *, dry_run: bool
    ) -> None:
        self._blobs, self._revisions, self._deltas, self._record = blobs, revisions, deltas, record
        self._progress, self._dry_run = progress, dry_run
        self._admitted: dict[Repository, list[str]] = defaultdict(list)
        """The commits of each repository, as they were admitted, the first one first."""
        for repository, commit in sorted(revisions.admitted(), key=self._since):
            self._admitted[repository].append(commit)
        self._named = {one.name.casefold(): one for one in self._admitted if one.kind == "models"}
        self._done: dict[str, PackedFile] = {}
        self._against: dict[_Pair, tuple[_Pair, ...]] = {}
        found = (one for one in map(deltas.find, deltas.each()) if one is not None)
        self._packed = {one.sha256: one.bases for one in found}
        self._needed = set(deltas.bases())

    def _since(self, one: _Pair) -> tuple[str, Repository, str]:
        return min((self._revisions.kept(*one) or {}).values(), default=""), *one

    def wanted(self, names: Sequence[str]) -> list[KeptRevision]:
        """What is to be packed, in the order in which that is done. Raises `NotHeld`."""
        called = {spelled.casefold(): one for one in self._admitted for spelled in (str(one), one.reference)}
        chosen = []
        for name in names:
            found = self._named.get(name.casefold()) or called.get(name.casefold())
            if found is None:
                raise NotHeld(f"nothing of {name!a:.200} was admitted here; `hilt library search` lists what is", what="repository")  # fmt: skip
            chosen.append(found)
        pairs = [
            (one, commit) for one, commits in self._admitted.items() if not names or one in chosen for commit in commits
        ]
        revisions = (self._revisions.find(*pair) for pair in sorted(pairs, key=self._since))
        return self._bases_first([one for one in revisions if one is not None])

    def _bases_first(self, revisions: Sequence[KeptRevision]) -> list[KeptRevision]:
        """The same, but none before what it is made from: so one plain model is behind a whole family."""
        among = {(one.repository, one.commit): one for one in revisions}
        ordered: list[KeptRevision] = []
        seen = set[_Pair]()
        for first in among:
            waiting = [first] if first not in seen else []
            while waiting:
                seen.add(waiting[-1])
                bases = [pair for pair in self._held_against(among[waiting[-1]]) if pair in among and pair not in seen]
                waiting += bases[:1]
                if not bases:
                    ordered.append(among[waiting.pop()])
        return ordered

    def packed(self, revisions: Sequence[KeptRevision]) -> Iterator[PackedRevision]:
        """Packs them, and says what came of each that has weights to be packed."""
        weights = [(one, tuple(file for file in one.files if _is_weights(file))) for one in revisions]
        each = {file.sha256: file.size for _, files in weights for file in files}
        self._progress.start(files=len(each), size=sum(each.values()))
        for kept, files in weights:
            if files:
                told = tuple(self._once(file, kept)._replace(path=file.path) for file in files)
                yield PackedRevision(kept.repository, kept.commit, told)

    def _once(self, file: KeptFile, kept: KeptRevision) -> PackedFile:
        if file.sha256 not in self._done:
            try:
                self._done[file.sha256] = self._file(file, kept)
            except (SourceError, FormatError, NotReady) as error:
                self._done[file.sha256] = _as_it_is(file, str(error))
            self._progress.advance(files=1, size=file.size)
        return self._done[file.sha256]

    def _file(self, file: KeptFile, kept: KeptRevision) -> PackedFile:
        before = self._deltas.find(file.sha256)
        if before is not None:
            if self._blobs.has(file.sha256, file.size) and not self._dry_run:
                self._drop(file)  # rebuilt for somebody, or we were stopped before it went
            return PackedFile(file.path, file.sha256, file.size, before.kept, self._home(before.bases))
        if file.sha256 in self._needed:
            return _as_it_is(file, "others are rebuilt from it")
        if not self._blobs.has(file.sha256, file.size):
            return _as_it_is(file, "its bytes are not here")
        found = list(self._plans(file, kept))
        if not found:
            return _as_it_is(file, "nothing that it is made from is kept here")
        candidate, plan = min(found, key=lambda one: one[1].expected.with_bases)
        expected = plan.expected
        if expected.with_bases > (1 - SAVED) * file.size or expected.with_bases > OWED * expected.alone:
            return _as_it_is(
                file, f"with {candidate.name} it would take {expected.with_bases / file.size:.0%}, which does not pay"
            )
        if self._dry_run:
            kept_bytes = expected.with_bases
        else:
            kept_bytes = self._deltas.make(plan).kept
            self._blobs.remove(file.sha256)
        self._packed[file.sha256] = tuple(one.sha256 for one in plan.bases)
        self._needed |= {one.sha256 for one in plan.bases}
        return PackedFile(file.path, file.sha256, file.size, kept_bytes, candidate.name)

    def _plans(self, file: KeptFile, kept: KeptRevision) -> Iterator[tuple[_Candidate, Plan]]:
        for candidate in self._candidates(kept):
            bases = [one for one in candidate.blobs if one != file.sha256]
            if bases:
                plan = self._deltas.plan(file.sha256, bases)
                if plan.bases:
                    yield candidate, plan

    def _drop(self, file: KeptFile) -> None:
        """The plain bytes go, once more they are seen to be what the delta becomes."""
        for _ in self._deltas.read(file.sha256):
            pass
        self._blobs.remove(file.sha256)

    def _candidates(self, kept: KeptRevision) -> list[_Candidate]:
        candidates = (self._candidate(*pair) for pair in self._held_against(kept))
        return [one for one in candidates if one is not None]

    def _held_against(self, kept: KeptRevision) -> tuple[_Pair, ...]:
        """What a revision may be held against: what it is made from, and earlier commits of its own repository."""
        about = kept.repository, kept.commit
        if about not in self._against:
            own = self._admitted[kept.repository]
            pairs = [(kept.repository, one) for one in reversed(own[: own.index(kept.commit)])]
            for name in self._made_from(kept):
                base = self._named.get(name.casefold())
                if base is not None and base != kept.repository:
                    pairs += [(base, one) for one in reversed(self._admitted[base])]
            self._against[about] = tuple(pairs[:MOST])
        return self._against[about]

    def _candidate(self, repository: Repository, commit: str) -> _Candidate | None:
        kept = self._revisions.find(repository, commit)
        plain: list[str] = []
        for file in kept.files if kept is not None else ():
            if not _is_weights(file):
                continue
            if file.sha256 in self._packed:  # nothing is rebuilt out of what has to be rebuilt first
                plain += self._packed[file.sha256]
            elif self._blobs.has(file.sha256, file.size):
                plain.append(file.sha256)
        return _Candidate(f"{repository} {commit}", tuple(dict.fromkeys(plain))) if plain else None

    def _home(self, bases: Sequence[str]) -> str:
        """Which revision has the files that something was packed by."""
        for repository, commits in self._admitted.items():
            for commit in commits:
                kept = self._revisions.find(repository, commit)
                if kept is not None and any(file.sha256 in bases for file in kept.files):
                    return f"{repository} {commit}"
        return "files of no revision any more"

    def _made_from(self, kept: KeptRevision) -> tuple[str, ...]:
        """Names of models, as the newest report on these bytes has them."""
        last = newest_verdict(self._record.history(kept.digest))
        if last is None:
            return ()
        report = verdict_of(last, self._record.document).report
        told = (text for key in _FACTS for text in report.texts(key))
        return tuple(dict.fromkeys(text.rpartition(" ")[2] for text in told))


def _is_weights(file: KeptFile) -> bool:
    return file.path.endswith(SUFFIX) and file.size >= SMALL


def _as_it_is(file: KeptFile, why: str) -> PackedFile:
    return PackedFile(file.path, file.sha256, file.size, file.size, why=why)
