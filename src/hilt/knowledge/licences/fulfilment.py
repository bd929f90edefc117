"""Which duties of a licence the files of a work show as done: copies, notices, words that are displayed, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from hilt.core.normal_form import normal_form
from hilt.knowledge.licences.licence import Due


class Files(NamedTuple):
    """What is there of a work: the files with the texts of licences by id, use policies, and what its cards and notices say.

    `name` is what the work is called where it is offered, empty where that is not known.
    """

    copies: Mapping[str, str]
    said: Mapping[str, str]
    policies: tuple[str, ...] = ()
    name: str = ""


class Fulfilled(NamedTuple):
    """`done` as of an obligation, and the file that shows it."""

    done: bool | None = None
    where: str = ""


def fulfilled(due: Due, licence_id: str, files: Files) -> Fulfilled:
    """What the files show of this duty. What only a product or a contract can show stays None."""
    match due.id:
        case "licence-copy":
            path = files.copies.get(licence_id, "")
            return Fulfilled(bool(path), path)
        case "notice" if due.words:
            path = _saying(due.words, files.said)
            return Fulfilled(bool(path), path)
        case "display" if due.words:
            path = _saying(due.words, files.said)
            return Fulfilled(True if path else None, path)
        case "use-policy" if files.policies:
            return Fulfilled(True, files.policies[0])
        case "name-prefix" if due.words and files.name:
            return Fulfilled(_plain(files.name).startswith(_plain(due.words)), "")
    return Fulfilled()


def name_offered(reference: str) -> str:
    """The name of a repository of a hub, or of one in a hub's cache; empty for any other folder, which may be called anything."""
    if reference.startswith("hf:"):
        return reference[3:].partition("@")[0].rstrip("/").rpartition("/")[2]
    found = re.search(r"(?:^|/)(?:models|datasets)--[^/]+?--([^/]+)(?:/|$)", reference)
    return found[1] if found else ""


def _saying(words: str, said: Mapping[str, str]) -> str:
    """The first file that says these words, whatever its case, its spaces and its punctuation."""
    sought = _plain(words)
    return next((path for path, text in said.items() if sought in _plain(text)), "")


def _plain(text: str) -> str:
    same = normal_form("NFKC", text).lower().replace("(c)", "\u00a9")
    return re.sub(r"[^a-z0-9\u00a9]+", " ", same).strip()
