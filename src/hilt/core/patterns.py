"""Patterns that are compiled when they are first used: to check one model takes few of those that hilt has."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, AnyStr, Generic, cast


class LazyPattern(Generic[AnyStr]):
    """A pattern still to be compiled; `lazy_pattern` makes one that passes for a pattern."""

    def __init__(self, written: AnyStr, flags: int) -> None:
        self._written: AnyStr = written
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[AnyStr]:
        return re.compile(self._written, self._flags)

    def __getattr__(self, name: str) -> Any:
        """A method of the pattern. It is kept, so that nothing is in the way of the next use."""
        method = getattr(self._compiled, name)
        setattr(self, name, method)
        return method


def lazy_pattern(written: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` makes, made when one of its methods is first called.

    It has all that a pattern has, and is none: `re.sub` and its like do not take it.
    """
    return cast("re.Pattern[AnyStr]", LazyPattern(written, flags))
