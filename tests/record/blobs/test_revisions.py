"""What a repository has at a commit, what was admitted of it, and its branches."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import ChangedMeanwhile, ChangedWhileRead, NotHeld, RecordDamaged, SourceError, UsageError
from hilt.core.library import Repository
from hilt.record.blobs.revisions import MOST_REFS, Revisions
from kept_files import COMMIT, OTHER_COMMIT, REPOSITORY, a_revision, sha256_of

TINY = a_revision({"b": b"two", "a": b"one"}, upstream="hub", at="2026-01-01T00:00:00+00:00", told={"likes": 3})
PLACE = f"models/acme/tiny/{COMMIT}"
WHEN, LATER = "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"


def test_what_was_saved_is_found_with_its_files_by_path(revisions: Revisions, folder: Path) -> None:
    assert revisions.find(REPOSITORY, COMMIT) is None
    revisions.save(TINY)
    assert revisions.find(REPOSITORY, COMMIT) == replace(TINY, files=TINY.files[::-1])
    assert Revisions(folder).find(REPOSITORY, COMMIT) == replace(TINY, files=TINY.files[::-1])
    assert sorted(os.listdir(folder / PLACE)) == ["manifest-sha256.txt", "revision.json"]
    assert os.listdir(folder / "partial") == []


def test_a_commit_has_the_same_files_for_ever(revisions: Revisions) -> None:
    revisions.save(TINY)
    revisions.save(replace(TINY, files=TINY.files[::-1], at=LATER))
    with pytest.raises(
        ChangedWhileRead, match=f"models/acme/tiny at {COMMIT}: other files are listed now .* a commit never"
    ):
        revisions.save(a_revision({"a": b"one"}))
    found = revisions.find(REPOSITORY, COMMIT)
    assert found is not None
    assert (len(found.files), found.at) == (2, TINY.at)


def test_what_no_library_can_hold_is_not_saved(revisions: Revisions, folder: Path) -> None:
    with pytest.raises(
        SourceError, match=f"models/acme/tiny at {COMMIT}: '../x': path cannot be '../x'; it is not kept"
    ):
        revisions.save(a_revision({"../x": b""}))
    for wrong in ({"repository": Repository("models", "../x")}, {"commit": "main"}, {"commit": "../../x"}):
        with pytest.raises(UsageError):
            revisions.save(replace(TINY, **wrong))
    assert not (folder / "models").exists()


def test_commits_and_repositories_are_listed(revisions: Revisions, folder: Path) -> None:
    other = Repository("datasets", "Words")
    for repository, commit in ((REPOSITORY, COMMIT), (REPOSITORY, OTHER_COMMIT), (other, COMMIT)):
        revisions.save(replace(TINY, repository=repository, commit=commit))
    (folder / "models/acme/tiny/notes").mkdir()
    (folder / "models/acme/tiny" / ("0" * 40)).mkdir()
    (folder / "models/acme/empty").mkdir()
    assert revisions.commits(REPOSITORY) == (COMMIT, OTHER_COMMIT)
    assert revisions.commits(Repository("models", "acme/none")) == ()
    assert list(revisions.repositories()) == [REPOSITORY, other]
    assert list(revisions.repositories("datasets")) == [other]


def test_what_was_admitted_is_remembered_for_each_use(revisions: Revisions) -> None:
    revisions.save(TINY)
    revisions.save(replace(TINY, commit=OTHER_COMMIT, files=()))
    assert revisions.kept(REPOSITORY, COMMIT) is None
    assert revisions.kept_digests() == frozenset()
    revisions.keep(REPOSITORY, COMMIT, "research", WHEN)
    revisions.keep(REPOSITORY, COMMIT, "research", LATER)
    revisions.keep(REPOSITORY, COMMIT, "", LATER)
    assert revisions.kept(REPOSITORY, COMMIT) == {"research": WHEN, "": LATER}
    assert list(revisions.admitted()) == [(REPOSITORY, COMMIT)]
    assert revisions.kept_digests() == {sha256_of(b"one"), sha256_of(b"two")}


def test_what_never_came_is_not_admitted(revisions: Revisions, folder: Path) -> None:
    with pytest.raises(NotHeld, match=f"models/acme/tiny at {COMMIT} is not in the library") as caught:
        revisions.keep(REPOSITORY, COMMIT, "research", WHEN)
    assert caught.value.what == "revision"
    assert not (folder / "models").exists()


def test_what_came_of_an_admitted_revision_is_kept_though_its_list_cannot_be_read(
    revisions: Revisions, folder: Path
) -> None:
    revisions.save(TINY)
    revisions.keep(REPOSITORY, COMMIT, "research", WHEN)
    revisions.came(REPOSITORY, COMMIT, sha256_of(b"one"))
    for spoil in (lambda file: file.write_text("{"), lambda file: file.unlink()):
        spoil(folder / PLACE / "revision.json")
        assert revisions.kept_digests() == {sha256_of(b"one")}


def test_a_branch_moves_only_from_where_it_was_seen(revisions: Revisions, folder: Path) -> None:
    revisions.save(TINY)
    revisions.save(replace(TINY, commit=OTHER_COMMIT))
    assert revisions.refs(REPOSITORY) == {}
    revisions.set_ref(REPOSITORY, "main", COMMIT, before=None)
    revisions.set_ref(REPOSITORY, "refs/pr/1", OTHER_COMMIT, before=None)
    with pytest.raises(ChangedMeanwhile, match=f"main is at {COMMIT} by now, not at None; look again"):
        revisions.set_ref(REPOSITORY, "main", OTHER_COMMIT, before=None)
    with pytest.raises(ChangedMeanwhile, match=f"new is at no commit by now, not at {COMMIT}"):
        revisions.set_ref(REPOSITORY, "new", OTHER_COMMIT, before=COMMIT)
    revisions.set_ref(REPOSITORY, "main", OTHER_COMMIT, before=COMMIT)
    assert Revisions(folder).refs(REPOSITORY) == {"main": OTHER_COMMIT, "refs/pr/1": OTHER_COMMIT}
    revisions.remove_ref(REPOSITORY, "refs/pr/1")
    assert revisions.refs(REPOSITORY) == {"main": OTHER_COMMIT}
    with pytest.raises(NotHeld, match="has no 'refs/pr/1'"):
        revisions.remove_ref(REPOSITORY, "refs/pr/1")
    assert list(revisions.repositories()) == [REPOSITORY]


def test_a_branch_leads_to_what_is_there(revisions: Revisions) -> None:
    with pytest.raises(NotHeld, match=f"has no commit {COMMIT}"):
        revisions.set_ref(REPOSITORY, "main", COMMIT, before=None)


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "-x",
        "/x",
        "x/",
        "a..b",
        "a//b",
        "a b",
        "a\n",
        "a\0",
        "a:b",
        "a~1",
        "@{1}",
        "\ud800",
        "x" * 201,
        COMMIT,
        ".x",
        "x.",
    ],
)
def test_a_branch_is_called_as_git_calls_them(revisions: Revisions, ref: str) -> None:
    revisions.save(TINY)
    with pytest.raises(UsageError, match="no branch can be called so"):
        revisions.set_ref(REPOSITORY, ref, COMMIT, before=None)


@pytest.mark.parametrize("ref", ["main", "v1.0", "feature/é", "refs/pr/12", "@", "c0ffee"])
def test_many_names_are_those_of_branches(revisions: Revisions, ref: str) -> None:
    revisions.save(TINY)
    revisions.set_ref(REPOSITORY, ref, COMMIT, before=None)
    assert revisions.refs(REPOSITORY) == {ref: COMMIT}


def test_of_many_who_move_a_branch_each_sees_the_one_before(folder: Path) -> None:
    commits = [f"{number:040x}" for number in range(6)]
    Revisions(folder).save(replace(TINY, commit=commits[0]))
    moved: list[str] = []

    def move(commit: str) -> None:
        mine = Revisions(folder)
        mine.save(replace(TINY, commit=commit))
        try:
            mine.set_ref(REPOSITORY, "main", commit, before=None)
        except ChangedMeanwhile:
            return
        moved.append(commit)

    threads = [threading.Thread(target=move, args=(commit,)) for commit in commits[1:]]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Revisions(folder).refs(REPOSITORY) == {"main": moved[0]}
    assert len(moved) == 1
    assert len(Revisions(folder).commits(REPOSITORY)) == 6


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"{}", "schema: this key is missing"),
        (b"[" * 100_000, "not JSON"),
        (b" " * ((64 << 20) + 1), "it has more than 67108864 bytes"),
        (None, "it is about datasets/other"),
    ],
)
def test_a_damaged_revision_is_named_with_what_to_do(
    revisions: Revisions, folder: Path, data: bytes | None, told: str
) -> None:
    revisions.save(TINY)
    if data is None:
        revisions.save(replace(TINY, repository=Repository("datasets", "other")))
        data = (folder / "datasets/_/other" / COMMIT / "revision.json").read_bytes()
    (folder / PLACE / "revision.json").write_bytes(data)
    with pytest.raises(RecordDamaged, match=rf"{PLACE}/revision.json: {told}.*put it back from a copy"):
        revisions.find(REPOSITORY, COMMIT)


@pytest.mark.parametrize(
    "data", ["[]", '{"schema": "hilt.refs/1", "refs": {"main": "HEAD"}}', '{"schema": "hilt.refs/9", "refs": {}}']
)
def test_damaged_branches_are_named(revisions: Revisions, folder: Path, data: str) -> None:
    revisions.save(TINY)
    (folder / "models/acme/tiny/refs.json").write_text(data)
    with pytest.raises(RecordDamaged, match=r"models/acme/tiny/refs\.json: "):
        revisions.refs(REPOSITORY)


def test_a_repository_has_so_many_branches(revisions: Revisions, folder: Path) -> None:
    revisions.save(TINY)
    rows = ",".join(f'"b{number}": "{COMMIT}"' for number in range(MOST_REFS))
    (folder / "models/acme/tiny/refs.json").write_text(f'{{"schema": "hilt.refs/1", "refs": {{{rows}}}}}')
    with pytest.raises(UsageError, match=f"it has {MOST_REFS} branches and tags, and that is the most"):
        revisions.set_ref(REPOSITORY, "one-more", COMMIT, before=None)


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_is_not_read(revisions: Revisions, folder: Path, tmp_path: Path, kind: str) -> None:
    revisions.save(TINY)
    file = folder / PLACE / "revision.json"
    file.rename(tmp_path / "elsewhere")
    if kind == "link":
        file.symlink_to(tmp_path / "elsewhere")
    elif kind == "folder":
        file.mkdir()
    else:
        os.mkfifo(file)
    with pytest.raises((RecordDamaged, SourceError), match=r"revision\.json: "):
        revisions.find(REPOSITORY, COMMIT)
