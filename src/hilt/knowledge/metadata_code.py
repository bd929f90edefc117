"""Programs in texts that only describe: metadata of weights, what a cell of a notebook once printed."""

from __future__ import annotations

import ast
import base64
import binascii
import re
from collections.abc import Iterator

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.python_code import Kind, uses

LONGEST = 1 << 16
"""Characters of one text that are looked at as Python; descriptions of training runs are longer and no program."""

DOWNLOADED = lazy_pattern(
    r"\b(?:curl|wget|fetch)\b[^\n|;&]{0,400}\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b"
    r"|\b(?:ba|z)?sh\s+(?:-c\s+)?[\"']?(?:<\(|\$\()\s*(?:curl|wget)\b"
    r"|/dev/tcp/\S|\bpowershell(?:\.exe)?\s[^\n]{0,200}-e(?:nc|ncodedcommand)?\b|\bi(?:ex|nvoke-expression)\b[^\n]{0,80}\bhttps?:",
    re.IGNORECASE,
)
SCRIPT = lazy_pattern(r"<script[\s>]|javascript:\s*\S|<\w[^<>]{0,400}\son(?:error|load)\s*=", re.IGNORECASE)
_TEMPLATE = lazy_pattern(r"\{[{%][^{}]{0,400}(?:__\w+__|\|\s*attr\b)")
_HINTS = (
    "os.",
    "subprocess",
    "eval",
    "exec",
    "__import__",
    "system",
    "compile",
    "ctypes",
    "marshal",
    "runpy",
    "pty",
    "socket",
)
_CALL = lazy_pattern(r"\b(?:__import__|os\.(?:system|popen|exec\w+|spawn\w+)|subprocess\.\w+|eval|exec)\s*\(\s*['\"]")
_TEXT_PICKLE = lazy_pattern(
    r"(?:\(|c[\w.]+\n)[\s\S]*c[\w.]+\n[\w.]+\n[\s\S]*R?\.\s*\Z|c[\w.]+\n[\w.]+\n[\s\S]*R[\s\S]*\.\s*\Z"
)
_TELLING = (Kind.COMMAND, Kind.CODE, Kind.NATIVE, Kind.NETWORK, Kind.PICKLE, Kind.IMPORT)


def programs(text: str) -> Iterator[str]:
    """What a text holds that some program could run, in words."""
    if DOWNLOADED.search(text):
        yield "a command that runs what it downloads"
    if SCRIPT.search(text):
        yield "a script for a browser"
    if _TEMPLATE.search(text):
        yield "a template that reaches for code"
    if _is_pickle(text):
        yield "a pickle"
    if len(text) <= LONGEST and any(hint in text for hint in _HINTS):
        yield from _python(text)


def _python(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if found := _CALL.search(text):
            yield f"Python code: {found[0]}..."
        return
    for use in list(uses(tree))[:1]:
        if use.kind in _TELLING:
            yield f"Python code that {use.kind.value}: {use.name}"


def _is_pickle(text: str) -> bool:
    """As bytes in base64, or in the protocol that is text."""
    text = text.strip()
    if _TEXT_PICKLE.match(text[:LONGEST]):
        return True
    if not text.startswith(("gA", "gS")):  # what the opcode PROTO becomes
        return False
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return data[:1] == b"\x80" and data[1:2] in (b"\2", b"\3", b"\4", b"\5") and data.endswith(b".")
