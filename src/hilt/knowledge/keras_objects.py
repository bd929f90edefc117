"""The objects that Keras builds from a model's config, and where their names lead."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.core.finding import Severity
from hilt.knowledge.callables import dangerous
from hilt.knowledge.keras_names import CLASSES, COMPUTE, FAMILY, FUNCTIONS, OPERATIONS, PARTS, REACHING

FUNCTION, LAMBDA = "function", "__lambda__"
_SERIALISED = frozenset(
    ["__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__", "__tuple__", LAMBDA]
)
"""Class names that stand for plain values, and the one for a lambda, which has a check of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasObject:
    """One object of a config: a class to be built, or a function to be looked up.

    `path` says where in the config it stands, `layer` is its name where it has one. `config` is what it is built from.
    """

    path: str
    layer: str
    class_name: str
    module: str
    registered_name: str
    config: Any

    @property
    def names(self) -> tuple[str, ...]:
        """The names that Keras looks up in the module, in its order."""
        first = self.config if self.class_name == FUNCTION and isinstance(self.config, str) else self.class_name
        return tuple(dict.fromkeys(name for name in (first, self.registered_name) if name and name != FUNCTION))


def objects(config: Any) -> Iterator[KerasObject]:
    """Every object in a config, however deep."""
    todo: list[tuple[str, Any]] = [("", config)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, list):
            todo.extend((f"{path}[{index}]", item) for index, item in reversed(list(enumerate(value))))
        elif isinstance(value, dict):
            if isinstance(value.get("class_name"), str):
                yield _object(path, value)
            todo.extend((f"{path}.{key}" if path else key, item) for key, item in reversed(value.items()))


def _object(path: str, value: dict[str, Any]) -> KerasObject:
    config = value.get("config")
    class_name = value["class_name"]
    if class_name == "__typespec__":
        class_name = _text(value.get("spec_name")) or class_name
    return KerasObject(
        path=path,
        layer=(_text(config.get("name")) if isinstance(config, dict) else "") or _text(value.get("name")),
        class_name=class_name,
        module=_text(value.get("module")),
        registered_name=_text(value.get("registered_name")),
        config=config,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


Led = tuple[Severity, str]
"""How bad it is where a name leads, and where that is."""


def foreign(found: KerasObject) -> Led | None:
    """Where the names of this object lead, the worst of them; None where that is Keras itself."""
    if found.class_name in _SERIALISED:
        return None
    if "TorchModuleWrapper" in {name.rpartition(">")[2] for name in found.names}:
        return Severity.CRITICAL, "TorchModuleWrapper, which unpickles the PyTorch module that the config holds"
    led = [target for name in found.names if (target := _target(found, name)) is not None]
    return max(led, key=lambda target: target[0], default=None)


def _target(found: KerasObject, name: str) -> Led | None:
    module, is_function = found.module, found.class_name == FUNCTION
    if any(module == family or module.startswith(f"{family}.") for family in FAMILY):
        return _in_family(found, name)
    # Keras itself writes "builtins" for its own functions, and for those that it does not know where to find.
    if not module or (module == "builtins" and is_function and not hasattr(builtins, name)):
        known = FUNCTIONS if is_function else CLASSES
        plain = name.removeprefix("Custom>")
        return (
            None
            if plain in known
            else (Severity.MEDIUM, f"the custom {'function' if is_function else 'class'} {name!r}")
        )
    road = dangerous.road(module, name)
    if road or module == "builtins":
        return Severity.CRITICAL, f"{module}.{name}, which {road or 'is no part of a model'}"
    return Severity.MEDIUM, f"{module}.{name}, which is not part of Keras"


def _in_family(found: KerasObject, name: str) -> Led | None:
    root, *parts = found.module.split(".")
    full = f"{found.module}.{name}"
    is_function = found.class_name == FUNCTION
    if name in CLASSES or (is_function and name in FUNCTIONS):
        return None
    if not is_function and root.startswith("keras_") and name[:1].isupper():
        return None
    if not is_function and (full in PARTS or (OPERATIONS.fullmatch(found.module) and name[:1].isupper())):
        return None
    if ">" in name:
        return Severity.MEDIUM, f"the custom object {name!r}"
    if REACHING.intersection(parts):
        return Severity.CRITICAL, f"{full}, which downloads, reads, writes, loads or switches off safety"
    if is_function and COMPUTE.intersection(parts):
        return None
    return Severity.MEDIUM, f"{full}, which Keras does not offer for models"
