"""A TorchServe archive that installs packages or names files elsewhere.

What: the manifest of a `.mar` or `.war` archive that names a file of requirements, or files outside of the archive. The
handler and the model's class, which the server imports, are what remote-code tells.

Why: where the server is told to (`install_py_dep_per_model`), it hands the requirements to pip before it loads the model:
packages of any name, at whatever version is there that day, and installing a package may run its code.

What it cannot see: what those packages do; whether your server installs them.

Fix: build an image with packages that you pinned, and leave `install_py_dep_per_model` off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.json import Json

_FILES = ("serializedFile", "extraFiles", "requirementsFile", "configFile", "specFile")


def torchserve_manifest(file: ReadFile[Json]) -> Iterator[Finding]:
    if file.name != "MANIFEST.json":
        return
    from hilt.knowledge.torchserve import described, is_manifest

    if not is_manifest(file.path):
        return
    model, where = described(file.value.value), Where(path=file.path)
    if requirements := model.get("requirementsFile"):
        message = (
            f"TorchServe may install the packages that {str(requirements)[:100]!r} lists before it loads the model"
        )
        yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=message)
    for key in _FILES:
        value = model.get(key)
        for name in value if isinstance(value, list) else str(value or "").split(","):
            if away := leads_away(str(name).strip()):
                message = f"{key} names {str(name)[:100]!r}, which {away}"
                yield Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)


CHECK = listed("torchserve-manifest")
