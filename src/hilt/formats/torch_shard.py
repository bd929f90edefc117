"""Reads a shard of PyTorch's distributed checkpoints: a zip of torch.save for each tensor, one right behind the other.

Specification: PyTorch, torch/distributed/checkpoint/filesystem.py. Its `.metadata` says where each one stands, and
loaders give every one to torch.load as a file of its own; so are they here, numbered in their order.

What can bite: each tensor is a file of torch.save with a pickle, which runs what it names wherever it is loaded without
`weights_only`. The `.metadata` beside it is a pickle too, which is loaded without that guard.

What hilt cannot see: the numbers. The files in it are read one by one, and the blind spots of their format hold.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, remembered
from hilt.formats.reader import Head
from hilt.formats.zip_end import end_without_comment
from hilt.formats.zip_header import LOCAL


def probe(head: Head) -> bool:
    """Zips from the first byte to the last, maybe only one."""
    if not head.name.lower().endswith(".distcp"):
        return False  # under any other name a loader takes one of the zips, and leaves the others
    try:
        read(head.source, head.limits)
    except FormatError:
        return False
    return True


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """Every zip, found from the end. Raises `FormatError` where bytes belong to none."""
    bounds: list[tuple[int, int]] = []
    end = source.size
    while end > 0:
        if len(bounds) == limits.archive_members:
            raise LimitExceeded("archive_members", len(bounds) + 1, limits.archive_members, offset=end)
        found = end_without_comment(Window(source, 0, end))
        if found is None or not 0 <= found.shift < end or source.read(found.shift, 4) != LOCAL:
            raise FormatError("the shard holds something that is no zip of torch.save", offset=end)
        bounds.append((found.shift, end))
        end = found.shift
    return Archive(
        members=tuple(
            Member(path=f"{number}.pt", size=end - begin, stored=end - begin, offset=begin, begin=begin)
            for number, (begin, end) in enumerate(reversed(bounds))
        )
    )


def open_member(source: ByteSource, member: Member, limits: Limits) -> ByteSource:  # noqa: ARG001 -- as every archive
    return Window(source, member.begin, member.size)
