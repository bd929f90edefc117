"""The names in a checkpoint of Lightning that its loader imports and calls, even where the pickle itself may only hold data.

Source: Lightning, src/lightning/pytorch/core/saving.py, `_load_state`: `hyper_parameters["_instantiator"]` is imported and
called, `_class_path` is what it makes. Since 2.6.6 it takes names of its own only (CVE-2026-58659).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hilt.formats.pickle_opcodes import TEXTS, Opcode

if TYPE_CHECKING:
    from hilt.formats.pickle import PickleStream

INSTANTIATOR, CLASS = "_instantiator", "_class_path"
KEYS = frozenset([INSTANTIATOR, CLASS, "class_path", "_target_"])
OWN = frozenset(
    f"{package}.cli.instantiate_module" for package in ("lightning.pytorch", "pytorch_lightning", "lightning_pytorch")
)
"""What Lightning itself writes."""
_WRITE = frozenset([Opcode.PUT, Opcode.BINPUT, Opcode.LONG_BINPUT])
_READ = frozenset([Opcode.GET, Opcode.BINGET, Opcode.LONG_BINGET])
_REMEMBERED, _LONGEST = 100_000, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """`key` of some table of the pickle holds the text `name`, whose opcode is at `position`."""

    key: str
    name: str
    position: int


def named(stream: PickleStream) -> Iterator[Named]:
    """Every text that stands right behind one of `KEYS`, as a value behind its key does, by the memo or not."""
    memo: dict[int, str] = {}
    memoised, before, last = 0, "", ""
    for position, code, argument in stream.ops():
        if code in _WRITE or code == Opcode.MEMOIZE:
            index = argument if code in _WRITE else memoised
            memoised += 1
            if last and len(memo) < _REMEMBERED and isinstance(index, int):
                memo[index] = last
            continue
        before, last = last, ""
        if code in TEXTS and isinstance(argument, str) and len(argument) <= _LONGEST:
            last = argument
        elif code in _READ and isinstance(argument, int):
            last = memo.get(argument, "")
        if before in KEYS and last:
            yield Named(key=before, name=last, position=position)
