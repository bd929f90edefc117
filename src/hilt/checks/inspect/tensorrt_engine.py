"""A TensorRT engine, into which nobody but NVIDIA's library can see.

What: every engine (`.engine`, `.plan`).

Why: an engine is compiled code for one kind of graphics processor and one version of TensorRT, in a format that is not
documented. It may ask for plugins, which are native code that takes its settings from the engine; an engine that works
with several versions may bring libraries that run on the processor once the program allows it
(`setEngineHostCodeAllowed`). NVIDIA says: deserialise engines that you trust, and no others.

What it cannot see: anything in the engine: which plugins it asks for, whether libraries are in it (--search-bytes looks for
them), what it computes.

Fix: ask for the ONNX file that it was made from and build the engine yourself with `trtexec --onnx=model.onnx
--saveEngine=model.engine`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.tensorrt import Tensorrt


def tensorrt_engine(file: ReadFile[Tensorrt]) -> Iterator[Finding]:
    engine = file.value
    version = f"TensorRT {engine.version}" if engine.version else "an older TensorRT"
    message = f"{engine.size} bytes of compiled code of {version}, which hilt cannot see into"
    where = Where(path=file.path, offset=engine.begin or None)
    yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=message)


CHECK = listed("tensorrt-engine")
