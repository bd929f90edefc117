"""A file whose name promises another format than it holds.

What: names with an extension that some format goes under, and content of a format that does not go under it. Worst is a
format that runs code when it is loaded or started under the name of one that cannot.

Why: people and tools trust names: they let `.safetensors` and `.json` pass and look at `.pkl`. Some loaders look at the
content instead, and unpickle whatever unpickles.

What it cannot see: names that promise nothing (`weights`, `model.dat`), and which of the two a given loader believes.

Fix: rename the file to what it is, and look at what is found under its true format; if it pretended, do not use it.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.examined import EMPTY, UNKNOWN
from hilt.core.finding import Finding, Severity, Where
from hilt.formats import READERS

RUNS_CODE = frozenset(
    (
        "pickle",
        "joblib",
        "torch-legacy",
        "torch-zip",
        "torchscript",
        "elf",
        "pe",
        "macho",
        "llamafile",
        "bytecode",
        "script",
    )
)
"""Formats that run code, or can, once they are loaded or started."""

TEXTS = frozenset(
    """
    text json yaml model-card licence jinja python xml tokenizer lightgbm lfs-pointer caffe-prototxt triton-config
    json-lines ini package-metadata sigstore-bundle
    """.split()
)
"""Formats that are plain text: one under the name of another deceives no loader."""

STRICT = (".json", ".xml")
"""Names of texts that nobody reads as anything else."""

_TITLES = {reader.id: reader.title for reader in READERS}


def extension_mismatch(file: ReadFile[object]) -> Iterator[Finding]:
    strict = file.name.lower().endswith(STRICT)
    promised = [reader.id for reader in READERS if reader.claims(file.name) and not (strict and reader.id == "text")]
    if not promised or file.format in (*promised, UNKNOWN, EMPTY):
        return
    if file.format in TEXTS and not TEXTS.isdisjoint(promised) and not (strict and file.format == "text"):
        return
    lies = file.format in RUNS_CODE and RUNS_CODE.isdisjoint(promised)
    names = " or ".join(_TITLES[format_id] for format_id in promised[:3])
    message = f"the name promises {names}, the content is {_TITLES[file.format]}"
    severity = Severity.HIGH if lies else Severity.LOW
    yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


CHECK = listed("extension-mismatch")
