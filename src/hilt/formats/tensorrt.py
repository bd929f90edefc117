"""Recognises a TensorRT engine (`.engine`, `.plan`), and says which TensorRT wrote it. Nothing more of it is documented.

Source: NVIDIA's TensorRT 10, samples/common/sampleEngines.cpp (getPlanVersionOnly): the tag `ftrt`, a version of the
serialisation, and from byte 24 the version of TensorRT; engines before TensorRT 8.6 begin with `ptrt`. Ultralytics
writes the length of a JSON text, and the text, before the engine.

What can bite: an engine is native code for one graphics processor; plugins take their settings from it, and it may
bring libraries for the processor of the machine, which run where the program allows it.

What hilt cannot see: anything behind the header.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import KIB, Limits
from hilt.formats.reader import Head

TAGS = (b"ftrt", b"ptrt")
_LONGEST = 64 * KIB
"""Bytes of the text before the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensorrt:
    """An engine. `version` is that of TensorRT, empty in old engines; `begin` where it starts, `size` of how many bytes."""

    version: str
    begin: int
    size: int


def probe(head: Head) -> bool:
    return _begin(head.source) is not None


def read(source: ByteSource, limits: Limits) -> Tensorrt:  # noqa: ARG001
    """The engine in `source`. Raises `FormatError` where the file ends inside what is known of it."""
    begin = _begin(source)
    if begin is None:
        raise FormatError(f"the file begins with {source.read(0, 8)!r}, as no engine does", offset=0)
    header = source.read(begin, 28)
    if len(header) < 28:
        raise FormatError(f"the file of {source.size} bytes ends inside the header of the engine", offset=begin)
    known = header.startswith(TAGS[0]) and not any(header[4:8])
    version = ".".join(map(str, header[24:28])) if known else ""
    return Tensorrt(version=version, begin=begin, size=source.size - begin)


def _begin(source: ByteSource) -> int | None:
    start = source.read(0, 5)
    if start[:4] in TAGS:
        return 0
    length = int.from_bytes(start[:4], "little")
    if start[4:] == b"{" and 2 <= length <= _LONGEST and source.read(4 + length, 4) in TAGS:
        return 4 + length
    return None
