"""Streams of pickle opcodes, drawn one by one so that each is valid where it stands, and mutations of streams."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from hilt.formats.pickle_opcodes import Opcode
from properties.pickled_values import TEXTS

NAMES = [("nowhere", "make"), ("nowhere.inside", "Thing.part"), ("os", "system"), ("builtins", "eval"), ("a b", "ü")]
"""Names to look up, none of which is ever imported: known roads to code, and names that nobody knows."""

_Draw = Callable[[st.SearchStrategy[Any]], Any]
_Spelling = tuple[Opcode, st.SearchStrategy[bytes]]


def _packed(code: Opcode, layout: str, numbers: st.SearchStrategy[Any]) -> _Spelling:
    return code, numbers.map(lambda number: struct.pack(layout, number))


def _counted(code: Opcode, layout: str, contents: st.SearchStrategy[bytes]) -> _Spelling:
    return code, contents.map(lambda content: struct.pack(layout, len(content)) + content)


def _line(code: Opcode, texts: st.SearchStrategy[str]) -> _Spelling:
    return code, texts.map(lambda text: text.encode("ascii") + b"\n")


_UTF8 = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
_SHORT, _LONG = st.binary(max_size=20), st.binary(min_size=1020, max_size=1030)
_INTEGERS = st.integers(-(2**70), 2**70)
_ESCAPED = st.text("ab\\é€", max_size=9).map(lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text))
_SCALARS: list[_Spelling] = [
    (Opcode.NONE, st.just(b"")), (Opcode.NEWTRUE, st.just(b"")), (Opcode.NEWFALSE, st.just(b"")),
    _packed(Opcode.BININT, "<i", st.integers(-(2**31), 2**31 - 1)), _packed(Opcode.BININT1, "<B", st.integers(0, 255)),
    _packed(Opcode.BININT2, "<H", st.integers(0, 65535)), _packed(Opcode.BINFLOAT, ">d", st.floats()),
    _line(Opcode.INT, _INTEGERS.map(str) | st.sampled_from(["00", "01"])),
    _line(Opcode.LONG, _INTEGERS.map("{}L".format)), _line(Opcode.FLOAT, st.floats().map(repr)),
    _line(Opcode.UNICODE, _ESCAPED), _line(Opcode.STRING, _SHORT.map(lambda data: repr(data)[1:])),
    _counted(Opcode.LONG1, "<B", _SHORT), _counted(Opcode.LONG4, "<i", _SHORT),
    _counted(Opcode.SHORT_BINSTRING, "<B", _SHORT), _counted(Opcode.BINSTRING, "<i", _SHORT),
    _counted(Opcode.SHORT_BINUNICODE, "<B", st.text(max_size=9).map(str.encode)),
    _counted(Opcode.BINUNICODE, "<I", _UTF8), _counted(Opcode.BINUNICODE8, "<Q", _UTF8),
    _counted(Opcode.SHORT_BINBYTES, "<B", _SHORT), _counted(Opcode.BINBYTES, "<I", _SHORT),
    _counted(Opcode.BINBYTES8, "<Q", _LONG), _counted(Opcode.BYTEARRAY8, "<Q", _SHORT),
]  # fmt: skip
"""Every opcode that pushes a plain value."""
_APART = {Opcode.BYTEARRAY8, Opcode.NEWTRUE, Opcode.NEWFALSE, Opcode.INT, Opcode.FLOAT, Opcode.BINFLOAT}
"""Never put in sets here: not hashable, or equal to a value of another type."""
_EMPTY = {Opcode.EMPTY_LIST: "list", Opcode.EMPTY_DICT: "dict", Opcode.EMPTY_SET: "set", Opcode.EMPTY_TUPLE: "tuple"}
_MOST_ARGUMENTS = 8


class _On(NamedTuple):
    """A value on the stack: scalar, text, list, dict, set, tuple, global, object, outside; or a mark."""

    kind: str
    hashable: bool = False


_MARK = _On("mark")


class _Writer:
    """Writes opcodes and keeps account of stack and memo."""

    def __init__(self, draw: _Draw) -> None:
        self.draw = draw
        self.ops: list[bytes] = []
        self.stack: list[_On] = []
        self.memo: dict[int, _On] = {}

    def op(self, code: Opcode, argument: bytes = b"", takes: int = 0, gives: _On | None = None) -> None:
        """One opcode, which takes so many values (or marks) off the stack and puts one on it."""
        self.ops.append(bytes([code]) + argument)
        del self.stack[len(self.stack) - takes :]
        if gives is not None:
            self.stack.append(gives)

    def above(self) -> list[_On]:
        """What stands above the last mark."""
        marks = [number for number, value in enumerate(self.stack) if value is _MARK]
        return self.stack[marks[-1] + 1 :] if marks else self.stack

    @property
    def below(self) -> str:
        """The kind of the value right below the last mark, if there is one."""
        number = len(self.stack) - len(self.above()) - 2
        return self.stack[number].kind if number >= 0 else ""

    def steps(self) -> list[Callable[[], None]]:
        """What may be written now."""
        above, marked = self.above(), _MARK in self.stack
        top = [value.kind for value in above[-2:]]
        steps = [self.scalar, self.empty, self.name, self.call, self.instance, self.outside, self.mark]
        steps += [self.memorise, self.recall, self.duplicate] if above else [self.recall]
        steps += [self.drop] if above or marked else []
        steps += [self.short_tuple] if above else []
        steps += [self.close] if marked else []
        steps += [self.fill] if marked and self.below in ("list", "set", "dict", "object") else []
        steps += [self.put] if top and len(top) == 2 and top[0] in ("list", "object") else []
        steps += [self.state] if len(top) == 2 and top[0] in ("object", "global") else []
        return steps

    # The steps.

    def scalar(self) -> None:
        code, arguments = self.draw(st.sampled_from(_SCALARS))
        self.op(code, self.draw(arguments), gives=_On("scalar", code not in _APART))

    def empty(self) -> None:
        code = self.draw(st.sampled_from(sorted(_EMPTY)))
        self.op(code, gives=_On(_EMPTY[code], code == Opcode.EMPTY_TUPLE))

    def name(self) -> None:
        module, name = self.draw(st.sampled_from(NAMES))
        if self.draw(st.booleans()):
            self.op(Opcode.GLOBAL, f"{module}\n{name}\n".encode(), gives=_On("global"))
            return
        for text in (module, name):
            self.op(Opcode.SHORT_BINUNICODE, bytes([len(text.encode())]) + text.encode(), gives=_On("text", True))
            if self.draw(st.booleans()):
                self.memorise()
        self.op(Opcode.STACK_GLOBAL, takes=2, gives=_On("global"))

    def arguments(self) -> int:
        size = self.draw(st.integers(0, 3))
        for _ in range(size):
            self.draw(st.sampled_from([self.scalar, self.empty, self.name]))()
        return size

    def call(self) -> None:
        """A call of a name, or of whatever object stands on top."""
        if not (self.above() and self.above()[-1].kind in ("object", "outside") and self.draw(st.booleans())):
            self.name()
        known = self.stack[-1].kind == "global"
        code = self.draw(
            st.sampled_from([Opcode.REDUCE, Opcode.NEWOBJ, Opcode.NEWOBJ_EX] if known else [Opcode.REDUCE])
        )
        self.op(Opcode.MARK, gives=_MARK)
        size = self.arguments()
        self.op(Opcode.TUPLE, takes=size + 1, gives=_On("tuple"))
        if code == Opcode.NEWOBJ_EX:
            self.op(Opcode.EMPTY_DICT, gives=_On("dict"))
            if self.draw(st.booleans()):
                self.op(Opcode.SHORT_BINUNICODE, b"\x07keyword", gives=_On("text", True))
                self.scalar()
                self.op(Opcode.SETITEM, takes=2)
        self.op(code, takes=3 if code == Opcode.NEWOBJ_EX else 2, gives=_On("object"))

    def instance(self) -> None:
        """OBJ and INST, the calls of protocol 0 and 1."""
        self.op(Opcode.MARK, gives=_MARK)
        if self.draw(st.booleans()):
            module, name = self.draw(st.sampled_from(NAMES[:-1]))  # read as ASCII
            self.op(Opcode.INST, f"{module}\n{name}\n".encode(), takes=self.arguments() + 1, gives=_On("object"))
        else:
            self.name()
            self.op(Opcode.OBJ, takes=self.arguments() + 2, gives=_On("object"))

    def outside(self) -> None:
        """What is not in the pickle: persistent ids and buffers."""
        way = self.draw(st.sampled_from([Opcode.PERSID, Opcode.BINPERSID, Opcode.NEXT_BUFFER]))
        if way == Opcode.BINPERSID:
            self.scalar()
            self.op(way, takes=1, gives=_On("outside"))
        else:
            self.op(way, b"an id\n" if way == Opcode.PERSID else b"", gives=_On("outside"))

    def mark(self) -> None:
        self.op(Opcode.MARK, gives=_MARK)

    def memorise(self) -> None:
        top, next_ = self.stack[-1], len(self.memo)
        index = self.draw(st.integers(0, 5) | st.sampled_from([next_, 200, 255]))
        code = self.draw(st.sampled_from([Opcode.PUT, Opcode.BINPUT, Opcode.LONG_BINPUT, Opcode.MEMOIZE]))
        index = next_ if code == Opcode.MEMOIZE else index
        self.memo[index] = top
        self.op(code, _index(code, index))

    def recall(self) -> None:
        if not self.memo:
            self.scalar()
            self.memorise()
        index = self.draw(st.sampled_from(sorted(self.memo)))
        code = self.draw(st.sampled_from([Opcode.GET, Opcode.BINGET, Opcode.LONG_BINGET]))
        self.op(code, _index(code, index), gives=self.memo[index])

    def duplicate(self) -> None:
        self.op(Opcode.DUP, gives=self.stack[-1])

    def drop(self) -> None:
        if _MARK in self.stack and self.draw(st.booleans()):
            self.op(Opcode.POP_MARK, takes=len(self.above()) + 1)
        else:
            self.op(Opcode.POP, takes=1)

    def short_tuple(self) -> None:
        size = self.draw(st.integers(1, min(3, len(self.above()))))
        code = (Opcode.TUPLE1, Opcode.TUPLE2, Opcode.TUPLE3)[size - 1]
        hashable = all(value.hashable for value in self.stack[-size:])
        self.op(code, takes=size, gives=_On("tuple", hashable))

    def close(self) -> None:
        """A container of everything above the mark."""
        above = self.above()
        hashable = all(value.hashable for value in above)
        kinds = {Opcode.LIST: "list", Opcode.TUPLE: "tuple"}
        kinds |= {Opcode.FROZENSET: "set of few"} if hashable else {}
        keyed = len(above) % 2 == 0 and all(key.hashable for key in above[::2])
        kinds |= {Opcode.DICT: "dict"} if keyed else {}
        code = self.draw(st.sampled_from(sorted(kinds)))
        self.op(
            code, takes=len(above) + 1, gives=_On(kinds[code], hashable and code in (Opcode.TUPLE, Opcode.FROZENSET))
        )

    def fill(self) -> None:
        """Puts everything above the mark into the container, or object, below it."""
        above, below = self.above(), self.below
        pairs = len(above) % 2 == 0 and (below == "object" or all(key.hashable for key in above[::2]))
        codes = {
            Opcode.APPENDS: below in ("list", "object"),
            Opcode.ADDITEMS: below == "object" or (below == "set" and all(value.hashable for value in above)),
            Opcode.SETITEMS: below in ("dict", "object") and pairs,
        }
        fitting = sorted(code for code, fits in codes.items() if fits)
        self.op(self.draw(st.sampled_from(fitting)) if fitting else Opcode.POP_MARK, takes=len(above) + 1)

    def put(self) -> None:
        self.op(Opcode.APPEND, takes=1)

    def state(self) -> None:
        self.op(Opcode.BUILD, takes=1)


def _index(code: Opcode, index: int) -> bytes:
    match code:
        case Opcode.MEMOIZE:
            return b""
        case Opcode.PUT | Opcode.GET:
            return f"{index}\n".encode()
        case Opcode.BINPUT | Opcode.BINGET:
            return bytes([index])
        case _:
            return struct.pack("<I", index)


@st.composite
def streams(draw: _Draw) -> list[bytes]:
    """A valid stream as a list of its opcodes, each with its argument."""
    writer = _Writer(draw)
    for _ in range(draw(st.integers(1, 25))):
        draw(st.sampled_from(writer.steps()))()
    if not writer.above():
        writer.scalar()
    return [*writer.ops, bytes([Opcode.STOP])]


_BYTES = sorted(bytes([code]) for code in Opcode)


@st.composite
def mutated(draw: _Draw) -> bytes:
    """A stream with opcodes left out, doubled, moved, put in bare, or with a byte changed."""
    ops = draw(streams())
    for _ in range(draw(st.integers(1, 4))):
        here, there = draw(st.integers(0, len(ops) - 1)), draw(st.integers(0, len(ops) - 1))
        match draw(st.sampled_from(["leave out", "double", "swap", "put in", "change"])):
            case "leave out" if len(ops) > 1:
                del ops[here]
            case "double":
                ops.insert(there, ops[here])
            case "swap":
                ops[here], ops[there] = ops[there], ops[here]
            case "put in":
                ops.insert(here, draw(st.sampled_from(_BYTES)))
            case _:
                at = draw(st.integers(0, len(ops[here]) - 1))
                ops[here] = (
                    ops[here][:at]
                    + draw(st.sampled_from(_BYTES) | st.binary(min_size=1, max_size=1))
                    + ops[here][at + 1 :]
                )
    # Of a bytearray that is longer than the stream, the C unpickler writes an error on the terminal.
    return _HUGE.sub(b"0", b"".join(ops)).replace(bytes([Opcode.BYTEARRAY8]), bytes([Opcode.BINBYTES8]))


_HUGE = re.compile(rb"r(?:..[^\0].|...[^\0])|p\d{5,}", re.DOTALL)
"""Memo entries for which the C unpickler would take gigabytes of memory."""
