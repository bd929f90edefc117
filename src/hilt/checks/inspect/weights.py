"""What the weights are: how many numbers, in which formats, of which architecture.

What: counts the numbers in the headers of safetensors, GGUF, ONNX and Keras files, shards of one set together, and
repeats what GGUF says of its architecture and its context length. A set of shards that is not whole is
told, and not counted.

Why: what a model needs and what it may be used for begins with what it is. Counts and formats come from the headers that
place every byte of the file, so they are known; the architecture is what the publisher wrote.

What it cannot see: weights in other formats, and numbers that are packed several into one by a format of their own.

Fix: nothing; where shards are missing, download the whole set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from hilt.checks import listed
from hilt.checks.check import ReadFile, Repository
from hilt.checks.inspect.facts import ARCHITECTURE, CONTEXT_LENGTH, DTYPES, PARAMETERS
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, FactSpec, Known, Value
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.gguf import Gguf
    from hilt.knowledge.weight_sets import WeightSet

_COUNTABLE = 1 << 63
"""No header that states more numbers than this is true."""
_LONGEST = 200


def weights(repository: Repository) -> Iterator[Finding | Fact]:
    from hilt.knowledge.weight_sets import weight_sets

    for held in weight_sets(repository.formats):
        if held.missing:
            told = ", ".join(map(str, held.missing[:10])) + (", ..." if len(held.missing) > 10 else "")
            message = f"of the {len(held.missing) + len(held.paths)} shards {held.name} these are missing: {told}"
            yield Finding(check=CHECK.id, severity=Severity.INFO, where=Where(path=held.paths[0]), message=message)
        try:
            files = [repository.read(path) for path in held.paths]
        except (FormatError, SourceError):
            continue  # that it could not be read is in the coverage
        yield from _counted(held, files)
        if files[0].format == "gguf":
            yield from _claimed(held.paths[0], cast("Gguf", files[0].value))


def _counted(held: WeightSet, files: list[ReadFile[object]]) -> Iterator[Fact]:
    from hilt.knowledge.weight_sets import PARTS

    parts = [PARTS[file.format](file.value) for file in files]
    parameters = sum(part.parameters for part in parts)
    dtypes = tuple(sorted({dtype for part in parts for dtype in part.dtypes}))
    if 0 < parameters < _COUNTABLE and not held.missing:
        yield _fact(PARAMETERS, parameters, Known.VERIFIED, held.name)
    if dtypes:
        yield _fact(DTYPES, dtypes, Known.VERIFIED, held.name)


def _claimed(path: str, header: Gguf) -> Iterator[Fact]:
    architecture = header.value("general.architecture")
    if isinstance(architecture, str) and 0 < len(architecture) <= _LONGEST:
        yield _fact(ARCHITECTURE, (architecture,), Known.CLAIMED, path)
        length = header.value(f"{architecture}.context_length")
        if type(length) is int:
            yield _fact(CONTEXT_LENGTH, length, Known.CLAIMED, path)


def _fact(spec: FactSpec, value: Value, known: Known, source: str) -> Fact:
    return Fact(key=spec.key, value=value, known=known, source=source)


CHECK = listed("weights")
