"""Builds serialised data of R, byte by byte, in any of its three ways; nothing here is ever loaded."""

from __future__ import annotations

import struct

Item = list[int | bytes]
"""Numbers and texts in the order in which R reads them."""

NULL: Item = [254]
UNBOUND: Item = [252]
GLOBAL: Item = [253]


def characters(text: str) -> Item:
    return [9 | 64 << 12, len(text.encode()), text.encode()]


def symbol(name: str) -> Item:
    return [1, *characters(name)]


def strings(*texts: str) -> Item:
    return [16, len(texts), *(part for text in texts for part in characters(text))]


def integers(*values: int) -> Item:
    return [13, len(values), *values]


def vector(*items: Item) -> Item:
    return [19, len(items), *(part for item in items for part in item)]


def call(name: str | Item, *arguments: Item, **named: Item) -> Item:
    cells: Item = [6, *(symbol(name) if isinstance(name, str) else name)]
    for argument in arguments:
        cells += [2, *argument]
    for key, argument in named.items():
        cells += [2 | 0x400, *symbol(key), *argument]
    return cells + NULL


def promise(expression: Item, value: Item = UNBOUND) -> Item:
    return [5 | 0x400, *GLOBAL, *value, *expression]


def closure(body: Item) -> Item:
    return [3 | 0x400, *GLOBAL, *NULL, *body]


def pairs(levels: int = 0, **values: Item) -> Item:
    cells: Item = []
    for name, value in values.items():
        cells += [2 | 0x400 | levels << 12, *symbol(name), *value]
    return cells + NULL


def environment(frame: Item = NULL, table: Item = NULL) -> Item:
    return [4, 0, *GLOBAL, *frame, *table, *NULL]


def bytecode() -> Item:
    """Byte code of no instructions that does it all by a shared call."""
    shared: Item = [244, 0, 6, *NULL, 0, *symbol("system"), 2, *NULL, 0, *strings("echo hilt"), 0, *NULL]
    return [21, 1, *integers(12, 1), 3, *shared, 243, 0, 16, *strings("a")]


def r_data(value: Item, *, way: str = "X", version: int = 3, workspace: bool = False) -> bytes:
    parts: Item = [version, 0x40303, 0x30500 if version == 3 else 0x20300]
    parts += [5, b"UTF-8"] if version == 3 else []
    start = (f"RD{way}{version}\n" if workspace else "") + f"{way}\n"
    return start.encode() + b"".join(_written(part, way) for part in parts + value)


def _written(part: int | bytes, way: str) -> bytes:
    if isinstance(part, bytes):
        return part if way != "A" else part.replace(b" ", b"\\040") + b"\n"
    return b"%d\n" % part if way == "A" else struct.pack(">i" if way == "X" else "<i", part)


HARMLESS = call("system", strings("echo hilt"))
GLM = closure(call(".Call", symbol("C_logit_link"), symbol("mu")))
"""What the families of R's own models are made of."""
HONEST = vector(
    GLM,
    strings("setosa", "virginica"),
    integers(1, 2, 3),
    [14, 0],
    call("lm", call("~", symbol("y"), symbol("x"))),
    closure(call("+", symbol("x"), strings("1"))),
    environment(pairs(f=promise(call("sum", symbol("x")))), vector(pairs(g=promise(symbol("y"))))),
    [238, *pairs(a=symbol("compact_intseq")), *integers(3, 1, 1), *NULL],
    [255 | 1 << 8],
    [22, *NULL, *NULL],
    [249, 0, 1, *characters("stats")],
    [13 | 0x200, 1, 7, *pairs(names=strings("a"))],
)

SEEDS = (
    *(("model.rds", r_data(HONEST, way=way)) for way in "XBA"),
    ("model.RData", r_data(pairs(m=HONEST), workspace=True, version=2)),
    ("model.rds", r_data(promise(HARMLESS))),
    ("model.rds", r_data(closure(bytecode()))),
)
