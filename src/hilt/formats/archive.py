"""What a container of files lists: members, and whatever another reader might read differently."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class MemberKind(Enum):
    """What a member of an archive is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an archive.

    `path` is the name as written, unsafe names included. `size` is the size once unpacked, `stored` the bytes it takes
    in the archive, `offset` where its header begins, all in bytes. `target` is what a link says.
    """

    path: str
    kind: MemberKind = MemberKind.FILE
    size: int
    stored: int
    offset: int
    target: str = ""
    method: str = "stored"
    encrypted: bool = False


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
