"""The shapes of keys and tokens, and a search for them that streams.

Shapes are those that the issuers document (GitHub, GitLab, Hugging Face, AWS, ...), prefix and length included; what is
of the right shape and plainly a placeholder (too few different characters, "example") is left alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import log2

from hilt.core.byte_source import ByteSource
from hilt.core.patterns import lazy_pattern

WINDOW, OVERLAP = 1 << 20, 1 << 12
"""Bytes looked at together, and how many of them are looked at again with the next."""
PLACEHOLDER = lazy_pattern(
    rb"(?i)example|placeholder|xxxx|your|change.?me|dummy|redacted|\*\*\*|\.\.\.|<|password|passwd"
)
_SEAL = lazy_pattern(rb'\{"hash":"[0-9a-f]{64}","version":\d{1,4}\}')
"""What the hub signs to vouch for a figure in a card (`verifyToken`): it opens nothing, and is made to be published."""
LEAST_BITS = 3.0
"""Entropy of each character; random text of 20 characters has about 4, a word with digits 2.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of secret: a hint that is quick to look for, and a pattern whose first group (if any) is the secret."""

    title: str
    hint: bytes
    pattern: re.Pattern[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret. Only its first four characters and its length are kept; `offset` is in bytes, `line` counts from 1."""

    title: str
    begins: str
    length: int
    offset: int
    line: int


def _shape(title: str, hint: str, pattern: str) -> Shape:
    return Shape(title=title, hint=hint.encode(), pattern=lazy_pattern(pattern.encode()))


SHAPES = (
    _shape("an AWS access key", "AKIA", r"\b(AKIA[A-Z2-7]{16})\b"),
    _shape("a temporary AWS access key", "ASIA", r"\b(ASIA[A-Z2-7]{16})\b"),
    _shape("an AWS secret key", "ecret", r"(?i)aws.{0,3}secret.{0,3}(?:access)?.{0,3}key\W{1,6}([A-Za-z0-9/+]{40})\b"),
    _shape("a Google API key", "AIza", r"\b(AIza[\w-]{35})(?![\w-])"),
    _shape("an Azure storage key", "AccountKey=", r"AccountKey=([A-Za-z0-9+/]{86}==)"),
    _shape("a GitHub token", "gh", r"\b(gh[pousr]_[A-Za-z0-9]{36})\b"),
    _shape("a GitHub token", "github_pat_", r"\b(github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b"),
    _shape("a GitLab token", "glpat-", r"\b(glpat-[\w-]{20,64})(?![\w-])"),
    _shape("a Hugging Face token", "hf_", r"\b(hf_[A-Za-z0-9]{34})\b"),
    _shape("a Hugging Face organisation token", "api_org_", r"\b(api_org_[A-Za-z0-9]{34})\b"),
    _shape("an OpenAI key", "T3BlbkFJ", r"\b(sk-[\w-]{10,120}T3BlbkFJ[\w-]{10,120})(?![\w-])"),
    _shape("an OpenAI key", "sk-", r"\b(sk-(?:proj|svcacct|admin)-[\w-]{40,200})(?![\w-])"),
    _shape("an Anthropic key", "sk-ant-", r"\b(sk-ant-[a-z0-9]{3,12}-[\w-]{80,120})(?![\w-])"),
    _shape("a Slack token", "xox", r"\b(xox[abeoprs]-[\w-]{20,255})(?![\w-])"),
    _shape("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/(T\w{6,12}/B\w{6,12}/\w{20,28})"),
    _shape("a Stripe key", "_live_", r"\b([rs]k_live_[A-Za-z0-9]{20,120})\b"),
    _shape("an npm token", "npm_", r"\b(npm_[A-Za-z0-9]{36})\b"),
    _shape("a PyPI token", "pypi-AgE", r"\b(pypi-AgE[\w-]{50,400})(?![\w-])"),
    _shape("a private key", "PRIVATE KEY", r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----((?:\\n|\\r|[\sA-Za-z0-9+/=:,-]){100})"),
    _shape("a signed token (JWT)", "eyJ", r"\b(eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{20,1000})(?![\w-])"),
    _shape("a password in an address", "://", r"://[^\s/:@\"'<>]{1,64}:([^\s/:@\"'<>{}$]{8,128})@[\w.-]{3}"),
    # Not that of a badge, which only shows whether tests pass: it is made to be put on a page.
    _shape("a password in an address", "://", r"://(?!(?:app\.)?codecov\.io/)[^\s\"'<>?]{3,300}(?<!\.svg)\?[^\s\"'<>()\[\]]{0,300}?(?:password|passwd|pwd|token|api_?key|secret)=([^\s\"'<>&{}()\[\]$#]{8,128})"),
)  # fmt: skip


def secrets(source: ByteSource) -> Iterator[Secret]:
    """Every secret in a text, whatever its size."""
    step = WINDOW - OVERLAP
    wide = source.read(0, 2) in (b"\xff\xfe", b"\xfe\xff")  # UTF-16: ASCII between zeros
    line = 1
    for offset in range(0, max(source.size, 1), step):
        window = source.read(offset, WINDOW)
        last = offset + WINDOW >= source.size
        text = window.replace(b"\0", b"") if wide else window
        own = len(text) if last else len(window[:step].replace(b"\0", b"")) if wide else step
        for found, shape in sorted(_found(text), key=lambda pair: pair[0].start()):
            if found.start() < own:
                value = found[1]
                begins = value[:4].decode("ascii", "replace")
                at = line + text.count(b"\n", 0, found.start())
                # In UTF-16 the offset is only near: the zeros before it are not counted.
                where = offset + found.start(1)
                yield Secret(title=shape.title, begins=begins, length=len(value), offset=where, line=at)
        line += text.count(b"\n", 0, own)
        if last:
            return


def _found(text: bytes) -> Iterator[tuple[re.Match[bytes], Shape]]:
    for shape in SHAPES:
        if shape.hint in text:
            for found in shape.pattern.finditer(text):
                if not PLACEHOLDER.search(found[1]) and _bits(found[1]) >= LEAST_BITS and not _is_seal(found[1]):
                    yield found, shape


def _is_seal(value: bytes) -> bool:
    """Is it a signed token that holds nothing but the hash of a figure?"""
    _, _, rest = value.partition(b".")
    payload, _, signature = rest.partition(b".")
    try:
        return bool(signature) and _SEAL.fullmatch(base64.urlsafe_b64decode(payload + b"==")) is not None
    except binascii.Error:
        return False


def _bits(value: bytes) -> float:
    """Shannon entropy of each character."""
    return -sum(n / len(value) * log2(n / len(value)) for n in Counter(value).values())
