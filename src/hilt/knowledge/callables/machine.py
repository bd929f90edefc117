"""Runs a pickle symbolically and tells what it would call, with which arguments, and what else it would do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import pickle
from hilt.formats.archive import Oddity
from hilt.formats.pickle import Opcode, PickleStream, Span
from hilt.formats.pickle_growth import growth
from hilt.formats.pickle_machine import Global, Items, Machine, Made, Opaque, Value
from hilt.formats.torch_storage import storage
from hilt.knowledge.callables import dangerous, judge, render, safe, ways
from hilt.knowledge.callables.distributions import filled
from hilt.knowledge.callables.dtypes import odd_dtype
from hilt.knowledge.callables.inert import Inertness
from hilt.knowledge.callables.judge import (
    NESTED,
    UNKNOWN,
    Judgement,
    Standing,
    judge_call,
    judge_name,
    resolve,
    returns_its_argument,
)
from hilt.knowledge.callables.odd import HOOK, odd_arguments, odd_growth, odd_items, odd_name, odd_state
from hilt.knowledge.callables.trace import Asked, Call, Nested, Trace

_TRACES: WeakKeyDictionary[PickleStream, Trace] = WeakKeyDictionary()


def trace(stream: PickleStream, limits: Limits, depth: int = 0) -> Trace:
    """What loading `stream` does; told once per stream and remembered."""
    if stream not in _TRACES:
        tracer = _Tracer(stream, limits, depth)
        broken = stream.broken
        try:
            tracer.run(stream.ops(in_runs=True))
            if tracer.shared >= _SHARED:
                tracer.oddities += odd_growth(*growth(stream.ops(), limits))
        except FormatError as error:
            broken = error
        _TRACES[stream] = Trace(
            calls=tracer.calls(), oddities=tuple(tracer.oddities), nested=tuple(tracer.nested),
            asked=tuple(tracer.asked.values()), broken=broken,
        )  # fmt: skip
    return _TRACES[stream]


class _Key(NamedTuple):
    way: str
    module: str
    name: str
    args: str


_EXAMPLES = 64
"""Calls of one dangerous callable that are told apart by their arguments."""
_ODDITIES = 64
_SHARED = 24
"""With fewer containers in more than one place, nothing becomes much larger than it is."""
_HOLDING = frozenset({tuple, Items, Made})
_CHAIN = 32
"""Callables made from callables (partial of partial ...) that are followed."""
_HEADS = {b"\x80", "\x80", "_"}
_BEGINNINGS = {b"PK", b"\xc2\x80", b"\x80\x02"}
"""How the long texts begin that may stand for bytes that a call loads."""


class _Tracer(Machine):
    def __init__(self, stream: PickleStream, limits: Limits, depth: int) -> None:
        super().__init__(limits)
        self.oddities: list[Oddity] = []
        self.nested: list[Nested] = []
        self.asked: dict[Value, Asked] = {}
        self.shared = 0
        self._source, self._protocol, self._limits, self._depth = stream.source, stream.protocol, limits, depth
        self._globals: dict[tuple[str, str], Global] = {}
        self._named_at: dict[Global, int] = {}
        self._used: set[Global] = set()
        self._safe: dict[tuple[Global, bool], Made] = {}
        self._objects = Inertness()
        self._seen: dict[_Key, Call] = {}
        self._examples: dict[tuple[str, str], int] = {}
        self._hooked = False
        """Does a text stand in the pickle that is the name of a method which pickles call?"""

    def calls(self) -> tuple[Call, ...]:
        """Everything not known to be safe, in the order of the file."""
        for target, position in self._named_at.items():
            if target not in self._used:
                self._record("names", target, "", judge_name(target.module, target.name), position)
        return tuple(sorted(self._seen.values(), key=lambda call: call.position))

    # What the machine asks.

    def named(self, module: Value, name: Value, position: int) -> Value:
        if isinstance(module, str) and isinstance(name, str):
            return self._lookup(module, name, position)
        for part in (module, name):
            if not isinstance(part, str | Span | Made | Opaque):
                raise FormatError(f"a global is looked up by {render.render(part)}, not by text", offset=position)
        named = Opaque(f"a name computed from {render.render(module)} and {render.render(name)}")
        self._record("names", Global("", render.render(named)), (), UNKNOWN, position, computed=True)
        return named

    def called(self, callable_: Value, args: Value, how: Opcode, position: int) -> Value:
        if odd := odd_arguments(args, how):
            self._odd("arguments", odd, position)
        if how is Opcode.NEWOBJ_EX and isinstance(args[0], tuple):
            args = (*args[0], args[1]) if isinstance(args[1], Items) and args[1].size else args[0]
        for _ in range(_CHAIN):
            if isinstance(callable_, Global):
                return self._call_global(callable_, args, position, init=ways.runs_init(how, args))
            match callable_, args:
                case Made(Global(_, "partial"), (inner, *first)), tuple():
                    callable_, args = inner, (*first, *args)
                case Made(Global(_, "attrgetter"), (str(path),)), (Global() as target,):
                    return self._attribute(target, path, position)
                case Made(Global(_, "methodcaller"), (str(method), *rest)), (Global() as target, *_):
                    callable_, args = self._attribute(target, method, position), tuple(rest)
                case _:
                    break
        what = f"what {render.render(callable_)} is" if isinstance(callable_, Made) else render.render(callable_)
        self._record("calls", Global("", what), args, UNKNOWN, position, computed=True)
        return Opaque("the result of a computed call")

    def built(self, target: Value, state: Value, position: int) -> Value:
        if odd := odd_state(target, state, self._hooked):
            self._odd("state", odd, position)
        if isinstance(target, Global):
            self._change(target, state, position)
        elif isinstance(target, Made) and isinstance(target.callable, Global):
            if target.callable.name == "partial":
                self._partial(target, state, position)
            elif odd := odd_dtype(target, state):
                self._odd("state", odd, position)
            elif target.callable.name in ("NDArrayWrapper", "ZNDArrayWrapper"):
                whole = isinstance(state, Items) and state.size == len(state.first)
                self._array_file(target.callable, state.get("filename") if whole else None, position)
            elif safe.is_distribution(*resolve(target.callable.module, target.callable.name)):
                self._record("calls", target.callable, state, filled(state), position)
            if isinstance(state, Made) and (ways.from_python(state.callable) or self._objects.runs_methods(state)):
                self._method(target, "__setstate__", state, position)
            self._objects.filled(target, state)
        return target

    def extended(self, target: Value, items: list[Value], position: int) -> None:
        if isinstance(target, Global):
            self._change(target, tuple(items[:4]), position)
        elif isinstance(target, Made) and isinstance(target.callable, Global):
            if ways.is_no_mapping(target.callable):
                self._method(target, "__setitem__", tuple(items[:4]), position)
            elif self._hooked and (odd := odd_items(items)):
                self._odd("state", odd, position)
        super().extended(target, items, position)

    def _get(self, index: Any, position: int) -> None:
        super()._get(index, position)
        self.shared += self.stack[-1].__class__ in _HOLDING

    def _dup(self, argument: Any, position: int) -> None:
        super()._dup(argument, position)
        self.shared += 1

    def _take(self, run: Any, position: int) -> None:
        super()._take(run, position)
        if run.read and self.shared < _SHARED:
            own = {run.memo_size + place for place in run.holders}
            known = (self._memo[index] for index in run.read if index < run.memo_size)
            if not own.isdisjoint(run.read) or not _HOLDING.isdisjoint(map(type, known)):
                self.shared = _SHARED  # how often it reads them is not counted

    def _append(self, argument: Any, position: int) -> None:
        super()._append(argument, position)
        self._appended(position)

    def _appends(self, argument: Any, position: int) -> None:
        super()._appends(argument, position)
        self._appended(position)

    def _appended(self, position: int) -> None:
        """An object that is no list is asked for its method `append`, which its state may have replaced."""
        target = self.stack[-1]
        if isinstance(target, Made) and isinstance(target.callable, Global) and target.callable.name != "deque":
            self._method(target, "append", "", position)

    def persistent(self, identity: Value, position: int) -> Value:
        named = storage(identity)
        asked = Asked(identity=render.render(identity), storage=named, position=position)
        if self.asked.setdefault(named or asked.identity, asked) is asked:
            self._kept += 512
        match identity:
            case ("module" | b"module", Global() as container, *_):  # of a module saved whole before PyTorch 1.6
                return container
        return super().persistent(identity, position)

    def disputed(self, message: str, position: int) -> None:
        self._odd("disputed", message, position)

    def outside(self, position: int) -> Value:
        self._odd("buffer", "asks for a buffer that the loader must bring, which ordinary loaders refuse", position)
        return super().outside(position)

    def extension(self, code: int, position: int) -> Value:
        self._odd("extension", f"asks for entry {code} of the process's extension registry", position)
        return Opaque(f"extension {code}")

    def _text(self, argument: Any, position: int) -> None:
        super()._text(argument, position)
        if argument.__class__ is Span or argument[:1] in _HEADS:
            if argument.__class__ is str and argument[0] == "_":
                self._hooked = self._hooked or argument == HOOK
                return
            source = self._bytes(argument)
            if source is not None and source.read(0, 1) == b"\x80":
                self._look_inside(source, position, loaded=False)

    # What it is told.

    def _lookup(self, module: str, name: str, position: int) -> Global:
        found = self._globals.get((module, name))
        if found is None:
            found = self._globals[module, name] = Global(module, name)
            self._named_at[found] = position
            if odd := odd_name(module, name, self._protocol):
                self._odd("name", odd, position)
            self._kept += 1024
        return found

    def _attribute(self, target: Global, path: str, position: int) -> Global:
        """What `target` has under the dotted `path`; a module itself is a global without a name."""
        self._used.add(target)
        return self._lookup(target.module, f"{target.name}.{path}".lstrip("."), position)

    def _call_global(self, target: Global, args: Value, position: int, *, init: bool = True) -> Value:
        instance = self._safe.get((target, init))
        if instance is not None and not self._objects.runs_methods(args):
            return instance
        self._used.add(target)
        full = ".".join(resolve(target.module, target.name))
        if safe.is_safe(*resolve(target.module, target.name), init=init) and not ways.makes(full):
            if self._objects.runs_methods(args) and not safe.only_holds(*resolve(target.module, target.name), args):
                self._record("calls", target, args, UNKNOWN, position)
            self._kept += 1024
            return self._safe.setdefault((target, init), Made(target, ()))
        if returns_its_argument(full) and isinstance(args, tuple) and args:
            return args[0]
        judged = args
        if full == "torch.storage._load_from_bytes" and isinstance(args, tuple) and len(args) == 1:
            source = self._bytes(args[0])
            judged = (Opaque(NESTED),) if source and self._look_inside(source, position, loaded=True) else args
        judgement = judge_call(target.module, target.name, judged, init=init)
        if judgement.standing is Standing.SAFE and ways.goes_over(full) and self._objects.runs_methods(args):
            judgement = UNKNOWN
        self._record("calls", target, args, judgement, position)
        return self._result(target, full, args, position)

    def _result(self, target: Global, full: str, args: Value, position: int) -> Value:
        """What the call of `target` returns, where that matters for what follows."""
        match full, args:
            case "builtins.getattr", (Global() as owner, str(name), *_):
                return self._attribute(owner, name, position)
            case "importlib.import_module" | "builtins.__import__", (str(module), *_):
                return Global(module, "")
            case _, (str(left), str(right)) if full in ways.JOINS:
                return (left + right)[: pickle.KEPT]
            case "builtins.str.join" | "str.join", (str(between), Items(first=parts) | tuple(parts)):
                return between.join(str(part) for part in parts)[: pickle.KEPT]
            case "codecs.encode", (str(text), str(codec)) if codec.startswith("latin") and ways.is_latin(text):
                return text.encode("latin-1")
            case "copyreg._reconstructor", (Global() as made, Global() as base, *_) if not ways.builtin(base):
                self._call_global(base, args, position)  # its __init__ is run
                return self._call_global(made, args, position)
            case _, (Global() as made, *rest) if ways.makes(full):
                if full.endswith("_reconstructor") and rest and not isinstance(rest[0], Global):
                    self._record("calls", target, args, UNKNOWN, position)
                return self._call_global(made, ways.handed_on(rest), position, init=False)
            case _ if ways.makes(full):  # an object may bear any callable as its __new__
                self._record("calls", target, args, UNKNOWN, position)
            case _, (Global() as inner, *rest) if full in ways.WRAPPERS:
                self._call_global(inner, tuple(ways.first(each) for each in rest), position)
        if full in ways.KEPT and isinstance(args, tuple):
            if full == "functools.partial" and args and isinstance(args[0], Global):
                self._used.add(args[0])
            return Made(Global(*full.rsplit(".", 1)), args)
        return Made(target, ())

    def _partial(self, target: Made, state: Value, position: int) -> None:
        """The state of a partial names anew what it calls, and with what."""
        match state:
            case (inner, tuple() as first, *rest):
                target.args = (inner, *first)
                judgement = judge_call("functools", "partial", target.args)
                if judgement.standing is Standing.SAFE and self._objects.runs_methods((first, *rest[:1])):
                    judgement = UNKNOWN
                if rest and (odd := odd_state(target, rest[0], self._hooked)):
                    self._odd("state", odd, position)
                self._record("calls", target.callable, target.args, judgement, position)
            case _:  # nobody can tell what it calls now
                target.args = (Opaque("what a state brings"),)
                self._record("calls", target.callable, state, UNKNOWN, position)

    def _method(self, target: Made, method: str, args: Value, position: int) -> None:
        named = Global(target.callable.module, f"{target.callable.name}.{method}")
        self._record("calls", named, args, UNKNOWN, position)

    def _change(self, target: Global, state: Value, position: int) -> None:
        self._used.add(target)
        self._record("changes", target, state, Judgement(Standing.DANGEROUS, dangerous.INSIDE), position)

    def _array_file(self, target: Global, filename: Value, position: int) -> None:
        if not isinstance(filename, str) or "/" in filename or "\\" in filename or filename in ("", ".."):
            self._record("calls", target, filename, Judgement(Standing.DANGEROUS, dangerous.FILES), position)

    def _bytes(self, value: Value) -> ByteSource | None:
        """The bytes of a literal, of one spelled as Latin-1 text too; None where there are none, or it is long text."""
        if isinstance(value, Made) and value.callable == Global("codecs", "encode"):
            value = value.args[0]
        if isinstance(value, bytes):
            return MemorySource(value)
        if isinstance(value, Span):
            if not value.text:
                return Window(self._source, value.start, value.size)
            if value.size > self._limits.text_bytes or self._source.read(value.start, 2) not in _BEGINNINGS:
                return None
            line = self._source.read(value.start - 1, 1) == b"V"  # protocol 0 escapes
            text = self._source.read(value.start, value.size)
            value = text.decode("raw-unicode-escape" if line else "utf-8", "replace")
        return MemorySource(value.encode("latin-1")) if isinstance(value, str) and ways.is_latin(value) else None

    def _look_inside(self, source: ByteSource, position: int, *, loaded: bool) -> bool:
        """Traces the pickles in `source`, and says whether there were any."""
        if self._depth >= self._limits.archive_depth:
            self._odd("depth", f"holds pickles more than {self._limits.archive_depth} deep inside each other", position)
            return False
        if loaded:
            return self._load(source, position)
        stream = pickle.one(source, 0, source.size, "")
        if stream.broken is not None:
            return False
        self._enter(stream, position, loaded=False)
        return True

    def _load(self, source: ByteSource, position: int) -> bool:
        """Traces what PyTorch loads from `source`, and tells what there is beside it."""
        from hilt.knowledge.torch_records import opened, unaccounted  # heavy, and rarely needed

        try:
            file = opened(source, self._limits)
        except FormatError:
            return False
        traces = [self._enter(stream, position, loaded=True) for stream in file.pickles]
        for said in unaccounted(file, traces):
            self._odd("nested", said, position)
        return True

    def _enter(self, stream: PickleStream, position: int, *, loaded: bool) -> Trace:
        inner = trace(stream, self._limits, self._depth + 1)
        self.nested.append(Nested(position=position, loaded=loaded, trace=inner))
        self._kept += 4096
        return inner

    def _odd(self, id_: str, message: str, position: int) -> None:
        if len(self.oddities) < _ODDITIES:
            self.oddities.append(Oddity(id=id_, message=message, offset=position))

    def _record(
        self, way: str, target: Global, args: Value, judgement: Judgement, position: int, *, computed: bool = False
    ) -> None:
        if judgement.standing is Standing.SAFE:
            return
        module, name = resolve(target.module, target.name)
        text = render.call(args) if way != "names" else ""
        known = (module, name)
        apart = judgement.standing is Standing.DANGEROUS and self._examples.get(known, 0) < _EXAMPLES
        key = _Key(way, module, name, text if apart else "")
        if key in self._seen:
            self._seen[key] = replace(self._seen[key], count=self._seen[key].count + 1)
            return
        self._examples[known] = self._examples.get(known, 0) + 1
        self._kept += 1024
        through = f"{target.module}.{target.name}"
        final = name if computed else judge.final(module, name)
        self._seen[key] = Call(
            way=way,
            target=final.rstrip("."),
            through="" if computed or through == final else through,
            args=text,
            position=position,
            judgement=judgement,
            computed=computed,
        )
