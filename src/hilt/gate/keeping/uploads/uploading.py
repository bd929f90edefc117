"""uploading: models of our own: repositories, their branches and tags, and commits to them.

What was uploaded is had from the library like everything else: read first, judged, and admitted by people. A commit never changes, and
what was admitted stays: a branch that is removed takes nothing with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from hilt.core.errors import AlreadyThere, ChangedMeanwhile, NotAllowed, NotHeld, UsageError
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.core.roles import only_reads
from hilt.core.signed_in import PassKind
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.origins.upstreams import is_own
from hilt.gate.keeping.reader import Reader, pass_of
from hilt.gate.keeping.uploads.commits import Commits, Told
from hilt.gate.keeping.uploads.drafts import Draft
from hilt.gate.keeping.uploads.git_names import blob_name
from hilt.gate.keeping.uploads.own_files import OwnFiles
from hilt.gate.keeping.uploads.small_files import SmallFiles, keep
from hilt.gate.keeping.uploads.staged import Staged
from hilt.gate.keeping.uploads.upload_modes import ATTRIBUTES, Mode, Offered, attributes, modes
from hilt.gate.keeping.uploads.upload_modes import MOST as MOST_OFFERED
from hilt.gate.keeping.uploads.upload_names import MAIN, TAGS, check_branch, check_name, check_paths
from hilt.gate.recording.shared_keys import shared_key
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import holder

if TYPE_CHECKING:
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.blobs.store import Blobs

TRIES = 10
"""How often a commit is put on top of what another server has put there meanwhile."""

_TIMES = ("lastModified", "createdAt")


class Uploads:
    """Used by many threads.

    `has` tells whether bytes with a SHA-256 and a size can be had here (None: as plain blobs), `moved` is told of each repository of which a branch leads
    elsewhere, `begin` has a commit read, and `sweep` looks whether the library holds too much.
    """

    def __init__(
        self,
        settings: Settings,
        blobs: Blobs,
        revisions: Revisions,
        *,
        has: Callable[[str, int], bool] | None = None,
        moved: Callable[[Repository], None],
        begin: Callable[[Repository, str], object],
        sweep: Callable[[], None],
    ) -> None:
        self._settings, self._blobs, self._revisions = settings, blobs, revisions
        has = has or blobs.has
        self._moved, self._begin, self._sweep = moved, begin, sweep
        self.own = OwnFiles(revisions, settings.library.own)
        self.staged = Staged(blobs, self.own, has, settings.library.bytes, sweep)
        self._commits = Commits(blobs, revisions, has, settings.limits.files)
        self._turns = OneByOne()

    def key(self, purpose: str) -> bytes:
        """With which this server and all others of its record know what one of them handed out for an upload."""
        return shared_key(purpose, self._settings)

    def check(self, repository: Repository, reader: Reader) -> str:
        """Who uploads, as the log calls them. Raises `NotAllowed` where they may not upload there, `UsageError` where nobody may."""
        if reader.asked is None:
            raise NotAllowed(
                "only people whom hilt knows upload; make a token for uploading on the page of your account"
            )
        person = reader.asked.who.person
        if not reader.writes or reader.asked.key is None:
            raise NotAllowed(
                f"the token {reader.label!a} only downloads; make one for uploading on the page of your account"
            )
        own = self._settings.library.own
        if not is_own(repository, own):
            into = (
                f"to {', '.join(own)}" if own else "nowhere: list an organisation under `library.own` in the settings"
            )
            raise NotAllowed(f"{repository.name} is none of ours; here is uploaded {into}")
        if not reader.may_have(repository):
            raise NotAllowed(
                f"the token {reader.label!a} is for {', '.join(reader.names[:5])}, and not for {repository.name}"
            )
        if only_reads(person.roles):
            raise NotAllowed("whoever only reads or audits uploads nothing; an administrator gives roles")
        return person.person

    def check_again(self, pass_digest: str) -> None:
        """Raises `NotAllowed` where the pass with which somebody began to upload is over by now, or its person does not upload any more."""
        person = holder(pass_digest, [PassKind.LIBRARY], self._settings)
        if person is None or only_reads(person.roles):
            raise NotAllowed(
                "the token with which this upload began is over; make a new one on the page of your account"
            )

    def create(self, repository: Repository, reader: Reader) -> KeptRevision:
        """A new repository, with its first commit. Raises `AlreadyThere`."""
        by = self.check(repository, reader)
        check_name(repository)
        with self._revisions.alone("names"):  # at other servers too: two may differ in capitals alone
            same = self._like(repository)
            if same is not None:
                other = "" if same == repository else f" as {same.name}, and capitals make no difference"
                raise AlreadyThere(f"{repository.name} is there already{other}")
            data = attributes()
            digest = sha256(data).hexdigest()
            keep(data, digest, self._blobs)
            file = KeptFile(path=ATTRIBUTES, size=len(data), sha256=digest, blob=blob_name(data))
            kept = self._commits.first(repository, by, (file,))
            self._save(kept)
            try:
                self._revisions.set_ref(repository, MAIN, kept.commit, before=None)
            except ChangedMeanwhile:  # another server made it
                raise AlreadyThere(f"{repository.name} is there already") from None
        self._changed(repository)
        return kept

    def modes(self, repository: Repository, revision: str, files: Sequence[Offered], reader: Reader) -> list[Mode]:
        """How files are to be sent; what they are now is told where they may be had. Raises `UsageError`, `NotHeld`."""
        self.check(repository, reader)
        if len(files) > MOST_OFFERED:
            raise UsageError(f"at most {MOST_OFFERED} files are asked after at once; ask in several calls")
        head = self._head(repository, check_branch(revision))
        check_paths(dict.fromkeys(one.path for one in files))
        # Whoever finds all of them unchanged asks for the revision, which they may not have before it is admitted; the commit
        # that they send instead changes nothing, and is answered with the one that is there.
        return modes(files, head if self._revisions.kept(repository, head.commit) else None)

    def exists(self, repository: Repository, reader: Reader) -> None:
        """Raises `NotHeld` where there is none to upload to, and what `check` does."""
        self.check(repository, reader)
        self._head(repository, MAIN)

    def draft(self, repository: Repository, branch: str, reader: Reader) -> Draft:
        """A commit that comes, for a block. Raises `NotHeld` where there is no such branch."""
        by = self.check(repository, reader)
        head = self._head(repository, check_branch(branch))
        small = SmallFiles(self._blobs, self.staged.room.take(0, "what comes in the commit"))
        return Draft(repository, branch, by, head.commit, small)

    def commit(self, draft: Draft, reader: Reader) -> KeptRevision:
        """Puts a draft that came on top of its branch, and begins to read it.

        Raises `ChangedMeanwhile` where somebody else was quicker, and what they changed is not to be lost, `NotHeld`, `UsageError`,
        `NotAllowed`.
        """
        repository = draft.repository
        draft.end()
        self.check_again(pass_of(reader))

        def size_of(digest: str) -> int | None:
            return self.staged.size_of(repository, digest)

        with self._turns.about((repository, draft.branch)):
            for last in range(TRIES):
                head = self._head(repository, draft.branch)
                kept = self._commits.onto(head, draft, size_of)
                if kept is head:
                    return head
                self._save(kept)
                try:
                    self._revisions.set_ref(repository, draft.branch, kept.commit, before=head.commit)
                    break
                except ChangedMeanwhile:
                    if last == TRIES - 1:
                        raise
        self._changed(repository)
        self.staged.used(repository, [one.sha256 for one in kept.files])
        self._sweep()  # what was there before may go
        self._begin(repository, kept.commit)
        return kept

    def make_branch(self, repository: Repository, branch: str, start: str, reader: Reader) -> None:
        """Raises `AlreadyThere`, `NotHeld`."""
        self.check(repository, reader)
        self._make_ref(repository, check_branch(branch), start, f"the branch {branch}")

    def make_tag(self, repository: Repository, tag: str, revision: str, reader: Reader) -> None:
        """Raises `AlreadyThere`, `NotHeld`."""
        self.check(repository, reader)
        self._make_ref(repository, TAGS + check_branch(tag, "tag"), revision, f"the tag {tag}")

    def remove_branch(self, repository: Repository, branch: str, reader: Reader) -> None:
        """Its commits stay. Raises `NotHeld`."""
        self.check(repository, reader)
        if branch == MAIN:
            raise UsageError(f"{MAIN} is the branch that every repository has, and stays")
        self._remove_ref(repository, check_branch(branch))

    def remove_tag(self, repository: Repository, tag: str, reader: Reader) -> None:
        """Its commit stays. Raises `NotHeld`."""
        self.check(repository, reader)
        self._remove_ref(repository, TAGS + check_branch(tag, "tag"))

    def refuse_to_remove(self, repository: Repository, reader: Reader) -> None:
        """Raises why a repository is not removed: `NotAllowed`."""
        self.check(repository, reader)
        raise NotAllowed(
            f"{repository.name} stays: the record says what was admitted of it, and whoever runs it may need it. To have nobody use it "
            "any more, withdraw it (`hilt withdraw`, or on its page); a branch or a tag can be removed"
        )

    def names_of(self, kept: KeptRevision, reader: Reader) -> KeptRevision:
        """What whoever uploads there is told of a revision of which they may have no bytes, for else they could not put it right: its files.

        Raises `NotAllowed`, `UsageError`, `NotHeld` where it is none of ours.
        """
        self.check(kept.repository, reader)
        if kept.upstream:
            raise NotHeld(f"{kept.repository.name} at {kept.commit} was not uploaded here", what="revision")
        return replace(kept, told={name: kept.told[name] for name in _TIMES if name in kept.told})

    def history(self, kept: KeptRevision) -> Iterable[Told]:
        """The commits that lead to a revision that may be had, as far as they were admitted; the newest first."""
        return self._commits.history(kept)

    def _save(self, kept: KeptRevision) -> None:
        """With the word that all of its bytes are here: each was digested when it came."""
        self._revisions.save(kept)
        self._revisions.came(kept.repository, kept.commit, *{one.sha256 for one in kept.files})

    def _make_ref(self, repository: Repository, ref: str, start: str, what: str) -> None:
        commit = self._commit_of(repository, start)
        if ref in self._revisions.refs(repository):
            raise AlreadyThere(f"{repository.name} has {what} already")
        try:
            self._revisions.set_ref(repository, ref, commit, before=None)
        except ChangedMeanwhile:
            raise AlreadyThere(f"{repository.name} has {what} already") from None
        self._changed(repository)

    def _remove_ref(self, repository: Repository, ref: str) -> None:
        self._revisions.remove_ref(repository, ref)
        self._changed(repository)

    def _changed(self, repository: Repository) -> None:
        self.own.moved(repository)
        self._moved(repository)

    def _head(self, repository: Repository, branch: str) -> KeptRevision:
        refs = self._revisions.refs(repository)
        if not refs:
            raise NotHeld(f"{repository.name} is not there yet; create it first (`hf repo create`)", what="repository")
        commit = refs.get(branch)
        kept = self._revisions.find(repository, commit) if commit is not None else None
        if kept is None:
            raise NotHeld(f"{repository.name} has no branch {branch!a:.100}; make it first", what="revision")
        return kept

    def _commit_of(self, repository: Repository, revision: str) -> str:
        """What a branch, a tag or a commit names."""
        refs = self._revisions.refs(repository)
        found = refs.get(revision) or refs.get(TAGS + revision)
        if found is not None:
            return found
        if revision not in self._revisions.commits(repository):
            raise NotHeld(f"{repository.name} has no revision {revision!a:.100}", what="revision")
        return revision

    def _like(self, repository: Repository) -> Repository | None:
        """The one of this name, whatever its capitals."""
        wanted = repository.name.lower()
        return next((one for one in self._revisions.repositories(repository.kind) if one.name.lower() == wanted), None)
