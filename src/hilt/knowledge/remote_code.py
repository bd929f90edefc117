"""Which configs name code to be imported, and which file of the repository that is.

Sources: transformers, `dynamic_module_utils.py` (`auto_map`, `custom_pipelines`: "module.Class", "owner/repo--module.Class"),
`generation/utils.py` (the folder `custom_generate`) and `integrations/hub_kernels.py` (attention as "owner/repo");
sentence-transformers, `modules.json` (`type`); diffusers, `model_index.json` (a component as ["module", "Class"]);
MLflow, `pyfunc/__init__.py` (`loader_module`, and `code`, which is put on Python's search path); Cog, `cog.yaml`
(`predict`); Inference Endpoints (`handler.py`) and SageMaker (`code/inference.py`), which run files by their name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hilt.knowledge.siblings import beside, leads_away

if TYPE_CHECKING:
    from hilt.formats.json import Json
    from hilt.formats.yaml_documents import Yaml

OWN_LIBRARIES = frozenset({"sentence_transformers", "diffusers", "transformers", "onnxruntime"})
ATTENTION = frozenset({"attn_implementation", "_attn_implementation", "_attn_implementation_internal"})
KERNEL = re.compile(r"(?:[^|]*\|)?(?P<repository>[^/:|]+/[^/:@|]+)(?:@[^/:]+)?(?::[^/:]+)?")
"""How transformers tells a repository of compiled kernels from the name of an implementation."""
_OF_HUB = re.compile(r"\w(?:[\w.-]*\w)?(?:/\w(?:[\w.-]*\w)?)?", re.ASCII)
BY_NAME = {
    "handler.py": "the name that Inference Endpoints look for",
    "code/inference.py": "the name that SageMaker looks for",
}
"""Files that a service runs because of their name."""
INSTALLERS = {"setup.py": "code that pip runs when it builds the package"}
"""Files that run when a package is installed from its source; until then they do nothing."""
CUSTOM_GENERATE = "custom_generate/generate.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReference:
    """What a config says: `key` names `text`, which is `module` of this repository, or of `elsewhere`.

    `path` is where the module must lie; `away` says why it lies outside the folder of the config. `compiled` code is
    native, and no module; `when` says what runs it, as a sentence goes on after its path. `revision` is the
    `code_revision` that the config states for code of `elsewhere`.
    """

    config: str
    key: str
    text: str
    path: str
    elsewhere: str = ""
    away: str = ""
    compiled: bool = False
    when: str = "is imported when remote code is trusted"
    revision: str = ""

    @property
    def of_hub(self) -> bool:
        """Is `elsewhere` a repository's name as hubs give them, and no folder or address?"""
        return _OF_HUB.fullmatch(self.elsewhere) is not None


def references(config: str, document: Json, files: frozenset[str]) -> tuple[CodeReference, ...]:
    """Every piece of code that a JSON file names, those behind keys that occur twice included."""
    name = config.rpartition("/")[2]
    values = [document.value, *({key: value} for key, value in document.hidden)]
    named = list(_auto_maps(values))
    if name == "modules.json":
        named += list(_sentence_transformers(document.value))
    revision = _code_revision(values)
    found = {_reference(config, key, text, revision) for key, text in named}
    if name == "model_index.json":
        components = {_reference(config, key, text) for key, text in _diffusers(document.value)}
        found |= {reference for reference in components if reference.path in files}
    found |= set(_kernels(config, values))
    return tuple(sorted(found, key=lambda reference: (reference.path, reference.key)))


def conventional(files: frozenset[str]) -> tuple[CodeReference, ...]:
    """Code that transformers imports for its place alone."""
    found = sorted(path for path in files if f"/{path}".endswith(f"/{CUSTOM_GENERATE}"))
    return tuple(CodeReference(config=path, key="custom_generate", text="generate.py", path=path) for path in found)


def of_mlflow(config: str, document: Yaml, files: frozenset[str]) -> tuple[CodeReference, ...]:
    """The Python files that the `MLmodel` of MLflow puts first on the search path."""
    match document.documents:
        case ({"flavors": {"python_function": {"code": str(code)}}}, *_):
            if away := leads_away(code):
                return (CodeReference(config=config, key="code", text=code, path=code, away=away),)
            folder = beside(config, code)
            inside = sorted(path for path in files if path.startswith(f"{folder}/") and path.endswith(".py"))
            return tuple(CodeReference(config=config, key="code", text=code, path=path) for path in inside)
    return ()


def of_cog(config: str, document: Yaml) -> Iterator[str]:
    """The Python files that the `cog.yaml` of Cog runs."""
    match document.documents:
        case ({**settings}, *_):
            for key in ("predict", "train"):
                text = str(settings.get(key) or "").partition(":")[0]
                if text and not leads_away(text):
                    yield beside(config, text)


def _code_revision(values: list[Any]) -> str:
    stated = {text for table in _tables(values) if isinstance(text := table.get("code_revision"), str)}
    return stated.pop() if len(stated) == 1 else ""


def _reference(config: str, key: str, text: str, revision: str = "") -> CodeReference:
    elsewhere, _, inside = text.rpartition("--")
    module = inside.rpartition(".")[0] or inside
    location = f"{module.replace('.', '/')}.py" if "/" not in module and "\\" not in module else f"{module}.py"
    away = leads_away(location)
    path = location if away else beside(config, location)
    revision = revision if elsewhere else ""
    return CodeReference(
        config=config, key=key, text=text, path=path, elsewhere=elsewhere, away=away, revision=revision
    )


def _tables(values: list[Any]) -> Iterator[dict[str, Any]]:
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield value
        if isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            pending.extend(part for part in inner if isinstance(part, dict | list))


def _auto_maps(values: list[Any]) -> Iterator[tuple[str, str]]:
    for table in _tables(values):
        if "auto_map" in table:
            yield from _texts("auto_map", table["auto_map"])
        if "custom_pipelines" in table:
            named = _texts("custom_pipelines", table["custom_pipelines"])
            yield from (("custom_pipelines", text) for place, text in named if place.endswith("impl"))


def _kernels(config: str, values: list[Any]) -> Iterator[CodeReference]:
    for table in _tables(values):
        for key in ATTENTION & table.keys():
            for place, text in _texts(key, table[key]):
                if found := KERNEL.fullmatch(text):
                    repository = found["repository"].strip()
                    yield CodeReference(
                        config=config, key=place, text=text, path="", elsewhere=repository, compiled=True
                    )


def _texts(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """(key path, string) of every string below `value`; its depth is bounded by the reader."""
    match value:
        case str():
            yield key, value
        case dict():
            for name, inner in value.items():
                yield from _texts(f"{key}.{name}", inner)
        case list():
            for inner in value:
                yield from _texts(key, inner)


def _sentence_transformers(value: Any) -> Iterator[tuple[str, str]]:
    for module in value if isinstance(value, list) else ():
        match module:
            case {"type": str(text)} if text.partition(".")[0] not in OWN_LIBRARIES:
                yield "type", text


def _diffusers(value: Any) -> Iterator[tuple[str, str]]:
    for key, component in value.items() if isinstance(value, dict) else ():
        match component:
            case [str(module), str(name)] if module.partition(".")[0] not in OWN_LIBRARIES:
                yield key, f"{module}.{name}"
                yield key, f"{key}/{module}.{name}"


def imported(path: str, tree: ast.Module) -> Iterator[str]:
    """The paths at which the module's relative imports must lie; a loader fetches and runs those too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            up = "../" * (node.level - 1)
            for module in [node.module] if node.module else [alias.name for alias in node.names]:
                location = f"{up}{module.replace('.', '/')}.py"
                if not leads_away(location):
                    yield beside(path, location)
