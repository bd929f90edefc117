"""What a value that is to name a model or a dataset names: `org/name` as hubs write it, or no more than some words.

Nothing is guessed: a path of somebody's machine names nothing, and words that are no name of a hub stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

from hilt.core.patterns import lazy_pattern

LONGEST = 200
"""Characters of a name that are kept; a hub allows 96 on each side of the slash."""

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_HUB_NAME = lazy_pattern(rf"(?:{_PART}/)?{_PART}")
_HUB_ADDRESS = lazy_pattern(
    rf"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?:models/|datasets/)?({_PART}/{_PART}|{_PART})(?=[/?#@]|$)",
    re.IGNORECASE,
)
_CACHED = lazy_pattern(rf"(?:models|datasets)--({_PART}?)--({_PART}?)(?=[/\\]|$)")
_PAGES = ("docs", "blog", "spaces", "papers", "collections", "join", "tasks", "learn", "settings", "api")
_LOCAL = lazy_pattern(r"[/\\.~$]|[A-Za-z]:[\\/]|file:", re.IGNORECASE)
_ADDRESS = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://")
_FILE = lazy_pattern(r".*\.(?:safetensors|bin|pt|pth|ckpt|gguf|onnx|h5|json|ya?ml|py|txt)", re.IGNORECASE | re.DOTALL)
_NOTHING = frozenset({"", "none", "null", "n/a", "na", "unknown", "model", "base", "union", "custom", "other", "-"})


def name_of(said: Any) -> str:
    """The name that `said` holds; empty where it is a path, a file, or no name at all."""
    if not isinstance(said, str):
        return ""
    text = said[: 2 * LONGEST].strip().removeprefix("hf://").removeprefix("hf:")
    if found := _CACHED.search(text):
        return "/".join(found.groups())
    if found := _HUB_ADDRESS.match(text):
        return "" if found[1].partition("/")[0].lower() in _PAGES else found[1]
    if text.lower() in _NOTHING or _LOCAL.match(text):
        return ""
    if _ADDRESS.match(text):
        return _plain(text)
    if _HUB_NAME.fullmatch(bare := text.partition("@")[0].rstrip("/")):
        return "" if _FILE.fullmatch(bare) else bare
    if "\\" in text or re.fullmatch(r"[^\s/]+(?:/[^\s/]+){2,}/?", text):
        return ""
    return _plain(text)


def is_hub_name(name: str) -> bool:
    """Whether `name` is spelled as a hub spells its repositories, and can be looked up there."""
    return _HUB_NAME.fullmatch(name) is not None and "--" not in name and ".." not in name


def same(one: str, other: str) -> bool:
    """Hubs do not tell small letters from capitals."""
    return one.casefold() == other.casefold()


def own_name(reference: str) -> str:
    """What a hub calls the subject at `reference`; empty where that is a path that does not tell."""
    if reference.startswith("hf:"):
        return name_of(reference.removeprefix("hf:").removeprefix("//"))
    if found := _CACHED.search(reference):
        return "/".join(found.groups())
    return name_of(reference) if _HUB_ADDRESS.match(reference) else ""


def _plain(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
