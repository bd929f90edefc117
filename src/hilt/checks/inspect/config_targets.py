"""A config that names a callable for its loader to call.

What: keys of YAML and JSON whose value a framework imports and calls: `_target_` (Hydra, NeMo, Lightning, MONAI),
`class_path` (jsonargparse), `target` and `name` beside `params` (latent diffusion, pyannote), `auto_mapping` (PEFT),
`loader_module` (MLflow), components of diffusion pipelines, modules of sentence transformers that are no classes; and the
`$` expressions that MONAI evaluates. What is a known road to code, files or the network is told as that, with the
arguments beside it.

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
    from hilt.formats.yaml_documents import Yaml

_SHOWN = 100


def config_targets(file: ReadFile[Json | Yaml]) -> Iterator[Finding | Fact]:
    from hilt.knowledge.config_targets import evaluated, road, targets

    document = file.value.value if file.format == "json" else file.value.documents  # type: ignore[union-attr]
    if file.format == "json":
        document = [document, *({key: value} for key, value in file.value.hidden)]  # type: ignore[union-attr]
    for target in targets(document, components=file.name == "model_index.json"):
        if told := road(target.name):
            arguments = f", with {str(target.beside)[:_SHOWN]}" if target.beside else ""
            yield from _runs(file.path, f"{target.key} names {target.name[:_SHOWN]}{arguments}; it {told}")
    for text, told in evaluated(document):
        yield from _runs(file.path, f"the expression {text[:_SHOWN]!r} {told}")
    if file.name == "modules.json" and file.format == "json":
        yield from _of_sentence_transformer(file.path, file.value.value)  # type: ignore[union-attr]


def _runs(path: str, message: str) -> Iterator[Finding | Fact]:
    yield Finding(check=CHECK.id, severity=Severity.CRITICAL, where=Where(path=path), message=message)
    yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=path)


def _of_sentence_transformer(path: str, modules: Any) -> Iterator[Finding]:
    """Its loader imports `type` and calls `load` of it, on the folder: `type` must be a class."""
    for module in modules if isinstance(modules, list) else ():
        name = module.get("type") if isinstance(module, dict) else None
        if isinstance(name, str) and not name.rpartition(".")[2][:1].isupper():
            message = f"type names {name[:_SHOWN]!r}, which is no class: whatever load() it has is called on a folder of the model"
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=path), message=message)


CHECK = listed("config-targets")
