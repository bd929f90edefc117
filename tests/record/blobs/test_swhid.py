"""The identifier is what git makes of the same files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.record.blobs.swhid import directory_id, file_name
from kept_files import git_name

EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The tree of nothing, which every user of git has met."""
HELLO = git_name(b"hello\n")

PARTS = st.text(st.sampled_from("ab.-0 é\n\udc80"), min_size=1, max_size=3).filter(lambda part: part not in (".", ".."))
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


@st.composite
def folders(draw: st.DrawFn) -> dict[str, bytes]:
    """Files none of which is a folder, too."""
    files: dict[str, bytes] = {}
    for path in draw(st.lists(PATHS, max_size=8, unique=True)):
        parents = {path.rsplit("/", count)[0] for count in range(1, path.count("/") + 1)}
        if not parents & files.keys() and not any(other.startswith(f"{path}/") for other in files):
            files[path] = path.encode("utf-8", "surrogateescape")
    return files


def test_nothing_is_the_empty_tree() -> None:
    assert directory_id([]) == f"swh:1:dir:{EMPTY}"


def test_a_known_folder_has_its_known_identifier() -> None:
    listed = [("a/x", HELLO), ("a.b", HELLO), ("a-b", HELLO), ("ab", HELLO)]
    assert directory_id(listed) == "swh:1:dir:" + KNOWN
    assert directory_id(reversed(listed)) == "swh:1:dir:" + KNOWN


KNOWN = "171d4659f62c830be4c25b1598d14f97847fe7f8"


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("git")
    subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
    return folder


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=folders())
def test_git_makes_the_same_tree_of_the_same_files(git: Path, files: dict[str, bytes]) -> None:
    def run(*command: str, given: bytes = b"") -> bytes:
        return subprocess.run(["git", *command], cwd=git, input=given, check=True, capture_output=True).stdout

    rows = b"".join(b"100644 %s\t%s\0" % (git_name(data).encode(), file_name(path)) for path, data in files.items())
    (git / "index").unlink(missing_ok=True)
    run("update-index", "-z", "--add", "--index-info", given=rows)
    tree = run("write-tree", "--missing-ok").decode().strip()
    assert directory_id((path, git_name(data)) for path, data in files.items()) == f"swh:1:dir:{tree}"


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "../a", "a/./b", "a/..", "a\0b"])
def test_a_path_that_leads_elsewhere_is_in_no_folder(path: str) -> None:
    with pytest.raises(FormatError, match="no path inside a folder"):
        directory_id([(path, HELLO)])


@pytest.mark.parametrize("paths", [("a", "a/b"), ("a", "a-", "a/b/c"), ("x/a", "x/a.b", "x/a/b")])
def test_a_file_is_no_folder(paths: tuple[str, ...]) -> None:
    with pytest.raises(FormatError, match="a file, too"):
        directory_id([(path, HELLO) for path in paths])


def test_a_name_is_there_once() -> None:
    with pytest.raises(FormatError, match="twice"):
        directory_id([("a/b", HELLO), ("a/c", HELLO), ("a/b", HELLO)])


def test_a_very_deep_folder_takes_no_recursion() -> None:
    assert directory_id([("/".join(["a"] * 20_000), HELLO)]).startswith("swh:1:dir:")


def test_names_that_are_no_bytes_have_some() -> None:
    assert file_name("a\udcff") == b"a\xff"
    assert file_name("a\ud800") == b"a\xed\xa0\x80"
