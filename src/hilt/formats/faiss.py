"""Walks an index of FAISS (`*.faiss`, `*.index`), which stores of texts keep beside an embedding model.

Source: FAISS 1.10, faiss/impl/index_write.cpp, index_read.cpp and io_macros.h. A code of four letters says what kind of index
follows, then come its fields in their order, an index inside of an index among them; all little-endian. Lists have their
count before them and are passed over unread. The rarer kinds (additive quantisers, NSG, RaBitQ, hashes) are known by
their code and not walked: they are an error.

What can bite: inverted lists on disk (`ilod`) name a file that FAISS opens as it reads the index; they are an error here.
Sizes that lie may crash the C++ code that believes them. The `index.pkl` that LangChain writes beside is a pickle.

What hilt cannot see: the vectors, and whether they belong to the texts that they are found by.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

_HEAD = "<iqqqBi"
_BINARY_HEAD = "<iiqBi"
_FILLED = 1 << 20
"""What FAISS writes in place of two fields that it no longer has."""
_METRICS = 100
_BLOCK = 8192

_LISTED = "head +8 +8 index map"
_LINEAR = "+1 *4 *4 ends"
_FIELDS = {
    **dict.fromkeys(("IxFI", "IxF2", "IxFl"), "head *4"),
    "IxPq": "head product *1 +4 +1 +4",
    "IxSQ": "head scalar *1",
    "IxHe": "head +4 +1 +1 *4 +4 transform *1",
    "IPfs": "head product +4 +4 +4 +8 +8 *1",
    **dict.fromkeys(("IHNf", "IHNp", "IHNs"), "head graph index"),
    "IwFl": f"{_LISTED} lists",
    "IwSq": f"{_LISTED} scalar +8 +1 lists",
    "IwPQ": f"{_LISTED} +1 +8 product lists",
    "IxPT": "head chain index",
    "IxRF": "head index index +4",
    **dict.fromkeys(("IxMp", "IxM2"), "head index *8"),
    "IBxF": "bits *1",
    "IBwF": "bits +8 +8 index map lists",
    "IBHf": "bits graph index",
    "IBFf": "bits index",
    **dict.fromkeys(("IBMp", "IBM2"), "bits index *8"),
    "null": "",
}
"""The fields of each kind of index: `+8` has eight bytes, `*4` is a count and so many times four, a word is a part."""
_TRANSFORMS = {
    "rrot": _LINEAR,
    "LTra": _LINEAR,
    "Pcam": f"+4 +4 +1 +4 *4 *4 *4 {_LINEAR}",
    "Viqm": f"+4 +4 {_LINEAR}",
    "Viqt": "*4 +1 transform transform ends",
    "RmDT": "*4 ends",
    "VNrm": "+4 ends",
    "VCnt": "*4 ends",
}
_PARTS = {
    "product": "+8 +8 +8 *4",
    "scalar": "+4 +4 +4 +8 +8 *4",
    "graph": "*8 *4 *4 *8 *4 +4 +4 +4 +4 +4",
    "ends": "+4 +4 +1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Faiss:
    """The codes of the index and of those inside of it, the length of a vector, and how many there are."""

    kinds: tuple[str, ...]
    dimensions: int
    vectors: int


def probe(head: Head) -> bool:
    code = head.data[:4]
    layout = _BINARY_HEAD if code.startswith(b"IB") else _HEAD
    if not code.isalnum() or len(head.data) < 4 + struct.calcsize(layout):
        return False
    return _sane(struct.unpack_from(layout, head.data, 4), layout)


def _sane(fields: tuple[int, ...], layout: str) -> bool:
    trained, metric = fields[-2:]
    if trained > 1 or not 0 <= metric < _METRICS or fields[0] < 1:
        return False
    if layout == _BINARY_HEAD:
        return fields[0] == 8 * fields[1] and fields[2] >= 0
    return fields[1] >= 0 and fields[2] == fields[3] == _FILLED


def read(source: ByteSource, limits: Limits) -> Faiss:
    """The index in `source`, walked to its last byte."""
    walk = _Walk(Cursor(source), limits)
    walk.index()
    walk.cursor.end("the index")
    if not walk.heads:
        raise FormatError("an index of nothing", offset=0)
    dimensions, vectors = walk.heads[0]
    return Faiss(kinds=tuple(walk.kinds), dimensions=dimensions, vectors=vectors)


class _Walk:
    """Goes through the fields of an index, and of the indexes inside of it."""

    def __init__(self, cursor: Cursor, limits: Limits) -> None:
        self.cursor, self._limits = cursor, limits
        self.kinds, self.heads, self._parts = list[str](), list[tuple[int, int]](), 0

    def index(self) -> None:
        code = self._code("an index")
        self.kinds.append(code)
        self._coded(code, _FIELDS, "index")

    def _code(self, what: str) -> str:
        return self.cursor.take(4, f"the code of {what}").decode("latin-1")

    def _coded(self, code: str, known: dict[str, str], what: str) -> None:
        if code not in known:
            raise FormatError(f"the {what} of kind {code!r} cannot be walked", offset=self.cursor.offset - 4)
        self._parts += 1  # inside of each other or not: no index has more than a few
        if self._parts > self._limits.graph_depth:
            raise LimitExceeded("graph_depth", self._parts, self._limits.graph_depth, offset=self.cursor.offset)
        self._fields(known[code], f"the {what} {code}")

    def _fields(self, fields: str, what: str) -> None:
        for field in fields.split():
            if field.startswith("+"):
                self.cursor.skip(int(field[1:]), what)
            elif field.startswith("*"):
                self._list(int(field[1:]), what)
            elif field in _PARTS:
                self._fields(_PARTS[field], what)
            else:
                _WORDS[field](self)

    def _list(self, size: int, what: str) -> int:
        count = self.cursor.number("<Q", what)
        self.cursor.skip(count * size, f"a list of {what}")
        return count

    def head(self, layout: str = _HEAD) -> None:
        begin = self.cursor.offset
        fields = self.cursor.unpack(layout, "the head of an index")
        if not _sane(fields, layout):
            raise FormatError(f"no head of an index, but {fields}", offset=begin)
        if layout == _HEAD and fields[-1] > 1:
            self.cursor.skip(4, "the argument of the metric")
        self.heads.append((fields[0], fields[2 if layout == _BINARY_HEAD else 1]))

    def bits(self) -> None:
        self.head(_BINARY_HEAD)

    def transform(self) -> None:
        self._coded(self._code("a transform"), _TRANSFORMS, "transform")

    def chain(self) -> None:
        count = self.cursor.number("<I", "the number of transforms")
        for _ in range(count):
            self.transform()

    def map(self) -> None:
        kind = self.cursor.number("<B", "the map of the vectors")
        self._list(8, "the map of the vectors")
        if kind == 2:
            self._list(16, "the table of the vectors")
        elif kind > 2:
            raise FormatError(f"a map of kind {kind}", offset=self.cursor.offset)

    def lists(self) -> None:
        code = self._code("the lists")
        if code == "il00":
            return
        if code != "ilar":
            where = "lie in another file" if code == "ilod" else "cannot be walked"
            raise FormatError(f"the lists of kind {code!r} {where}", offset=self.cursor.offset - 4)
        count, size = self.cursor.unpack("<QQ", "the lists")
        kind, sizes = self._code("the lists"), self.cursor.number("<Q", "the sizes of the lists")
        if kind not in ("full", "sprs") or (kind == "full" and sizes != count) or (kind == "sprs" and sizes % 2):
            raise FormatError(f"{sizes} sizes of {count} lists, {kind!r}", offset=self.cursor.offset - 12)
        if sizes > self.cursor.left // 8:
            raise FormatError(f"{sizes} sizes of lists do not fit", offset=self.cursor.offset - 8)
        vectors = 0
        for begin in range(0, sizes, _BLOCK):  # of pairs of a number and a size, where most of the lists are empty
            block = self.cursor.unpack(f"<{min(_BLOCK, sizes - begin)}Q", "the sizes of the lists")
            vectors += sum(block[1::2] if kind == "sprs" else block)
        self.cursor.skip(vectors * (size + 8), "the lists")


_WORDS = {
    "index": _Walk.index, "head": _Walk.head, "bits": _Walk.bits, "transform": _Walk.transform, "chain": _Walk.chain,
    "map": _Walk.map, "lists": _Walk.lists,
}  # fmt: skip
