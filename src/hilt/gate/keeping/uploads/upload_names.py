"""Paths of files that are uploaded, and names of branches: plain ones, which mean the same on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hilt.core.errors import UsageError
from hilt.core.library import Repository
from hilt.gate.working.uploaded_names import Names

MAIN = "main"
"""The branch that every repository has."""
TAGS = "refs/tags/"
"""Tags stand among the branches of the library with this before their name."""
_BRANCH = re.compile(r"(?!-)(?!.*(\.\.|//|/\.|\.lock(/|$)))[A-Za-z0-9._][A-Za-z0-9._/+@-]{0,199}(?<![/.])", re.ASCII)
_NAME = re.compile(r"(?!.*(\.\.|--))[A-Za-z0-9_]([A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?", re.ASCII)
_WORDS = frozenset(
    "auth-check blob branch commit commits info paths-info preupload raw refs resolve revision tag tree".split()
)
"""What says in an address what is asked of a repository."""
_COMMIT = re.compile(r"[0-9a-f]{7,40}", re.ASCII)
_GIT = {".git", "git~1"}
"""What git takes for its own folder, on one system or another."""


def check_name(repository: Repository) -> None:
    """Raises `UsageError` where a new repository cannot be called so."""
    name = repository.name.rpartition("/")[2]
    if not _NAME.fullmatch(name) or name.lower().endswith((".git", ".ipynb", ".lock")) or name.lower() in _WORDS:
        raise UsageError(
            f"{name[:120]!a} is no name of a repository: take up to 96 letters, digits, -, _ and ., begin and end with a letter or a "
            "digit, without -- and .., no end such as .git, and no word that stands in addresses, such as resolve or tree"
        )


def check_paths(paths: Iterable[str]) -> None:
    """Raises `UsageError` where one of them is no plain name, or two are the same one on some machine."""
    names = Names()
    for path in paths:
        for part in names.take(path):
            if part.rstrip(". ").lower() in _GIT or part != part.strip() or part.endswith("."):
                raise UsageError(
                    f"the name {path[:120]!a} is not taken: {part[:60]!a} is git's own, or ends in a blank or a dot, which "
                    "some systems leave out; rename it"
                )


def check_branch(name: str, what: str = "branch") -> str:
    """The same. Raises `UsageError` where no branch of ours, or tag, is called so."""
    if name.startswith("refs/") or _COMMIT.fullmatch(name) or name == "HEAD" or not _BRANCH.fullmatch(name):
        raise UsageError(
            f"{name[:120]!a} is no name of a {what} here: take up to 200 letters, digits, -, _, . and /, and nothing that could be"
            " a commit. Pull requests (refs/pr) are not taken either: upload to a branch"
        )
    return name
