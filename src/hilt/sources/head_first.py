"""What comes over a connection, cut behind the head of an answer: whoever parses the head then holds nothing of the body.

A parser copies a body three times while it passes through, piece by piece of a few KB where it is encrypted; of a file of gigabytes,
that is a third of what fetching it costs. So the body of a large one is taken from the connection itself.
"""

from __future__ import annotations

import re

_END = re.compile(rb"\n\r?\n")
"""Where h11 takes a head to end."""


class HeadFirst:
    """`at_body` is true while what was given last ended with the head, and nothing was given since."""

    __slots__ = ("_before", "_kept", "_seeks", "at_body")

    def __init__(self) -> None:
        self._before = self._kept = b""
        self._seeks = self.at_body = False

    def asked(self) -> None:
        """What comes next is a head."""
        self._before, self._seeks, self.at_body = b"", True, False

    def kept(self) -> bytes:
        """What came with the head, and is to be given next."""
        kept, self._kept, self.at_body = self._kept, b"", False
        return kept

    def given(self, data: bytes) -> bytes:
        """What is to be given of that which came now."""
        self.at_body = False
        if not self._seeks:
            return data
        found = _END.search(self._before + data)
        if found is None:
            self._before = (self._before + data)[-2:]
            return data
        end = found.end() - len(self._before)
        self._seeks, self.at_body, self._kept = False, True, data[end:]
        return data[:end]
