"""What of the hub a path asks for.

Specification: the paths that the clients `huggingface_hub`, `@huggingface/hub`, llama.cpp and Ollama send. A path is read before
its %-escapes are: a revision such as refs/pr/1 comes as refs%2Fpr%2F1, and one segment of it is one revision. A repository has a
name of one or of two segments, so what is asked of it is found by its word, not by its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from hilt.core.library import KINDS, Repository

MAIN = "main"
"""The revision of whoever names none. Some clients call it HEAD."""
LONGEST = 4096
"""Letters of the path of a file, and bytes of what is looked at of a request's."""
MOST_SEGMENTS = 256
INFO, PAGE, SEARCH, UNKNOWN = "info", "page", "search", "unknown"
"""Of what a path asks that says no word for it: all that is known of a repository; the page on which people read of it; a list of
repositories; and what is addressed as only a hub is, and is nothing here."""


class Hub(NamedTuple):
    """What a request asks for. `repository` is None where it is about none; `path` is that of a file or a folder inside of it."""

    verb: str
    repository: Repository | None = None
    revision: str = MAIN
    path: str = ""


class _Word(NamedTuple):
    """What may follow behind a word: a revision, a path inside of it, or one of `ends`."""

    revision: bool = True
    path: bool = False
    ends: tuple[str, ...] = ()


_OF_REPOSITORY: Mapping[str, _Word] = {
    "auth-check": _Word(revision=False, ends=("write",)),
    "branch": _Word(),
    "commit": _Word(),
    "commits": _Word(),
    "paths-info": _Word(),
    "preupload": _Word(),
    "refs": _Word(revision=False),
    "revision": _Word(),
    "tag": _Word(),
    "tree": _Word(path=True),
    "xet-read-token": _Word(),
    "xet-write-token": _Word(),
}
_OF_FILE: Mapping[str, _Word] = {"resolve": _Word(path=True), "raw": _Word(path=True)}
_ALONE: Mapping[tuple[str, ...], str] = {
    ("whoami-v2",): "whoami",
    ("agent-harnesses",): "harnesses",
    ("validate-yaml",): "validate-yaml",
    ("cache", "compare"): "compare",
    ("repos", "create"): "create",
    ("repos", "delete"): "delete",
    ("repos", "move"): "move",
}
_LARGE = [".git", "info", "lfs", "objects"]
"""What stands between a repository and what git-lfs asks of its large files."""
_BELOW = {"organizations": "organizations", "telemetry": "telemetry"}
_COUNTED = ["v1", "telemetry"]
"""Where hf_xet tells how an upload went, whatever place it was given for its chunks."""
_BROWSED = ("tree", "blob", "commit")
_PULLED = ("manifests", "blobs")
_TAG_OR_DIGEST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64}", re.ASCII)
_NOT_AN_ORGANISATION = frozenset(
    {"account", "api", "begin", "cases", "check", "checks", "healthz", "live", "log", "metrics", "notifications"}
    | {"oidc", "people", "policy", "sign-in", "sign-out", "static", "upload", "v2", *KINDS}
)
"""First segments of addresses that are not the hub's. A file of such an organisation can be had: no page looks like one."""

_NAME = re.compile(r"(?!_$)[A-Za-z0-9_](?!.*\.\.)[A-Za-z0-9._-]{0,95}")
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]")
_NO_REVISION = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\\~^:?*\[]|\.\.|//|@\{|^[-/.]|[/.]$|\.lock$")
_DIGEST_OR_CALL = re.compile(r"batch|verify|[0-9a-f]{64}", re.ASCII)
_SPECIAL = re.compile(r"refs/(convert/\w+|pr/[0-9]+)", re.ASCII)
"""Revisions whose slashes some clients send as they are."""


def meant(scope: Mapping[str, Any]) -> bool:
    """Is it the hub that a request is for, and not a page? What is sent to /api/models is for a verb of that name."""
    found = asked(scope["raw_path"]) if scope["type"] == "http" else None
    return found is not None and (found.verb != SEARCH or scope["method"] in ("GET", "HEAD"))


def asked(raw: bytes) -> Hub | None:
    """What a path asks for, as it came (without a query); None where it is no path of the hub."""
    if len(raw) > 4 * LONGEST or not raw.startswith(b"/") or raw.count(b"/") > MOST_SEGMENTS:
        return None
    try:
        segments = raw[1:].decode("ascii").split("/")
    except UnicodeDecodeError:
        return None
    if segments[0] == "api":
        return _of_api(segments[1:])
    if segments == _COUNTED:
        return Hub("telemetry")
    if segments[0] == "v2" and (found := _registry(segments[1:])):
        return found
    if found := _large(segments):
        return found
    if segments[0] in KINDS[1:]:
        return _file(segments[0], segments[1:]) or _page(segments[0], segments[1:]) or Hub(UNKNOWN)
    if found := _file(KINDS[0], segments):
        return found
    return None if _read(segments[0]) in _NOT_AN_ORGANISATION else _page(KINDS[0], segments)


def _of_api(segments: list[str]) -> Hub | None:
    if not segments:
        return None
    if word := _ALONE.get(tuple(segments)):
        return Hub(word)
    if segments[0] == "xet":
        return Hub("xet", path="/".join(segments[1:]))
    if segments[0] in _BELOW:
        return Hub(_BELOW[segments[0]])
    if segments[0] not in KINDS:
        return None
    kind, rest = segments[0], segments[1:]
    if not rest:
        return Hub(SEARCH, Repository(kind, ""))
    name = _name(rest)
    return _worded(kind, rest, _OF_REPOSITORY) or (Hub(INFO, Repository(kind, name)) if name else Hub(UNKNOWN))


def _file(kind: str, segments: list[str]) -> Hub | None:
    found = _worded(kind, segments, _OF_FILE)
    return found if found and found.path else None


def _large(segments: list[str]) -> Hub | None:
    kind, *rest = segments if segments[0] in KINDS[1:] else [KINDS[0], *segments]
    at = len(rest) - len(_LARGE)
    if at < 1 or [rest[at - 1][-4:], *rest[at:-1]] != _LARGE or not _DIGEST_OR_CALL.fullmatch(rest[-1]):
        return None
    name = _name([*rest[: at - 1], rest[at - 1].removesuffix(".git")])
    return Hub("large", Repository(kind, name), path=rest[-1]) if name else None


def _registry(segments: list[str]) -> Hub | None:
    """What Ollama and other clients of image registries ask: is one here, and what are a manifest or the bytes of a layer?"""
    if segments in ([], [""]):
        return Hub("registry")
    if segments == ["token"]:
        return Hub("registry-token")
    if len(segments) != 4 or segments[2] not in _PULLED:
        return None
    name, reference = _name(segments[:2]), _read(segments[3])
    return (
        Hub(segments[2], Repository(KINDS[0], name), path=reference)
        if name and _TAG_OR_DIGEST.fullmatch(reference)
        else None
    )


def _page(kind: str, segments: list[str]) -> Hub | None:
    """Of a repository with an organisation, for a name alone may be any page; with what a browser shows of the public hub behind it."""
    name = _name(segments[:2]) if len(segments) == 2 or (len(segments) > 2 and segments[2] in _BROWSED) else ""
    return Hub(PAGE, Repository(kind, name)) if "/" in name else None


def _worded(kind: str, segments: list[str], words: Mapping[str, _Word]) -> Hub | None:
    """The first reading that makes sense, of those that take one segment or two for the name."""
    for at in (1, 2):
        word = words.get(segments[at]) if len(segments) > at else None
        name = _name(segments[:at]) if word else ""
        found = _behind(word, segments[at + 1 :]) if word and name else None
        if found is not None:
            return Hub(segments[at], Repository(kind, name), *found)
    return None


def _behind(word: _Word, rest: list[str]) -> tuple[str, str] | None:
    """The revision and the path that follow a word."""
    if not word.revision:
        return (MAIN, "/".join(rest)) if not rest or (len(rest) == 1 and rest[0] in word.ends) else None
    if len(rest) >= 3 and _SPECIAL.fullmatch("/".join(rest[:3])):
        rest = ["/".join(rest[:3]), *rest[3:]]
    if word.path and len(rest) > 1 and not rest[-1]:
        rest = rest[:-1]
    if not rest or (len(rest) > 1 and not word.path):
        return None
    revision, path = _read(rest[0]), "/".join(_read(one) for one in rest[1:])
    if not revision or len(revision) > 255 or _NO_REVISION.search(revision) or not (path == "" or _is_path(path)):
        return None
    return MAIN if revision == "HEAD" else revision, path


def _is_path(path: str) -> bool:
    parts = path.split("/")
    return len(path) <= LONGEST and not _HIDDEN.search(path) and not any(part in ("", ".", "..") for part in parts)


def _name(segments: list[str]) -> str:
    """The name of a repository, empty where it cannot be one."""
    parts = [_read(one) for one in segments]
    return "/".join(parts) if 1 <= len(parts) <= 2 and all(map(_NAME.fullmatch, parts)) else ""


def _read(segment: str) -> str:
    """Without its escapes; what is no UTF-8 becomes letters that nothing here has in its name."""
    return unquote(segment, errors="surrogateescape")
