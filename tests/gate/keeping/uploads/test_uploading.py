from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import AlreadyThere, ChangedMeanwhile, HiltError, NotAllowed, NotHeld, NotServed, UsageError
from hilt.core.library import KeptRevision, Repository
from hilt.gate.keeping.library import Library
from hilt.gate.keeping.uploads.upload_modes import MOST, Offered
from hilt.gate.library import judged_last
from hilt.gate.signing_in.end_person import end_person
from library_office import CARD, LICENCE, NAME, Shop, safetensors, shop
from office import KNOWN_ROAD
from uploaders import MINE, OWN, Uploader, digest, header, large, lines, removed, small

WEIGHTS = safetensors(2 << 20)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path, more=OWN) as found:
        yield found


@pytest.fixture
def eve(at: Shop) -> Uploader:
    found = Uploader(at)
    found.create()
    return found


def paths(kept: KeptRevision) -> list[str]:
    return [one.path for one in kept.files]


def commits_before(eve: Uploader, kept: KeptRevision) -> list[str]:
    """That lead to a revision."""
    found = []
    while isinstance(told := kept.told["commit"], dict) and told["parent"]:
        found.append(told["parent"])
        kept = eve.read(told["parent"])
    return found


def honest(eve: Uploader) -> KeptRevision:
    eve.send(WEIGHTS)
    return eve.commit(small("README.md", CARD), small("LICENSE", LICENCE), large("model.safetensors", WEIGHTS))


def test_what_was_uploaded_is_read_and_admitted_like_any_other_model(at: Shop, eve: Uploader) -> None:
    kept = honest(eve)
    assert paths(kept) == [".gitattributes", "LICENSE", "README.md", "model.safetensors"]
    assert eve.read() == eve.read(kept.commit)
    assert eve.read().commit == kept.commit
    offer = at.library.offer(eve.read(), at.reader("Otto"))
    file = offer.kept.file("model.safetensors")
    assert file is not None
    place = at.library.open(offer, file, at.reader("Otto"))
    assert isinstance(place, Path)
    assert place.read_bytes() == WEIGHTS
    assert kept.told["cardData"] == {"license": "apache-2.0", "pipeline_tag": "text-classification"}
    assert not at.hub.asked, "nobody outside hears of a name of one's own"


def test_the_verdict_is_there_before_anybody_asks_for_it(at: Shop, eve: Uploader) -> None:
    kept = eve.commit(small("README.md", CARD), small("evil.pkl", KNOWN_ROAD))
    at.library.begin(MINE, kept.commit).result(60)
    assert judged_last(MINE.reference, at.office.settings) == kept.subject.digest
    with pytest.raises(NotServed, match="hilt blocks acme/lid"):
        at.library.offer(kept, eve.reader)


def test_the_same_files_are_had_at_every_commit_and_of_every_repository(at: Shop, eve: Uploader) -> None:
    first = honest(eve)
    data = at.library.open(at.library.offer(eve.read(), eve.reader), first.files[-1], eve.reader)
    without = eve.commit(removed("model.safetensors"))
    eve.send(WEIGHTS)
    again = eve.commit(large("model.safetensors", WEIGHTS))
    assert len({first.commit, without.commit, again.commit}) == 3
    assert again.subject.digest == first.subject.digest
    other = Uploader(at, repository=Repository("models", "Labs/copy"))
    other.create()
    other.send(WEIGHTS)
    copy = other.commit(small("README.md", CARD), small("LICENSE", LICENCE), large("model.safetensors", WEIGHTS))
    for where, kept in ((eve, again), (other, copy)):
        offer = at.library.offer(where.read(kept.commit), where.reader)
        assert at.library.open(offer, kept.files[-1], where.reader) == data


def test_git_gives_a_commit_and_its_files_the_same_names(at: Shop, eve: Uploader, tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    eve.send(b"\0" * 2_000_000)
    commits = [
        eve.read(),
        eve.commit(
            small("a/b.txt", b"one\n"), small("a.txt", b"two"), large("w.bin", b"\0" * 2_000_000), summary="Grüße"
        ),
        eve.commit(removed("a/"), small("empty", b""), description="Without the folder.\n\nIt was of no use."),
    ]
    written = [_written(kept, at, tmp_path / "repository") for kept in commits]
    assert written == [kept.commit for kept in commits]
    git = ["git", "-C", str(tmp_path / "repository")]
    subprocess.run([*git, "fsck", "--strict", commits[-1].commit], check=True, capture_output=True)
    said = subprocess.run([*git, "log", "--format=%H|%an|%ae|%s", commits[-1].commit], capture_output=True, check=True)
    told = [row.split("|") for row in said.stdout.decode().splitlines()]
    assert [row[0] for row in told] == [kept.commit for kept in reversed(commits)]
    assert {tuple(row[1:3]) for row in told} == {(eve.reader.asked.who.person.person, "")}
    assert [row[3] for row in told] == ["Add it", "Grüße", "initial commit"]


def _written(kept: KeptRevision, at: Shop, folder: Path) -> str:
    """The commit as git writes it, from nothing but the files and what is told of it."""
    folder.mkdir(exist_ok=True)
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    index = folder / f"{kept.commit}.index"
    told = kept.told["commit"]
    assert isinstance(told, dict)
    who = {"NAME": told["by"], "EMAIL": "", "DATE": f"{told['at']} +0000"}
    env = {**os.environ, "GIT_INDEX_FILE": str(index), "GIT_CONFIG_GLOBAL": os.devnull}
    env |= {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}

    def run(*words: str, said: bytes = b"") -> str:
        done = subprocess.run([*git, *words], input=said, env=env, check=True, capture_output=True)
        return done.stdout.decode().strip()

    library = folder.parent / "settings" / "library"
    for one in kept.files:
        data = next(at.office.folder.rglob(f"blobs/sha256/??/{one.sha256}"), library).read_bytes()
        if one.large:
            data = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest(data)}\nsize {len(data)}\n".encode()
        blob = run("hash-object", "-w", "--stdin", said=data)
        assert blob == one.blob
        run("update-index", "--add", "--cacheinfo", f"100644,{blob},{one.path}")
    parent = ["-p", told["parent"]] if told["parent"] else []
    return run("commit-tree", run("write-tree"), *parent, said=told["message"].encode() + b"\n")


def test_a_commit_may_come_in_pieces_of_any_size(eve: Uploader) -> None:
    kept = eve.commit(small("a.txt", b"one"), small("b.txt", b"two"), step=7)
    assert paths(kept) == [".gitattributes", "a.txt", "b.txt"]


def test_a_commit_that_changes_nothing_is_the_one_that_is_there(eve: Uploader) -> None:
    kept = eve.commit(small("a.txt", b"one"))
    assert eve.commit(small("a.txt", b"one"), summary="Again") == kept


def test_files_are_moved_copied_and_removed(eve: Uploader) -> None:
    first = eve.commit(small("a.txt", b"one"), small("b/c.txt", b"two"), small("b/d.txt", b"three"))
    moved = {"key": "file", "value": {"path": "z.txt", "oldPath": "a.txt"}}
    copied = {"key": "copyFile", "value": {"path": "old.txt", "srcPath": "a.txt", "srcRevision": first.commit}}
    kept = eve.commit(moved, copied, removed("b/"))
    assert paths(kept) == [".gitattributes", "old.txt", "z.txt"]
    assert {one.sha256 for one in kept.files[1:]} == {digest(b"one")}
    with pytest.raises(NotHeld, match="A file with this name doesn't exist"):
        eve.commit(removed("b/c.txt"))


def test_the_history_is_told_as_far_as_it_was_admitted(at: Shop, eve: Uploader) -> None:
    eve.commit(small("LICENSE", LICENCE), summary="First", description="Why\nit is.")
    first = eve.read()
    at.library.open(at.library.offer(first, eve.reader), first.files[-1], eve.reader)
    eve.commit(small("evil.pkl", KNOWN_ROAD), summary="What nobody is told of")
    kept = eve.commit(removed("evil.pkl"), summary="Second")
    told = list(at.library.uploads.history(kept))
    assert [(one.title, one.message) for one in told] == [("Second", ""), ("First", "Why\nit is.")]
    assert [one.commit for one in told] == [kept.commit, first.commit]
    assert [one.title for one in at.library.uploads.history(first)] == ["First"]


def test_a_commit_whose_person_left_while_it_came_is_refused(at: Shop, eve: Uploader) -> None:
    with eve.uploads.draft(MINE, "main", eve.reader) as draft:
        draft.feed(lines(header(), small("a.txt", b"one")))
        end_person("Eve", key=at.office.signing("Ada"), settings=at.office.settings)
        with pytest.raises(NotAllowed, match="is over"):
            eve.uploads.commit(draft, eve.reader)


def test_whoever_uploads_is_told_which_files_there_are(at: Shop, eve: Uploader) -> None:
    kept = eve.commit(small("README.md", CARD), small("evil.pkl", KNOWN_ROAD))
    told = eve.uploads.names_of(kept, eve.reader)
    assert told.files == kept.files
    assert set(told.told) == {"lastModified", "createdAt"}, "the card is what a file says"
    for reader in (at.reader(), at.reader(writes=True, names=("labs/*",))):
        with pytest.raises(NotAllowed):
            eve.uploads.names_of(kept, reader)
    with pytest.raises(NotAllowed, match="none of ours"):
        eve.uploads.names_of(at.read(), eve.reader)
    with pytest.raises(NotHeld, match="was not uploaded here"):
        eve.uploads.names_of(replace(kept, upstream="hub"), eve.reader)


def test_two_commits_at_once_lose_nothing(at: Shop, eve: Uploader) -> None:
    def upload(number: int) -> None:
        eve.commit(small(f"{number}.txt", str(number).encode()))

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths(eve.read())[1:] == [f"{number}.txt" for number in range(6)]
    assert len(commits_before(eve, eve.read())) == 6


def test_two_servers_of_one_library_lose_nothing(at: Shop, eve: Uploader) -> None:
    with Library(at.office.settings, "http://other.example") as library:
        other = Uploader(at._replace(library=library))
        failed: list[Exception] = []

        def upload(by: Uploader, name: str) -> None:
            try:
                for number in range(4):
                    by.commit(small(f"{name}{number}.txt", name.encode()))
            except HiltError as error:
                failed.append(error)

        threads = [threading.Thread(target=upload, args=one) for one in ((eve, "a"), (other, "b"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        found = at.library.uploads.draft(MINE, "main", eve.reader).base
        assert paths(eve.read(found))[1:] == [f"{name}{number}.txt" for name in "ab" for number in range(4)]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(eve: Uploader) -> None:
    eve.commit(small("a.txt", b"one"))
    draft = eve.uploads.draft(MINE, "main", eve.reader)
    draft.feed(b'{"key":"header","value":{"summary":"Mine"}}\n{"key":"file","value":{"path":"a.txt","content":"mine"}}')
    head = eve.commit(small("a.txt", b"theirs"))
    with pytest.raises(ChangedMeanwhile, match=r"somebody else changed 'a\.txt'"):
        eve.uploads.commit(draft, eve.reader)
    assert eve.read().commit == head.commit


def test_a_commit_is_put_on_the_one_that_it_is_meant_for(eve: Uploader) -> None:
    first = eve.commit(small("a.txt", b"one"))
    second = eve.commit(small("b.txt", b"two"), parentCommit=first.commit)
    with pytest.raises(ChangedMeanwhile, match=f"main is at {second.commit} by now"):
        eve.commit(small("c.txt", b"three"), parentCommit=first.commit)
    assert eve.commit(small("c.txt", b"three"), parentCommit=second.commit[:7]).file("c.txt")
    with pytest.raises(ChangedMeanwhile):
        eve.commit(small("d.txt", b"four"), parentCommit=eve.read().commit[:3])


def test_a_commit_never_changes_and_stays_when_its_branch_is_gone(at: Shop, eve: Uploader) -> None:
    uploads = eve.uploads
    uploads.make_branch(MINE, "try", "main", eve.reader)
    kept = eve.commit(small("a.txt", b"one"), branch="try")
    uploads.make_tag(MINE, "v1.0", "try", eve.reader)
    assert eve.read("v1.0").commit == kept.commit
    told = at.library.refs(MINE)
    assert [one["name"] for one in told["branches"]] == ["main", "try"]
    assert told["tags"] == [{"name": "v1.0", "ref": "refs/tags/v1.0", "targetCommit": kept.commit}]
    for make, name in ((uploads.make_branch, "try"), (uploads.make_tag, "v1.0")):
        with pytest.raises(AlreadyThere):
            make(MINE, name, "main", eve.reader)
    uploads.remove_branch(MINE, "try", eve.reader)
    uploads.remove_tag(MINE, "v1.0", eve.reader)
    assert eve.read(kept.commit).files == kept.files
    with pytest.raises(NotHeld):
        eve.read("try")
    with pytest.raises(NotHeld):
        eve.commit(small("b.txt", b"two"), branch="try")
    with pytest.raises(UsageError, match="stays"):
        uploads.remove_branch(MINE, "main", eve.reader)


def test_a_repository_is_not_removed(eve: Uploader) -> None:
    with pytest.raises(NotAllowed, match=r"acme/lid stays: .*withdraw it"):
        eve.uploads.refuse_to_remove(MINE, eve.reader)


def test_a_name_is_there_once_whatever_its_capitals(at: Shop, eve: Uploader) -> None:
    for name in ("acme/lid", "acme/LID", "Acme/Lid"):
        with pytest.raises(AlreadyThere, match="is there already"):
            Uploader(at, repository=Repository("models", name)).create()


def test_a_model_and_a_data_set_may_have_the_same_name(at: Shop, eve: Uploader) -> None:
    eve.commit(small("a.txt", b"one"))
    other = Uploader(at, repository=Repository("datasets", "acme/lid"))
    other.create()
    assert paths(other.read()) == [".gitattributes"]


BRANCHES = ["refs/pr/1", "a" * 40, "abcdef1", "../x", "a b", "-x", "x.lock", "a//b", "HEAD", "x" * 300, "a\nb", ""]


def test_what_could_be_another_thing_is_no_branch(eve: Uploader) -> None:
    for make in (eve.uploads.make_branch, eve.uploads.make_tag):
        for name in BRANCHES:
            with pytest.raises(UsageError, match="is no name of a"):
                make(MINE, name, "main", eve.reader)
    assert list(eve.at.library.refs(MINE)["branches"]) == [
        {"name": "main", "ref": "refs/heads/main", "targetCommit": eve.read().commit}
    ]


def test_only_whoever_may_upload_does(at: Shop, eve: Uploader) -> None:
    for reader, repository, why in (
        (at.reader("Eve"), MINE, "only downloads"),
        (at.reader("Eve", writes=True, names=("acme/other",)), MINE, "is for acme/other"),
        (at.reader("Eve", writes=True), NAME, "none of ours; here is uploaded to acme, Labs"),
        (at.reader("Eve", writes=True), Repository("models", "lid"), "none of ours"),
        (at.reader("Eve")._replace(asked=None, writes=True), MINE, "whom hilt knows"),
    ):
        uploads = at.library.uploads
        for call in (
            lambda uploads=uploads, repository=repository, reader=reader: uploads.create(repository, reader),
            lambda uploads=uploads, repository=repository, reader=reader: uploads.draft(repository, "main", reader),
            lambda uploads=uploads, repository=repository, reader=reader: uploads.modes(repository, "main", [], reader),
            lambda uploads=uploads, repository=repository, reader=reader: uploads.exists(repository, reader),
            lambda uploads=uploads, repository=repository, reader=reader: uploads.make_tag(
                repository, "v", "main", reader
            ),
            lambda uploads=uploads, repository=repository, reader=reader: uploads.remove_branch(
                repository, "v", reader
            ),
        ):
            with pytest.raises(NotAllowed, match=why):
                call()


def test_without_a_namespace_of_ones_own_nothing_is_uploaded(tmp_path: Path) -> None:
    with shop(tmp_path) as at, pytest.raises(NotAllowed, match=r"library\.own"):
        Uploader(at).create()


def test_nothing_is_uploaded_to_what_is_not_there(at: Shop, eve: Uploader) -> None:
    other = Uploader(at, repository=Repository("models", "acme/none"))
    with pytest.raises(NotHeld, match="create it first") as missing:
        other.commit(small("a.txt", b"one"))
    assert missing.value.what == "repository"


def test_files_are_sent_before_the_commit_where_git_would_not_want_them(at: Shop, eve: Uploader) -> None:
    asked = [
        Offered("a.txt", 3, b"one"),
        Offered("cut.txt", 600, b"x" * 511 + "ü".encode()[:1]),
        Offered("x", 3, b"\0\1\2"),
        Offered("y", 9, b"\xff\xfe\xfa abcdef"),
        Offered("w.SafeTensors", 10, b"text"),
        Offered("big.json", 2 << 20, b"{"),
        Offered("w.bin", 0, b""),
    ]
    told = eve.uploads.modes(MINE, "main", asked, eve.reader)
    assert [one.is_large for one in told] == [False, False, True, True, True, True, False]
    assert all(not one.oid for one in told)
    with pytest.raises(UsageError, match="several calls"):
        eve.uploads.modes(MINE, "main", asked[:1] * (MOST + 1), eve.reader)
    with pytest.raises(UsageError, match="leads elsewhere"):
        eve.uploads.modes(MINE, "main", [Offered("../a", 1, b"")], eve.reader)


def test_what_is_there_already_is_told_once_it_was_admitted(at: Shop, eve: Uploader) -> None:
    kept = honest(eve)
    asked = [Offered("README.md", len(CARD), CARD[:512]), Offered("model.safetensors", len(WEIGHTS), WEIGHTS[:512])]
    assert [one.oid for one in eve.uploads.modes(MINE, "main", asked, eve.reader)] == ["", ""]
    offer = at.library.offer(eve.read(), at.reader())
    at.library.open(offer, kept.files[0], at.reader())
    told = [one.oid for one in eve.uploads.modes(MINE, "main", asked, eve.reader)]
    assert told == [one.etag for one in kept.files if one.path in ("README.md", "model.safetensors")]


HOSTILE = [
    "../a",
    "/a",
    "a/../b",
    "a//b",
    "a\\b",
    "C:/x",
    "a\nb",
    "\u202etxt.exe",
    "a/./b",
    "",
    "x" * 300,
    "/".join("a" * 40),
]
HOSTILE += [".git/config", "a/.GIT/hooks/x", ".git./x", "git~1/x", "a ", "a./b", "\ud800"]


def test_a_name_that_means_something_else_elsewhere_is_refused(eve: Uploader) -> None:
    before = eve.read().commit
    for path in HOSTILE:
        with pytest.raises(UsageError, match="the name"):
            eve.commit(small("good.txt", b"one"), small(path, b"x"))
    assert eve.read().commit == before


def test_two_names_that_are_one_on_some_machine_are_refused(eve: Uploader) -> None:
    eve.commit(small("a.txt", b"one"), small("é", b"one"), small("a", b"one"), small("B/c", b"one"))
    for name in ("A.txt", "e\u0301", "a/b", "b/C", "B"):
        with pytest.raises(UsageError, match=r"is there twice|and a folder of others"):
            eve.commit(small(name, b"two"))


def test_no_more_files_are_taken_than_are_read(tmp_path: Path) -> None:
    with shop(tmp_path, more=OWN + "limits: {files: 3}\n") as at:
        eve = Uploader(at)
        eve.create()
        eve.commit(small("a", b"1"), small("b", b"2"))
        with pytest.raises(HiltError, match="at most 3 are read"):
            eve.commit(small("c", b"3"))
