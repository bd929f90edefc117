"""Patterns of repositories: which of them a token is for, and what comes from which upstream.

    *               every repository
    acme/*          every repository of acme, of whatever kind
    acme/llama-*    those of acme whose name begins so
    gpt2            the one without an organisation
    datasets/*      every data set; models, spaces and kernels alike
    datasets/acme/* every data set of acme

Capitals make no difference: hubs have no two names that differ in nothing else, and no rule is to be got round with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hilt.core.library import KINDS, Repository

LONGEST = 200
"""Letters of a pattern."""
EVERY = "*"
_NAMESPACE = re.compile(r"(?!_$)[A-Za-z0-9_](?!.*\.\.)[A-Za-z0-9._-]{0,95}")
_NAME = re.compile(r"(?!\.{1,2}$)(?=[^*]*\*?[^*]*$)[A-Za-z0-9._*-]{1,96}")
"""With one star at most: more of them could take as long as they like."""


def is_namespace(text: str) -> bool:
    """Can an organisation, or a person, be called so? None is called as paths of a hub begin."""
    return _NAMESPACE.fullmatch(text) is not None and text.lower() not in (*KINDS, "api")


def is_pattern(text: str) -> bool:
    """Does the text name repositories?"""
    namespace, slash, name = _parted(text)[1].rpartition("/")
    return len(text) <= LONGEST and (not slash or is_namespace(namespace)) and _NAME.fullmatch(name) is not None


def matches(pattern: str, repository: Repository) -> bool:
    """Is it one of the repositories that the pattern names?"""
    kind, rest = _parted(pattern)
    if kind and kind != repository.kind:
        return False
    name = repository.name.lower()
    if rest in (EVERY, name):
        return True
    before, star, behind = rest.partition(EVERY)
    between = name[len(before) : len(name) - len(behind)]
    return (
        bool(star)
        and name.startswith(before)
        and name.endswith(behind)
        and len(name) >= len(before) + len(behind)
        and "/" not in between
    )


def any_matches(patterns: Iterable[str], repository: Repository) -> bool:
    """Is it one of those that any of the patterns names?"""
    return any(matches(one, repository) for one in patterns)


def _parted(pattern: str) -> tuple[str, str]:
    """The kind, empty for each of them, and what is to match the name; in small letters."""
    kind, slash, rest = pattern.lower().partition("/")
    return (kind, rest) if slash and kind in KINDS else ("", pattern.lower())
