"""What a container of files lists: members, and whatever another reader might read differently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from importlib import import_module
from typing import Protocol, TypeVar, cast

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits

T = TypeVar("T")

ARCHIVES: tuple[str, ...] = (
    "zip",
    "zip-behind",
    "torch-shard",
    "keras",
    "skops",
    "seven-zip",
    "rar",
    "ar",
    "zstd",
    "lz4",
    "tflite",
    "llamafile",
    "tar",
    "gzip",
    "bzip2",
    "xz",
    "zlib",
    "msgpack",
)
"""The ids of the formats whose members are files of the subject: what they read has `members`, and the reader of each
has `open_member` too."""

UNNAMED = "content"
"""The path of the only member of a compressed file, which has no name of its own; `member_path` finds one."""

_REMEMBERED = 4
"""Listings that are kept: those of an archive, of the archive around it, and so on."""


class MemberKind(Enum):
    """What a member of an archive is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    HARD_LINK = "hard-link"
    """A second name of another member; its target counts from the top of the archive, a link's from its own folder."""
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an archive.

    `path` is the name as written, unsafe names included. `size` is the size once unpacked, `stored` the bytes it takes
    in the archive, `offset` where its header begins and `begin` where its stored bytes do, all in bytes. `target` is
    what a link says. `crc32` is what the archive states of the unpacked bytes, None where it states nothing.
    """

    path: str
    kind: MemberKind = MemberKind.FILE
    size: int
    stored: int
    offset: int
    begin: int = 0
    target: str = ""
    method: str = "stored"
    encrypted: bool = False
    crc32: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Something that two honest readers of the same bytes would read differently, or that a writer never writes."""

    id: str
    message: str
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A container of files: what it lists, in the order in which it lists them."""

    members: tuple[Member, ...]
    oddities: tuple[Oddity, ...] = ()


def member_path(archive: str, member: Member) -> str:
    """What to call `member` of the archive at the path `archive`: what is in `a.tar.gz` is `a.tar`."""
    if member.path != UNNAMED:
        return member.path
    name = archive.rsplit("/", 1)[-1]
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.tar" if suffix.lower() in ("tgz", "tbz2", "txz", "tzst") else stem if dot and stem else UNNAMED


class Members(Protocol):
    """What lists files of the subject: an archive, or a format that may have one in it."""

    @property
    def members(self) -> tuple[Member, ...]: ...


class ArchiveReader(Protocol):
    """What the module of a format in `ARCHIVES` holds."""

    def read(self, source: ByteSource, limits: Limits) -> Members: ...

    def open_member(self, source: ByteSource, member: Member, limits: Limits) -> ByteSource: ...


def open_member(format_id: str, source: ByteSource, which: int | str, limits: Limits) -> ByteSource:
    """The unpacked bytes of one member of the archive that `source` is.

    `which` is the member's place in `Archive.members`, or its path; of two members of one path the last is meant, as
    most readers mean it. Keep `source` for all members and ask for them in order: a compressed stream runs forward.
    """
    reader = cast(ArchiveReader, import_module(f"hilt.formats.{format_id.replace('-', '_')}"))
    members = reader.read(source, limits).members
    if isinstance(which, str):
        which = next((i for i in range(len(members) - 1, -1, -1) if members[i].path == which), -1)
    if not 0 <= which < len(members):
        raise FormatError(f"the archive has no member {which}")
    return reader.open_member(source, members[which], limits)


def remembered(read: Callable[[ByteSource, Limits], T]) -> Callable[[ByteSource, Limits], T]:
    """`read`, which answers at once when asked again for one of the last few sources: several probes list a zip."""
    past: list[tuple[ByteSource, Limits, T | FormatError]] = []

    @wraps(read)
    def again(source: ByteSource, limits: Limits) -> T:
        answer = next((answer for seen, within, answer in past if seen is source and within is limits), None)
        if answer is None:
            try:
                answer = read(source, limits)
            except FormatError as error:
                answer = error
            past[:] = [*past[1 - _REMEMBERED :], (source, limits, answer)]
        if isinstance(answer, FormatError):
            raise answer.with_traceback(None)
        return answer

    return again
