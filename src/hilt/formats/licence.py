"""Reads the text of a licence: a file that is named as one, or begins with the title of a well-known one.

What can bite: nothing: prose for people, which no loader reads.

What hilt cannot see: which licence it is, what it asks, and whether the publisher had the right to give it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.core.patterns import lazy_pattern
from hilt.formats.reader import Head
from hilt.formats.text import encoding_of, whole

NAMES = (
    "licen[cs]e*", "*[-_.]licen[cs]e", "*[-_.]licen[cs]e.txt", "*[-_.]licen[cs]e.md", "copying*", "copyright*",
    "notice", "notice.*", "unlicense*", "eula*", "use[-_ ]policy*", "usage[-_ ]policy*", "acceptable[-_ ]use*",
    "terms", "terms.md", "terms[-_ ]of[-_ ]*", "terms[-_ ]and[-_ ]*", "agreement", "agreement.*", "*[-_ ]agreement.*",
    "package-copyright",
)  # fmt: skip
NOT_TEXT_OF_A_LICENCE = (".py", ".json", ".yaml", ".yml", ".js", ".html", ".jinja")
TITLES = lazy_pattern(
    r"(the )?("
    r"mit license|apache license,? version|bsd [234]-clause|gnu (lesser |affero )?general public license|"
    r"mozilla public license|boost software license|isc license|creative commons|cc0 1\.0|"
    r"(big|creativeml|open|bigscience|ai pubs)[ -a-z]*rail|permission is hereby granted, free of charge|"
    r"redistribution and use in source and binary forms|this is free and unencumbered software|"
    r"[a-z0-9 .-]{2,40} (community )?licen[cs]e agreement"
    r")"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The text of a licence."""

    text: str


def probe(head: Head) -> bool:
    encoding = encoding_of(head.data)
    name = head.name.lower()
    if encoding is None or not head.data or name.endswith(NOT_TEXT_OF_A_LICENCE):
        return False
    if any(fnmatch(name, pattern) for pattern in NAMES):
        return True
    start = " ".join(
        head.data[:400].decode(encoding, "ignore").removeprefix("\ufeff").lower().lstrip("#*=- \r\n\t").split()
    )
    return TITLES.match(start) is not None


def read(source: ByteSource, limits: Limits) -> Licence:
    """The text in `source`. Raises `LimitExceeded` where it is too long."""
    return Licence(text=whole(source, limits))
