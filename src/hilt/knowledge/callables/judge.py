"""Is a callable of a pickle known to be safe, known to be dangerous, or unknown? Known safe is the only way to pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from hilt.core.patterns import lazy_pattern
from hilt.formats.pickle import Span
from hilt.formats.pickle_machine import Global, Items, Made, Opaque, Value
from hilt.knowledge.callables import dangerous, index, safe
from hilt.knowledge.callables.names import canonical
from hilt.knowledge.callables.safe_built import BUILT


class Standing(IntEnum):
    """Later values are worse."""

    SAFE = 0
    UNKNOWN = 1
    DANGEROUS = 2


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of a callable; `road` says what a dangerous one does, as a sentence goes on after its name."""

    standing: Standing
    road: str = ""


SAFE = Judgement(Standing.SAFE)
UNKNOWN = Judgement(Standing.UNKNOWN)


@lru_cache(maxsize=8192)
def resolve(module: str, name: str) -> tuple[str, str]:
    """The one name under which hilt knows this callable, whatever module it is taken from: see `names` and `index`."""
    here = canonical(module, name)
    if ".".join(here) in _RULES or safe.is_safe_to_name(*here):
        return here
    entry = index.find(*here)
    return here if entry is None or not entry.name else canonical(entry.module, entry.name)


def judge_name(module: str, name: str) -> Judgement:
    """A global that a pickle holds as a value, never calling it."""
    known = resolve(module, name)
    full = ".".join(known)
    if safe.is_safe_to_name(*known) or (full in _RULES and full not in _REACHING | _CALLED):
        return SAFE
    return Judgement(Standing.DANGEROUS, dangerous.REACH) if full in _REACHING else _beyond(module, name)


def is_inert(module: str, name: str) -> bool:
    """May what it makes be gone over, hashed and turned into text, without running more than that?"""
    known = resolve(module, name)
    return safe.is_inert(*known) or ".".join(known) in _RULES


def is_callable(value: Value) -> bool:
    """Does calling this value run what a pickle chose: a function, a class, or what holds one with arguments?"""
    return isinstance(value, Global) or (
        isinstance(value, Made)
        and isinstance(value.callable, Global)
        and ".".join(resolve(value.callable.module, value.callable.name)) in _REACHING
    )


def returns_its_argument(full: str) -> bool:
    return full in _SAME


def judge_call(module: str, name: str, args: Value, *, init: bool = True) -> Judgement:
    """A global that a pickle calls with these arguments; `init` is False where a class is made without `__init__`."""
    known = resolve(module, name)
    rule = _RULES.get(".".join(known))
    if rule is not None:
        standing = rule(args if isinstance(args, tuple) else (args,))
        if standing is not Standing.DANGEROUS:
            return Judgement(standing)
        return Judgement(standing, _beyond(module, name, init=init).road or dangerous.REACH)
    if safe.is_safe(*known, init=init) or (not init and ".".join(known) in _HOLDERS):
        return SAFE
    return _beyond(module, name, init=init)


def _beyond(module: str, name: str, *, init: bool = True) -> Judgement:
    """What is known of a callable that is not safe: the road that the index or a list has for it, or nothing."""
    known = resolve(module, name)
    entry = index.find(*known)
    for one in [entry] if entry is None or init or entry.kind != "class" else index.loading(entry):
        if one is not None and one.road:
            through = one.through if one is entry else (f"{one.module}.{one.name}", *one.through)
            by_way = f", by way of {', then '.join(through)}" if through else ""
            return Judgement(Standing.DANGEROUS, one.road + by_way)
    road = dangerous.road(*known) or dangerous.road(*canonical(module, name))
    return Judgement(Standing.DANGEROUS, road) if road else UNKNOWN


def final(module: str, name: str) -> str:
    """The name that a name comes down to: `os.system` for `torch._utils` + `os.system`."""
    return dangerous.final(*resolve(module, name))


# Callables that are safe with some arguments only.

_Args = tuple[Value, ...]
_ATTRIBUTE = lazy_pattern(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_DEVICE = lazy_pattern(r"[a-z]{1,20}(?::\d{1,4})?")


def _plain(value: Value, depth: int = 3) -> bool:
    """Numbers, texts, and containers of them: nothing that has methods of its own to be called, as deep as one looks."""
    match value:
        case None | bool() | int() | float() | str() | bytes() | Span():
            return True
        case tuple() | Items():
            inside = value if isinstance(value, tuple) else value.first
            return depth == 0 or all(isinstance(item, Global) or _plain(item, depth - 1) for item in inside)
        case Made(Global(module, name)):
            return is_inert(module, name)
        case _:
            return False


def _plain_only(args: _Args) -> Standing:
    return Standing.SAFE if all(_plain(arg) for arg in args) else Standing.UNKNOWN


def _container(args: _Args) -> Standing:
    """Made from plain values; no pickler makes one from the letters of a text."""
    return Standing.UNKNOWN if args and isinstance(args[0], str | bytes) else _plain_only(args)


def _partial(args: _Args) -> Standing:
    match args:
        case (Global(module, name), *_):
            # Whoever calls it runs the `__init__` of a class that is safe only where pickles leave it out.
            standing, full = judge_name(module, name).standing, ".".join(resolve(module, name))
            return max(standing, Standing.UNKNOWN) if full in BUILT or _RULES.get(full) in _LIMITS else standing
    return Standing.DANGEROUS


def _attrgetter(args: _Args) -> Standing:
    if any(not isinstance(arg, str) or dangerous.road("", arg) for arg in args):
        return Standing.DANGEROUS
    return Standing.SAFE if args and all(_ATTRIBUTE.fullmatch(arg) for arg in args) else Standing.UNKNOWN


def _itemgetter(args: _Args) -> Standing:
    return Standing.SAFE if all(isinstance(arg, int | str) for arg in args) else Standing.DANGEROUS


def _getattr(args: _Args) -> Standing:
    """Where the name is known, what it leads to is judged in its place."""
    match args:
        case (Global(module, owner), str(name)) if safe.is_method(*resolve(module, owner), name):
            return Standing.SAFE
        case (Made(Global(module, owner)), str(name)) if safe.is_method(*resolve(module, owner), name):
            return Standing.SAFE
        case (Global() | Made(), str(name), *_) if not dangerous.road("", name):
            return Standing.UNKNOWN
    return Standing.DANGEROUS


def _type(args: _Args) -> Standing:
    match args:
        case (None,) | (Global("builtins", "Ellipsis" | "NotImplemented"),):
            return Standing.SAFE
    return Standing.DANGEROUS


def _encode(args: _Args) -> Standing:
    match args:
        case (_, "latin1" | "latin-1" | "utf-8" | "utf8" | "ascii"):
            return Standing.SAFE
    return Standing.UNKNOWN


def _device(args: _Args) -> Standing:
    match args:
        case (str(kind),) | (str(kind), int()) if _DEVICE.fullmatch(kind):
            return Standing.SAFE
    return Standing.UNKNOWN


def _rebuild_from_type(args: _Args) -> Standing:
    match args:
        case (Global(function_module, function), Global(type_module, type_name), *_):
            inner = args[2] if len(args) > 2 else Opaque("nothing")
            known = judge_call(function_module, function, inner), judge_name(type_module, type_name)
            standing = max(judgement.standing for judgement in known)
            # What is no tensor is filled, by its own `__setstate__`, with a state that is not looked at.
            of_tensors = _TENSOR_MAKERS.fullmatch(".".join(resolve(function_module, function)))
            return standing if of_tensors else _misused(standing)
    return Standing.UNKNOWN


def _of_its_library(args: _Args) -> Standing:
    """Makes an object of the class that it is given, or calls a method of it: fine for those that it was written for."""
    if not args or not isinstance(args[0], Global):
        return Standing.UNKNOWN
    classes = [arg for arg in args if isinstance(arg, Global)]
    standing = max(judge_name(each.module, each.name).standing for each in classes)
    fitting = all(resolve(each.module, each.name)[0].partition(".")[0] in ("numpy", "pandas") for each in classes)
    return standing if fitting else _misused(standing)


def _misused(standing: Standing) -> Standing:
    """Two known things, neither of which was made for the other: nobody but an attacker puts them together."""
    return Standing.DANGEROUS if standing is Standing.SAFE else standing


def _text(args: _Args) -> Standing:
    """Turns what it is given into text, which asks objects for theirs, however deep inside they are."""
    plain = all(isinstance(arg, str | bytes | int | float | Span) for arg in args)
    return Standing.SAFE if plain and len(args) < 2 else Standing.UNKNOWN


def _number(args: _Args) -> Standing:
    """A fraction as pickles spell it, in digits: an exponent could ask for more memory than there is."""
    spelt = all(not (isinstance(arg, str) and "e" in arg.lower()) for arg in args)
    return _plain_only(args) if spelt else Standing.UNKNOWN


def _dtype(args: _Args) -> Standing:
    return _plain_only(tuple(arg for arg in args if not isinstance(arg, Global)))


def _bytes(args: _Args) -> Standing:
    return Standing.UNKNOWN if args and isinstance(args[0], int) else _plain_only(args)


def _any(args: _Args) -> Standing:  # noqa: ARG001 -- as every rule
    return Standing.SAFE


def _random_state(args: _Args) -> Standing:
    """Makes the generator that is named, or calls what is given for it."""
    foreign = [arg for arg in args if not isinstance(arg, str) and not _of_numpy_random(arg)]
    return Standing.UNKNOWN if foreign else Standing.SAFE


def _of_numpy_random(value: Value) -> bool:
    maker = value.callable if isinstance(value, Made) else value
    return isinstance(maker, Global) and maker.module.startswith("numpy.random.")


def _ufunc(args: _Args) -> Standing:
    match args:
        case (str(module), str(name)):
            return judge_name(module, name).standing
    return Standing.UNKNOWN


def _nested(args: _Args) -> Standing:
    """The bytes are a pickle of their own, which is followed where it can be; see the tracer."""
    return Standing.SAFE if args == (Opaque(NESTED),) else Standing.UNKNOWN


NESTED = "a pickle that was followed"

_RULES: dict[str, Callable[[_Args], Standing]] = {
    "builtins.dict": _container,
    "collections.deque": _container,
    "re._compile": _plain_only,
    "functools.partial": _partial,
    "operator.attrgetter": _attrgetter,
    "operator.itemgetter": _itemgetter,
    "builtins.getattr": _getattr,
    "builtins.type": _type,
    "codecs.encode": _encode,
    "builtins.str": _text,
    "builtins.int": _plain_only,
    "builtins.bytes": _bytes,
    "builtins.bytearray": _bytes,
    "fractions.Fraction": _number,
    "numpy.dtype": _dtype,
    "collections.UserString": _text,
    "numpy.str_": _text,
    "numpy.unicode_": _text,
    "torch.torch_version.TorchVersion": _text,
    "pandas.core.indexes.base._new_Index": _of_its_library,
    "pandas.core.indexes.datetimes._new_DatetimeIndex": _of_its_library,
    "pandas.core.indexes.interval._new_IntervalIndex": _of_its_library,
    "pandas.core.indexes.period._new_PeriodIndex": _of_its_library,
    "numpy.core.multiarray._reconstruct": _of_its_library,
    "numpy.ma.core._mareconstruct": _of_its_library,
    "torch.device": _device,
    "torch._tensor._rebuild_from_type": _rebuild_from_type,
    "torch._tensor._rebuild_from_type_v2": _rebuild_from_type,
    "torch.storage._load_from_bytes": _nested,
    "numpy.core._ufunc_reconstruct": _ufunc,
    "numpy.random.__RandomState_ctor": _random_state,
    "numpy.random.mtrand.__RandomState_ctor": _random_state,
    "numpy.random._pickle.__randomstate_ctor": _random_state,
    "numpy.random._pickle.__generator_ctor": _random_state,
    "numpy.random._pickle.__bit_generator_ctor": _random_state,
}
_SAME = frozenset(
    {"torch.jit._pickle.restore_type_tag", "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_tensorlist"}
    | {"torch.jit._pickle.build_doublelist", "torch.jit._pickle.build_boollist"}
)
"""Return the first thing that they are given."""
_RULES |= dict.fromkeys(_SAME, _any)
_TENSOR_MAKERS = lazy_pattern(
    r"torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_from_type(?:_v2)?|torch\.nested\.[\w.]+"
)
_LIMITS = (_of_its_library, _rebuild_from_type)
"""Rules for what nobody but a pickle calls, so that no honest one holds it with arguments for others to call."""
_CALLED = frozenset({"codecs.encode"})
"""Safe when called as a rule allows; no honest pickle holds it without calling it."""
_REACHING = frozenset(
    {"functools.partial", "operator.attrgetter", "builtins.getattr", "builtins.type", "numpy.vectorize"}
)
"""Safe when called as a rule allows, a tool in other hands when only named: a `map` over getattr, for one."""
_HOLDERS = frozenset({"numpy.vectorize"})
"""Tools when they are called with what to use, and nothing but a holder as pickles make them: empty, then filled."""
