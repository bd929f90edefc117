#!/usr/bin/env python3
"""Writes knowledge/openness/architectures.json: the architectures that the library transformers has code for.

python scripts/build_architectures.py FOLDER    the folder of an unpacked or installed transformers; nothing of it is run
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

AS_OF = "2026-11-21"
TARGET = Path(__file__).parents[1] / "src" / "hilt" / "knowledge" / "openness" / "architectures.json"


def main(folder: Path) -> None:
    names: dict[str, str] = {}
    for name in ("auto_mappings.py", "configuration_auto.py"):
        tree = ast.parse((folder / "models" / "auto" / name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple | ast.Dict):
                names |= dict(pairs(node))
    version = re.search(r'__version__ = "([^"]+)"', (folder / "__init__.py").read_text(encoding="utf-8"))
    told = {"as_of": AS_OF, "source": f"transformers {version[1] if version else '?'}"}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in told.items()]
    lines.append('  "begin": ' + json.dumps(dict(sorted(names.items()))))
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def pairs(node: ast.Tuple | ast.Dict) -> list[tuple[str, str]]:
    """Types of models, and how the names of their classes begin."""
    if isinstance(node, ast.Dict):
        found = list(zip(node.keys, node.values, strict=True))
    else:
        found = [(node.elts[0], node.elts[1])] if len(node.elts) == 2 else []
    return [
        (key.value, value.value.removesuffix("Config"))
        for key, value in found
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant) and str(value.value).endswith("Config")
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
