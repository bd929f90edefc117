"""Values in MessagePack that only a decoder of one's own understands.

What: extensions of types that neither the specification nor Flax defines; arrays of objects as msgpack-numpy writes them,
whose elements are a pickle; arrays whose bytes are not as many as their shape needs.

Why: what an extension becomes is up to the program that reads it, and msgpack-numpy hands arrays of objects to
`pickle.loads`, so that a file that looks like plain data runs code. (What is in those pickles is told by the checks of
pickles.)

What it cannot see: what a program does with an extension of its own.

Fix: ask the publisher for plain arrays, or for safetensors; load with `flax.serialization` or `srsly`, which unpickle nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.msgpack import Msgpack

_SHOWN = 100


def msgpack_own_types(file: ReadFile[Msgpack]) -> Iterator[Finding]:
    value = file.value

    def seen(severity: Severity, message: str, name: str, offset: int) -> Finding:
        where = Where(path=file.path, tensor=name[:_SHOWN], offset=offset)
        return Finding(check=CHECK.id, severity=severity, where=where, message=message)

    for extension in value.extensions:
        said = f"an extension of type {extension.type} with {extension.size} bytes, which only its own program can read"
        yield seen(Severity.MEDIUM, said, extension.name, extension.begin)
    for place in value.object_arrays:
        if any(stream.start == place.begin for stream in value.pickles):
            said = "an array of objects: msgpack-numpy unpickles it as it reads the file"
            yield seen(Severity.LOW, said, place.name, place.begin)
        else:
            said = "an array of objects, which msgpack-numpy unpickles, holds no pickle that hilt can read"
            yield seen(Severity.HIGH, said, place.name, place.begin)
    for array in value.arrays:
        if array.declared_bytes is not None and array.declared_bytes != array.size:
            said = f"{array.dtype} {list(array.shape)} needs {array.declared_bytes} bytes, {array.size} are there"
            yield seen(Severity.MEDIUM, said, array.name, array.begin)


CHECK = listed("msgpack-own-types")
