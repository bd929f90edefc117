"""What a token of the library is for, as somebody asks for one."""

from __future__ import annotations

from collections.abc import Collection

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.repository_patterns import EVERY, is_pattern
from hilt.core.roles import REQUESTER, only_reads
from hilt.core.signed_in import ForLibrary
from hilt.gate.reviewing.deciding import line

MOST = 100
"""Patterns of one token."""


def for_library(use: str, names: Collection[str], *, writes: bool, roles: Collection[str]) -> ForLibrary:
    """A token for `use` of the repositories that the patterns name, of somebody with these roles. Raises `UsageError`, `NotAllowed`."""
    if only_reads(roles):
        raise NotAllowed(
            "what is downloaded is recorded in the name of whoever has it, and with your roles nothing is recorded; "
            f"ask an administrator for the role {REQUESTER}"
        )
    if not (use := line("use", use)) or not use.isprintable():
        raise UsageError(
            'use: say what the downloads are for, such as "support chatbot, EU"; what is admitted is admitted for that'
        )
    patterns = tuple(dict.fromkeys(names)) or (EVERY,)
    for one in patterns:
        if not is_pattern(one):
            raise UsageError(f"names: {one[:80]!a} names no repositories; say acme/*, datasets/acme/* or *")
    if len(patterns) > MOST:
        raise UsageError(f"names: {len(patterns)} patterns, where {MOST} are allowed")
    return ForLibrary(use=use, names=patterns, writes=writes)
