"""Where what lies in the folder of a library: it can be read without hilt, by anybody who finds it.

After the Oxford Common File Layout (ocfl.io): a file `0=...` at the top says what the folder is (NAMASTE), a text beside it how it is
read, and every file is named by its digest or listed in a manifest that other programs can check.

No path is ever made of what a network says, unless it has the one shape that is allowed here. Some file systems take `Acme` and
`acme` for the same name. So the folder of a name with capitals also says which letters are capital: two names never share one.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from hilt.core.errors import UsageError
from hilt.core.library import KINDS, Repository
from hilt.record.blobs.durable import make_folder, unusable, write_whole

README = """\
This folder is a library of open models, kept by hilt. It can be read without hilt.

blobs/sha256/ab/abcd...
    The bytes of files. Each stands here once, under the SHA-256 of its bytes.
blobs/sha256/ab/abcd....delta
    The same as what it differs in from other files that stand here (`hilt library pack`). Its head is JSON and names them; the format is
    told in hilt's source code, record/blobs/delta_format.py. `hilt library export` writes such files out as they were.
models/ORGANISATION/NAME/COMMIT/ (also datasets, spaces, kernels)
    What one repository has at one commit. A name without an organisation stands in the folder _.
    manifest-sha256.txt  SHA-256 and path of each file, as `sha256sum -c` reads it
    revision.json        the same with sizes, with git's names of the files, and where they are from;
                         swhid is the Software Heritage identifier of the whole (a git tree)
    kept.json            is there where people admitted it, and says for which use and when
    came.txt             the SHA-256 of those of its files that came: nobody may have asked for the others
models/ORGANISATION/NAME/refs.json
    Branches and tags of repositories that were uploaded here, and their commits.
partial/
    Files that are not whole yet, by SHA-256, and after a - where they come from. They may be removed while hilt does not run; but
    who has the beginning of one then, and goes on from there, has to look at the digest of what they get.
spoilt/
    Names of such files, empty, of which bytes went out that turned out wrong, or were never proven. Of these hilt sends nobody the
    rest alone, but the whole. They go after 90 days.
sent/
    Which large files were sent to which repository that was uploaded here, and wait for a commit. They go after a day.
fixity.json, fixity.lock
    How far hilt is with reading all of it anew, and who does it now. They may be removed: then it begins again.
xet/
    Chunks as clients uploaded them, kept because they do not send the same ones twice. No model needs them; they may be removed.

To have a model back, take the lines of its manifest: copy blobs/sha256/<first two digits>/<digest> to the path beside the digest.
A line that begins with \\ has \\n, \\r and \\\\ in its path for a line feed, a carriage return and a backslash.

A name with capital letters has ~ and a number after it, in hexadecimal: its bits tell which letters are
capital, the lowest bit the first letter. Some file systems do not tell Acme from acme; the number does.
The name is what stands before ~.
"""

NAMASTE = "0=hilt_library_1"
_TEXT = "hilt_library_1\n"
_ALLOWED_BESIDE = frozenset({"lost+found", ".DS_Store"})
"""What operating systems put into an empty folder."""

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NO_ORGANISATION = "_"


def open_library(folder: Path) -> Path:
    """The folder, made where it is missing. Raises `UsageError` where it is another one, or others may write to it, `SourceError`."""
    folder = folder.absolute()
    try:
        make_folder(folder)
        _refuse_writers(folder)
        present = {one.name for one in folder.iterdir()}
        if NAMASTE not in present:
            _begin(folder, present - _ALLOWED_BESIDE)
        for inside in (
            folder / "partial",
            folder / "spoilt",
            folder / "sent",
            folder / "blobs",
            folder / "blobs" / "sha256",
        ):
            make_folder(inside)
            _refuse_writers(inside)
        if not (folder / "README.txt").exists():
            write_whole(folder / "README.txt", README.encode(), partial=folder / "partial")
    except OSError as error:
        raise unusable(folder, error) from None
    return folder


def is_library(folder: Path) -> bool:
    """Did somebody begin a library there?"""
    return (folder / NAMASTE).is_file()


def _begin(folder: Path, present: set[str]) -> None:
    """Says first of all what the folder is, so that whoever is stopped in between finds it to be a library the next time."""
    if other := next((name for name in present if name.startswith("0=")), ""):
        raise UsageError(
            f"{folder}: it is {other[2:]!r:.60}, which this version of hilt cannot use; name another folder"
        )
    if present:
        some = ", ".join(repr(name)[:60] for name in sorted(present)[:3])
        raise UsageError(
            f"{folder}: it is no library of hilt and holds {some}; name an empty folder, or one that is not there"
        )
    (folder / NAMASTE).write_text(_TEXT, encoding="ascii")


def _refuse_writers(folder: Path) -> None:
    """Whoever may write here could put other bytes in the place of those that were admitted."""
    if not hasattr(os, "geteuid"):
        return
    status = folder.stat()
    if status.st_uid != os.geteuid():
        raise UsageError(
            f"{folder}: it belongs to user {status.st_uid}, and hilt runs as {os.geteuid()};"
            f" run hilt as that user, or give it the folder (chown -R {os.geteuid()} {folder})"
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UsageError(
            f"{folder}: others than its owner may write to it (mode {stat.S_IMODE(status.st_mode):o}), and so into what is"
            f" served from it; take that away: chmod -R go-w {folder}"
        )


def is_sha256(text: str) -> bool:
    return _SHA256.fullmatch(text) is not None


def is_commit(text: str) -> bool:
    return _COMMIT.fullmatch(text) is not None


def checked_sha256(text: str) -> str:
    """The same. Raises `UsageError` where it is no SHA-256 in lower-case hex."""
    if not is_sha256(text):
        raise UsageError(f"{text!r:.90}: a SHA-256 in 64 lower-case hexadecimal digits is needed here")
    return text


def checked_commit(text: str) -> str:
    """The same. Raises `UsageError` where it is no commit."""
    if not is_commit(text):
        raise UsageError(f"{text!r:.90}: a commit in 40 lower-case hexadecimal digits is needed here")
    return text


def repository_path(repository: Repository) -> str:
    """Where a repository lies inside the library. Raises `UsageError` for a name that leads elsewhere."""
    organisation, slash, name = repository.name.rpartition("/")
    if repository.kind not in KINDS:
        raise UsageError(f"{repository.kind!r:.60}: a library has {', '.join(KINDS)}")
    if slash and organisation == _NO_ORGANISATION:
        raise UsageError(
            f"{repository.name!r:.200}: no organisation can be called _ here: names without one stand there"
        )
    parts = (organisation, name) if slash else (name,)
    if not all(_PART.fullmatch(part) for part in parts):
        raise UsageError(
            f"{repository.name!r:.200}: a repository is called name or organisation/name, each of letters, digits, _, . and -,"
            " 96 at most, with a letter, digit or _ first"
        )
    return "/".join((repository.kind, _folder_name(organisation) if slash else _NO_ORGANISATION, _folder_name(name)))


def repositories(folder: Path, kind: str) -> Iterator[Repository]:
    """All that have a folder of their own, by name."""
    for organisation in _names(folder / kind):
        for name in _names(folder / kind / organisation):
            if repository := named(kind, organisation, name):
                yield repository


def named(kind: str, organisation: str, name: str) -> Repository | None:
    """The repository of the folder with this name, in that of an organisation; None for one that somebody put there."""
    alone = organisation == _NO_ORGANISATION
    repository = Repository(kind, _plain_name(name) if alone else f"{_plain_name(organisation)}/{_plain_name(name)}")
    try:
        return repository if repository_path(repository) == f"{kind}/{organisation}/{name}" else None
    except UsageError:
        return None


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as inside:
            return sorted(one.name for one in inside if one.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unusable(folder, error) from None


def _folder_name(name: str) -> str:
    letters = [letter for letter in name if letter.isalpha()]
    capitals = sum(1 << index for index, letter in enumerate(letters) if letter.isupper())
    return f"{name}~{capitals:x}" if capitals else name


def _plain_name(folder_name: str) -> str:
    return folder_name.partition("~")[0]
