"""Links that lead to the text of a licence: the same place is written in many ways, and only the very place counts."""

from __future__ import annotations

import re

from hilt.core.patterns import lazy_pattern

LONGEST = 500

_LINK = lazy_pattern(
    r"(?:https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(/[A-Za-z0-9._~%+\[\] !$&'(),;=:/-]*)?(?:[?#].*)?", re.DOTALL
)
_LISTS = lazy_pattern(
    r"(?:spdx\.org/licenses|opensource\.org/licenses?|choosealicense\.com/licenses)/([a-z0-9.+-]+?)"
    r"(?:\.html|\.txt|\.json|-license(?:-php|\.php)?|\.php)?"
)
_RAW = lazy_pattern(r"raw\.githubusercontent\.com/([^/]+/[^/]+)/(?:refs/heads/)?(.+)")
_BRANCH = lazy_pattern(r"/(?:resolve|raw|tree)/")


def looks_like_one(said: str) -> bool:
    """Is `said` a link and no name? With a scheme, or a host with a dot and a path."""
    return "://" in said or bool(re.match(r"(?:www\.)?[a-z0-9-]+\.[a-z]{2,}(?:\.[a-z]{2,})?/", said.lower()))


def place(link: str) -> str:
    """Host and path of `link` in one spelling; empty where it is no plain link of the web."""
    link = link.strip().strip("<>\"'")
    if len(link) > LONGEST or not link.isascii() or "@" in link.partition("?")[0]:
        return ""
    scheme, sign, rest = link.partition("://")
    host, slash, path = (rest if sign else link).partition("/")
    if sign and scheme.lower() not in ("http", "https"):
        return ""
    match = _LINK.fullmatch(host.lower() + slash + path)
    if match is None or ".." in link or "%2e" in link.lower():
        return ""
    found = (match[1].removeprefix("www.") + (match[2] or "")).rstrip("/").lower()
    found = re.sub(r"^hf\.co/", "huggingface.co/", found)
    found = _RAW.sub(r"github.com/\1/blob/\2", found)
    return _BRANCH.sub("/blob/", found)


def leads_to(place: str, known: str) -> bool:
    """Does `place` lead to what an entry gives as `known`, or to a form of it (`.txt`, `/legalcode`)?"""
    known = known.lower()
    forms = (
        (f"{known}/", f"{known}.") if "/" in known else (f"{known}/",)
    )  # behind a bare host a dot makes another host
    return place == known or place.startswith(forms)


def spdx_of(place: str) -> str:
    """The id of SPDX that a page of a list of licences is about."""
    match = _LISTS.fullmatch(place)
    return match[1] if match else ""
