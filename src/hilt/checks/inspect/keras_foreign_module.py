"""A Keras model that is built of something other than Keras.

What: classes and functions in the config that are looked up outside Keras, or in parts of Keras that models have no use
for; wrapped PyTorch modules; custom classes and functions.

Why: to build a model Keras imports the modules that its config names, and calls what it finds there with arguments from
the config. A config that says `subprocess` runs programs, one that says `keras.utils.get_file` downloads, and one that
says `keras.config.enable_unsafe_deserialization` opens the door for the rest, with `safe_mode` on as well, in versions
of Keras that are still about (CVE-2025-1550, CVE-2025-8747, CVE-2025-9906). A wrapped PyTorch module is a pickle
(CVE-2025-49655). A custom class needs code that is not in the file, and that somebody has to trust.

What it cannot see: what custom classes and functions do.

Fix: do not load it where a module outside Keras is named. For custom classes, ask the publisher for their code, and read
it before you pass it as `custom_objects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.keras import Keras
    from hilt.formats.keras_h5 import KerasH5


def keras_foreign_module(file: ReadFile[Keras | KerasH5]) -> Iterator[Finding | Fact]:
    from hilt.knowledge.keras_objects import foreign, objects

    seen: dict[tuple[Severity, str], list[str]] = {}
    for found in objects(file.value.config):
        led = foreign(found)
        if led is not None:
            seen.setdefault(led, []).append(f"the layer {found.layer!r}" if found.layer else found.path or "the model")
    for (severity, target), places in seen.items():
        more = f" and {len(places) - 1} more are" if len(places) > 1 else " is"
        message = f"{places[0]}{more} built of {target}"
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)
    if any(severity is Severity.CRITICAL for severity, _ in seen):
        yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
    elif seen:
        yield Fact(key=CODE_ON_LOAD.key, value=None, known=Known.UNKNOWN, source=file.path)


CHECK = listed("keras-foreign-module")
