"""A YAML file that asks its loader for more than plain values.

What: tags that name Python objects, functions or modules (`!!python/object/apply:os.system`), and tags of other tools
that build objects from names (`!new:`, `!apply:`).

Why: a loader that obeys such a tag calls what it names, with the arguments that stand beside it. PyYAML does so under
`yaml.unsafe_load` and did so under `yaml.load` before version 6; HyperPyYAML does so by design.

What it cannot see: which loader will be used; values without a tag that a program looks up as a name later.

Fix: load the file with `yaml.safe_load`, which refuses these tags, or remove them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.yaml import Yaml

PYTHON = "tag:yaml.org,2002:python/"
PLAIN_PYTHON = frozenset("none bool str unicode bytes int long float complex list tuple dict".split())


def yaml_objects(file: ReadFile[Yaml]) -> Iterator[Finding]:
    for tag in file.value.tags:
        name = tag.name.removeprefix(PYTHON)
        if name in PLAIN_PYTHON:
            continue
        by_python = tag.name.startswith(PYTHON)
        severity = Severity.HIGH if by_python else Severity.MEDIUM
        message = f"asks Python for {name!r}" if by_python else f"the tag {name!r} asks the loader for an object"
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path, line=tag.line), message=message)


CHECK = listed("yaml-objects")
