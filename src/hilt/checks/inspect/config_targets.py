"""A config that names a callable for its loader to call.

What: the key `_target_` in YAML and JSON (Hydra, NeMo, Lightning), anywhere in the document, with the dotted name that it
holds. Targets that are a known road to code, files or the network are told as that, with the arguments beside them.

Why: `hydra.utils.instantiate` imports whatever `_target_` names and calls it with the values that stand beside it. A model
whose config says `os.system` runs a command when it is restored.

What it cannot see: what a target that is no known road does; names that a program puts together; keys of other names.

Fix: do not restore the model; ask the publisher for a config whose targets are classes of its own framework.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.json import Json
    from hilt.formats.yaml import Yaml

KEY = "_target_"
_SHOWN = 100
_DEEP = 20


def config_targets(file: ReadFile[Json | Yaml]) -> Iterator[Finding | Fact]:
    document = file.value.value if file.format == "json" else file.value.documents  # type: ignore[union-attr]
    for table in _tables(document):
        target = table.get(KEY)
        if isinstance(target, str) and (told := _road(target.strip())):
            arguments = str({key: value for key, value in table.items() if key != KEY})[:_SHOWN]
            message = f"{KEY} names {target[:_SHOWN]}, with {arguments}; it {told}"
            yield Finding(check=CHECK.id, severity=Severity.CRITICAL, where=Where(path=file.path), message=message)
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


def _road(target: str) -> str:
    """Which known road a dotted name leads along; where its module ends is not written in it."""
    from hilt.knowledge.callables.dangerous import road

    parts = target.split(".")[:_DEEP]
    ways = (road(".".join(parts[:at]), ".".join(parts[at:])) for at in range(1, len(parts)))
    return next((way for way in ways if way), "")


def _tables(document: Any) -> Iterator[dict[Any, Any]]:
    """Every table of the document. YAML may hold one at several places: it is looked at once."""
    pending, seen = [document], set[int]()
    while pending:
        value = pending.pop()
        if isinstance(value, dict | list | tuple) and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, dict):
                yield value
            pending.extend(value.values() if isinstance(value, dict) else value)


CHECK = listed("config-targets")
