"""Caffe layers that run Python, reach for files, or need another Caffe.

What: layers that import a Python module, write or read files by a path, and layers that Caffe does not have; nets and
snapshots of a solver that lie elsewhere. In a `.caffemodel` the layers are only mentioned: Caffe takes their numbers
from it, and builds the net from the `.prototxt`.

Why: Caffe builds a net by doing what its layers say. A Python layer imports the module it names, from wherever Python looks
for it, the working directory included, so that code that comes with the model runs. An output layer overwrites the file
that it names. A layer that Caffe lacks is native code from the publisher.

What it cannot see: what the Python module does, unless it lies in the repository and is read there; what parameters mean to
layers that Caffe does not have.

Fix: ask for a net without these layers (a `deploy.prototxt` needs no files), or check the module and the copy of Caffe as
you would any program.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.caffe_layers import KNOWN, OVERWRITES, PYTHON, WRITES
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.caffe import Caffe, Layer, Setting


def caffe_layers(file: ReadFile[Caffe]) -> Iterator[Finding | Fact]:
    model, builds = file.value, file.format == "caffe-prototxt"

    def seen(severity: Severity, message: str, line: int | None) -> Finding:
        where = Where(path=file.path, line=line)
        return Finding(check=CHECK.id, severity=severity if builds else Severity.LOW, where=where, message=message)

    for setting in model.solver:
        if away := leads_away(setting.value):
            does = "writes snapshots to" if ("solver", setting.name) in WRITES else "reads"
            yield seen(Severity.MEDIUM, f"{setting.name}: {does} {setting.value[:200]!r}, which {away}", setting.line)
    for layer in model.layers:
        for setting in layer.settings:
            judged = _judge(layer, setting)
            if judged is not None:
                yield seen(*judged, setting.line)
                if builds and judged[0] is Severity.CRITICAL:
                    yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
    strange = {layer.type: layer for layer in reversed(model.layers) if KNOWN.get(layer.type) != "" and builds}
    for kind, layer in sorted(strange.items()):
        if kind in KNOWN:
            yield seen(Severity.LOW, f"needs the layer {kind!r} of {KNOWN[kind]}", layer.line)
        elif not kind.isupper():  # a layer of V1, which has a fixed list
            yield seen(Severity.MEDIUM, f"needs the layer {kind!r}, which no widely used Caffe brings", layer.line)


def _judge(layer: Layer, setting: Setting) -> tuple[Severity, str] | None:
    what, value = (setting.part, setting.name), setting.value[:200]
    if what == PYTHON:
        return Severity.CRITICAL, f"layer {layer.name!r} imports the Python module {value!r} and runs it"
    if setting.part == PYTHON[0] or not value:
        return None
    if what == OVERWRITES:
        return Severity.CRITICAL, f"layer {layer.name!r} overwrites the file {value!r}"
    if away := leads_away(setting.value):
        return Severity.MEDIUM, f"layer {layer.name!r} reads {value!r}, which {away}"
    return Severity.LOW, f"layer {layer.name!r} reads {value!r}"


CHECK = listed("caffe-layers")
