"""What a reader looks for in bytes, taken from its source: words that the fuzzer puts into its inputs."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import hilt.formats
from hilt.formats import READERS
from hilt.formats.reader import Reader

_FORMATS = Path(hilt.formats.__file__).parent
_LONGEST = 32
_MODULES_OF_READERS = {reader.id.replace("-", "_") for reader in READERS}


@cache
def parts(module: str) -> frozenset[str]:
    """The modules that a reader is made of: its own, and what it imports that is no reader itself."""
    found, pending = {module}, [module]
    while pending:
        for node in ast.walk(_tree(pending.pop())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hilt.formats."):
                name = str(node.module).removeprefix("hilt.formats.")
                if name not in found and name not in _MODULES_OF_READERS:
                    found.add(name)
                    pending.append(name)
    return frozenset(found)


def words(reader: Reader) -> list[bytes]:
    """Magic numbers, and the short constants of all its parts."""
    found = {magic for _, magic in reader.magic}
    for part in parts(reader.id.replace("-", "_")):
        for node in ast.walk(_tree(part)):
            if isinstance(node, ast.Constant) and isinstance(node.value, bytes | str):
                value = node.value.encode("utf-8", "replace") if isinstance(node.value, str) else node.value
                found.add(value if b" " not in value else b"")
    return sorted(word for word in found if 0 < len(word) <= _LONGEST)


def _tree(module: str) -> ast.Module:
    return ast.parse((_FORMATS / f"{module}.py").read_text(encoding="utf-8"))
