"""What pickles may spell and no pickler writes: names, arguments and states that two readers take differently."""

from __future__ import annotations

import re

from hilt.formats.archive import Oddity
from hilt.formats.pickle import Opcode, Span
from hilt.formats.pickle_growth import MOST
from hilt.formats.pickle_machine import Items, Made, Opaque, Value
from hilt.knowledge.callables import render

HOOK = "__setstate__"
"""The method that BUILD asks an object for, the object's own dictionary included."""

_NAME = re.compile(r"[A-Za-z0-9_.<>-]+")
_PYTHON_2 = frozenset(
    {"__builtin__", "copy_reg", "exceptions", "cPickle", "cStringIO", "StringIO", "UserDict", "UserList", "UserString"}
    | {"Queue", "ConfigParser", "commands", "urllib2", "httplib", "thread", "dummy_thread", "itertools.imap"}
)
_TRANSLATED_UNTIL = 2
"""The last protocol at which Python 3 takes Python 2's names for its own."""
_SLOTS = 2
_PYDANTIC = "__pydantic_fields_set__"
_GROWN = {"grown-hugely": 10**9, "grown": 10**7}
_GROWTH = 1000
"""Values that a walk meets, and how many times those that the file spells out, from which on that is told."""
_TOLERATED = frozenset({"__orig_class__", "__wrapped__"})
_ASKED_FOR = frozenset({"_patch_step_function", "_build_f", "to_json_string"})
"""Methods of their own that optimisers, estimators and settings call while they are filled or hashed."""
_OPTIMISER = {"defaults": ("dict",), "param_groups": ("list",), "state": ("dict",)}
"""What of its state an optimiser calls methods of, and the only types that it may have."""
_OF_CLASSES = frozenset({HOOK, "__class__", "__dict__", "__reduce__", "__reduce_ex__", "__getattribute__"})


def odd_name(module: str, name: str, protocol: int) -> str:
    """Why a global is spelled as no pickler spells one; empty where it is not."""
    if not (_NAME.fullmatch(module) and _NAME.fullmatch(name)):
        return f"looks up {name!r} in {module!r}, which is no name as picklers write it; readers differ on such names"
    if protocol > _TRANSLATED_UNTIL and module in _PYTHON_2:
        return f"names {module}.{name} of Python 2 in protocol {protocol}, where no loader translates it: whatever file bears that name is imported"
    return ""


def odd_arguments(args: Value, how: Opcode) -> str:
    """Why a call's arguments are not what picklers write; empty where they are."""
    if args.__class__ is tuple and how is not Opcode.NEWOBJ_EX:
        return ""
    args, keywords = args if how is Opcode.NEWOBJ_EX else (args, Items("dict"))
    if _is(args, "tuple") and _is(keywords, "dict"):
        return ""
    return f"calls with {render.render(args)} for arguments, which is no tuple; one unpickler refuses it, another calls"


def odd_state(target: Value, state: Value, hooked: bool) -> str:
    """Why a BUILD is none that a pickler writes; `hooked` says that the pickle spells out `HOOK` somewhere."""
    if not isinstance(target, Made | Opaque) and not hasattr(target, "module"):
        return f"gives a state to {render.render(target)}, which can have none"
    of_torch = isinstance(target, Made) and getattr(target.callable, "module", "").startswith("torch.optim.")
    if of_torch and (odd := _odd_optimiser(state)):
        return odd
    own, slots = state if isinstance(state, tuple) and len(state) == _SLOTS else (state, None)
    for each, set_by_name in ((own, False), (slots, True)):
        if not isinstance(each, Items) or each.kind != "dict":
            continue
        pairs = each.pairs()
        keys = [key for key, _ in pairs]
        for key in keys:
            if isinstance(key, str) and key in _OF_CLASSES and not (key == "__dict__" and _PYDANTIC in keys):
                return f"puts {key} on an object, and may so bring a method that the next BUILD calls"
            if isinstance(key, Made | Opaque):
                return f"sets an attribute of an object by {render.render(key)}, which is no name"
            if set_by_name and not isinstance(key, str | Span):
                return f"sets an attribute of an object by {render.render(key)}, which is no name"
        for key, value in pairs:
            if _replaces(key) and not isinstance(value, str | bytes | int | float | None | Span | tuple | Items):
                return f"puts {render.render(value)} on an object as {key}, which whoever fills or uses it calls"
        if hooked and each.size > len(each.first):
            return f"fills an object with {each.size} attributes where the pickle names {HOOK}"
    if own is not None and own.__class__ in (bool, int, float, str, bytes) and not own:
        return f"gives {own!r} as state, which one unpickler refuses and another passes over"
    return ""


def odd_items(items: list[Value]) -> str:
    """Why items that are set on an object are none that a pickler writes; some objects show items as attributes."""
    for item in items:
        if isinstance(item, tuple) and item and (item[0] == HOOK or isinstance(item[0], Made)):
            return f"sets {render.render(item[0])} on an object, and may so bring a method that the next BUILD calls"
    return ""


def _odd_optimiser(state: Value) -> str:
    """Why the state of an optimiser is none that PyTorch writes; empty where it is."""
    if not isinstance(state, Items):
        return ""
    for key, kinds in _OPTIMISER.items():
        value = state.get(key)
        factory = isinstance(value, Made) and getattr(value.callable, "name", "") in ("defaultdict", "OrderedDict")
        if value is not None and not factory and not (isinstance(value, Items) and value.kind in kinds):
            return f"gives an optimiser {render.render(value)} as {key}, whose methods it calls"
    groups = state.get("param_groups")
    if isinstance(groups, Items) and any(not _is(group, "dict") for group in groups.first):
        return "gives an optimiser groups of parameters that are no dictionaries, whose methods it calls"
    return ""


def _replaces(key: Value) -> bool:
    """Is this the name of a method that is asked for, rather than of data?"""
    if not isinstance(key, str) or key in _TOLERATED or key.startswith("__pydantic_"):
        return False
    return key in _ASKED_FOR or (key.startswith("__") and key.endswith("__") and len(key) > len("____"))


def _is(value: Value, kind: str) -> bool:
    return (
        isinstance(value, tuple)
        if kind == "tuple" and isinstance(value, tuple)
        else (isinstance(value, Items) and value.kind == kind)
    )


def odd_growth(spelt: int, walked: int) -> list[Oddity]:
    """Where `spelt` values become so many for whoever walks them that it never ends."""
    id_ = next((id_ for id_, least in _GROWN.items() if walked >= least), None)
    if id_ is None or walked <= _GROWTH * spelt:
        return []
    meets = f"{'at least ' if walked == MOST else ''}{walked:,}"
    said = f"{spelt} values refer to each other so that comparing, hashing or printing them meets {meets}"
    return [Oddity(id=id_, message=said)]
