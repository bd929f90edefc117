"""A compressed file as an archive of one member, whose size is found by inflating it once and keeping nothing."""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats.archive import UNNAMED, Archive, Member, Oddity
from hilt.formats.inflate import Inflated, measure, most


def listed(source: ByteSource, method: str, limits: Limits) -> Archive:
    """The one member. What comes out past the bounds for inflating is not counted, and an oddity says so."""
    allowed = most(source.size, limits)
    found = measure(source, method, allowed - 1, limits)
    oddities: list[Oddity] = []
    if not found.ended:
        said = f"more than {allowed - 1} bytes come out of {source.size}; the rest was not looked at"
        oddities.append(Oddity(id="bomb", message=said))
    if found.left:
        start = source.size - found.left
        said = f"{found.left} bytes stand behind the end of the stream: {source.read(start, 16)!r}"
        oddities.append(Oddity(id="trailing-data", message=said, offset=start))
    size = found.size if found.ended else allowed - 1
    member = Member(path=UNNAMED, size=size, stored=source.size, offset=0, method=method)
    return Archive(members=(member,), oddities=tuple(oddities))


def opened(source: ByteSource, member: Member, limits: Limits) -> ByteSource:
    return Inflated(source, member.method, member.size, limits)
