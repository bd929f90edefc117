"""Reads what torch.save writes since PyTorch 1.6: a zip with one pickle, and a stored member for each storage.

Specification: PyTorch, torch/serialization.py (`_save`, `_load`) and caffe2/serialize/inline_container.cc. Every name
begins with the folder of the first member; PyTorch finds names in any case. No storage is read.

What can bite: its pickle runs what it names as it is loaded. With `weights_only=True`, the default since PyTorch 2.6,
only listed names pass; hyper-parameters of Lightning name callables all the same.

What hilt cannot see: what callables do that hilt does not know, and the numbers in the storages.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import pickle
from hilt.formats.archive import Archive, Member, MemberKind
from hilt.formats.pickle import PickleStream
from hilt.formats.reader import Head
from hilt.formats.zip import member_names, open_member
from hilt.formats.zip import read as list_zip

_RECORDS = ("version", "byteorder", ".format_version", ".storage_alignment", ".data/serialization_id", ".data/version")
"""What PyTorch writes beside the pickle and the storages: a line of text each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchZip:
    """`pickles` bear the names of their members; `storages` are the members below `data/`, `others` the unexpected."""

    archive: Archive
    pickles: tuple[PickleStream, ...]
    storages: tuple[Member, ...]
    others: tuple[Member, ...]


def probe(head: Head) -> bool:
    return holds(member_names(head.source, head.limits), "data.pkl")


def holds(names: tuple[str, ...], record: str) -> bool:
    """Is there a member of this name in a folder at the top?"""
    return any(inside(name) == record for name in names)


def inside(name: str) -> str:
    """The name as PyTorch looks for it: without the folder at the top, in one case."""
    return name.partition("/")[2].lower()


def read(source: ByteSource, limits: Limits) -> TorchZip:
    """The pickle and the storages. Raises `FormatError` where they cannot be unpacked."""
    archive = list_zip(source, limits)
    storages: list[Member] = []
    others: list[Member] = []
    pickles: list[PickleStream] = []
    for member in archive.members:
        name = inside(member.path)
        if member.kind is MemberKind.FOLDER:
            continue
        if name == "data.pkl":
            pickles += pickles_in(source, member, limits)
        elif name.startswith("data/"):
            storages.append(member)
        elif name not in _RECORDS:
            others.append(member)
    return TorchZip(archive=archive, pickles=tuple(pickles), storages=tuple(storages), others=tuple(others))


def pickles_in(source: ByteSource, member: Member, limits: Limits) -> tuple[PickleStream, ...]:
    """The pickles of a member, by its path; one that breaks at once where it holds none."""
    stream = open_member(source, member, limits)
    try:
        return pickle.find(stream, 0, stream.size, limits, member.path)
    except FormatError:
        return (pickle.one(stream, 0, stream.size, member.path),)
