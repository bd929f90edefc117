"""Reads NumPy's archives of arrays: a zip whose members are .npy files.

Specification: NumPy, numpy.savez and numpy/lib/npyio.py. Only the headers of the arrays are read.

What can bite: an array of objects is a pickle, which runs as it is loaded: with `allow_pickle=True`, and before NumPy
1.16.3 without being told (CVE-2019-6446). Members can lie as those of any zip.

What hilt cannot see: the numbers, and what callables do that hilt does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import npy
from hilt.formats.archive import Archive, MemberKind
from hilt.formats.npy import Npy
from hilt.formats.pickle import PickleStream
from hilt.formats.reader import Head
from hilt.formats.zip import member_names, open_member
from hilt.formats.zip import read as list_zip


@dataclass(frozen=True, slots=True, kw_only=True)
class Npz:
    """`arrays` by the paths of their members. A member that is no array stands among `pickles`, as a broken one."""

    archive: Archive
    arrays: dict[str, Npy]
    pickles: tuple[PickleStream, ...]


def probe(head: Head) -> bool:
    names = [name for name in member_names(head.source, head.limits) if not name.endswith("/")]
    return bool(names) and all(name.endswith(".npy") for name in names)


def read(source: ByteSource, limits: Limits) -> Npz:
    """The headers of all arrays, and the pickles of those that hold objects. Raises `FormatError` where it is no zip."""
    archive = list_zip(source, limits)
    arrays: dict[str, Npy] = {}
    pickles: list[PickleStream] = []
    for member in archive.members:
        if member.kind is MemberKind.FOLDER:
            continue
        stream = open_member(source, member, limits)
        try:
            arrays[member.path] = array = npy.read(stream, limits)
        except FormatError as error:
            broken = PickleStream(name=member.path, source=stream, start=0, end=0, protocol=0, broken=error, steps=0)
            pickles.append(broken)
        else:
            pickles += [replace(found, name=member.path) for found in array.pickles]
    return Npz(archive=archive, arrays=arrays, pickles=tuple(pickles))
