"""Tells pickles from other bytes: they must run on the pickle machine, up to a STOP or a call.

Valid opcodes alone prove little, above all for protocols 0 and 1, which have no header and are mostly letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.pickle_machine import Global, Machine, Value
from hilt.formats.pickle_opcodes import LAST_PROTOCOL, LINES, Opcode
from hilt.formats.pickle_walk import KEPT, Op, Span, walk
from hilt.formats.reader import Head

_NAMES = (".pkl", ".pickle", ".pk", ".p", ".dat", ".joblib", ".pt", ".pth", ".bin", ".ckpt", ".sav", ".model")
_ENOUGH = {True: 2_000, False: 200_000}
"""Opcodes that run without an error, and prove a pickle with (or without) a header though no call or STOP has come."""
_TRIAL = 2_000
_SIP = {None: 32 << 20, _TRIAL: 1 << 20}
"""Bytes that are read to tell, at the start of a file and behind a pickle: one line may be as long as the file."""
_IDENTIFIER = re.compile(r"[^\W\d][\w.<>]*")
_CONTAINERS = frozenset(
    {Opcode.EMPTY_LIST, Opcode.EMPTY_DICT, Opcode.EMPTY_SET, Opcode.EMPTY_TUPLE, Opcode.LIST, Opcode.DICT}
    | {Opcode.TUPLE, Opcode.TUPLE1, Opcode.TUPLE2, Opcode.TUPLE3, Opcode.FROZENSET}
)


class _Witness(Machine):
    """Watches for what only a pickle does."""

    def __init__(self, *, header: bool) -> None:
        super().__init__(Limits())
        self.header, self.steps, self.telling, self.ended = header, 0, False, False
        self.odd = self.untold = False

    def named(self, module: Value, name: Value, position: int) -> Value:
        if not self.header and not (_IDENTIFIER.fullmatch(str(module)) and _IDENTIFIER.fullmatch(str(name))):
            raise FormatError("a global is no identifier", offset=position)
        self.telling = True
        return super().named(module, name, position)

    def called(self, callable_: Value, args: Value, how: Opcode, position: int) -> Value:
        self.ended = self.ended or isinstance(callable_, Global)
        return super().called(callable_, args, how, position)

    def ops(self, ops: Iterator[Op], most: int) -> Iterator[Op]:
        """`ops` as far as they tell something new; behind an argument that no pickler writes, only a call tells."""
        for position, code, argument in ops:
            self.odd |= not self.header and code in LINES and isinstance(argument, Span) and argument.size <= KEPT
            yield position, code, argument
            self.steps += 1
            self.telling = self.telling or code in _CONTAINERS
            # A pickler leaves one value on the stack.
            stopped = code == Opcode.STOP and (self.header or (len(self.stack) == 1 and not self.odd))
            self.ended = self.ended or stopped or self.steps == most
            if self.ended:
                return


class _Untold(FormatError):
    """More would have to be read to tell."""


class _Sip:
    """A source of which no more than `left` bytes are read."""

    def __init__(self, source: ByteSource, left: int) -> None:
        self._source, self._left = source, left

    @property
    def size(self) -> int:
        return self._source.size

    def read(self, offset: int, n: int) -> bytes:
        self._left -= n
        if self._left < 0:
            raise _Untold("what was read does not tell whether this is a pickle", offset=offset)
        return self._source.read(offset, n)


class _Glance:
    """The first bytes of a source, which were read already: nearly every file shows in them that it is no pickle."""

    def __init__(self, head: Head) -> None:
        self._data, self.size = head.data, head.source.size

    def read(self, offset: int, n: int) -> bytes:
        if offset > 0 and min(offset + n, self.size) > len(self._data):  # all but the first must be whole to be right
            raise _Untold("what was read does not tell whether this is a pickle", offset=offset)
        return self._data[offset : offset + n]


def _watch(source: ByteSource, position: int, end: int, most: int | None = None) -> _Witness:
    start = source.read(position, 2)
    header = len(start) == 2 and start[0] == Opcode.PROTO and start[1] <= LAST_PROTOCOL
    witness = _Witness(header=header)
    try:
        witness.run(witness.ops(walk(_Sip(source, _SIP[most]), position, end, {}), most or _ENOUGH[header]))
    except FormatError as error:
        witness.ended, witness.untold = False, isinstance(error, _Untold)
    return witness


def recognised(head: Head) -> bool:
    """Does the file begin with a pickle, maybe a broken one?"""
    return head.data[:1] in _FIRST and _tells(_watch(head.source, 0, head.source.size), head)


def hidden(head: Head) -> bool:
    """Does the file begin with a pickle, or with a line that is one opcode and too long to look behind?"""
    if head.data[:1] not in _FIRST:
        return False
    glance = _watch(_Glance(head), 0, head.source.size)
    if not glance.untold:
        return _tells(glance, head)
    if glance.steps == 0 and _LONG_LINE.match(head.data) is None:
        return False
    witness = _watch(head.source, 0, head.source.size)
    long_line = witness.untold and (witness.steps > 0 or _LONG_LINE.match(head.data) is not None)
    return long_line or _tells(witness, head)


def _tells(witness: _Witness, head: Head) -> bool:
    if not witness.header:
        # So many opcodes without an error tell enough, whichever they are.
        return witness.ended and (witness.telling or witness.steps >= _ENOUGH[False]) and witness.steps >= 3
    return witness.steps > 1 and (witness.ended or witness.steps > 6 or head.name.lower().endswith(_NAMES))


_LONG_LINE = re.compile(rb"V|S['\"]|[ILF][\s\d]")
"""How a line begins that may be as long as one likes. Names may not be, and identifiers need a loader of their own."""

_FIRST = frozenset(bytes([code]) for code in {int(code) for code in Opcode} - {Opcode.STOP, Opcode.POP, Opcode.MEMOIZE})


class Search:
    """Looks for pickles behind a pickle, for no longer than the file's length warrants."""

    _REACH = 1 << 20
    _TRIES = 256

    def __init__(self, source: ByteSource, end: int) -> None:
        self._source, self._end, self._tries = source, end, self._TRIES

    def after(self, position: int) -> int | None:
        """Where the next pickle begins: right here, or at a PROTO in the bytes that follow."""
        if position >= self._end:
            return None
        if self._begins(position):
            return position
        data = self._source.read(position, min(self._REACH, self._end - position))
        for header in re.finditer(rb"\x80[\x02-\x05]", data):
            if self._tries == 0:
                return None
            self._tries -= 1
            if self._begins(position + header.start()):
                return position + header.start()
        return None

    def _begins(self, position: int) -> bool:
        witness = _watch(self._source, position, self._end, _TRIAL)
        return witness.ended and (witness.header or witness.telling)
