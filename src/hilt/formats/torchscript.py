"""Reads TorchScript archives (torch.jit.save): code in a language like Python, pickles, and a member for each storage.

Specification: PyTorch, torch/csrc/jit/docs/serialization.md. PyTorch compiles the code itself and reads the pickles
with an unpickler of its own. No storage is read.

What can bite: it brings code: TorchScript is compiled and run, and has operators that open files and reach other
machines. Its pickles are read by an unpickler of its own, which calls no Python.

What hilt cannot see: what operators and classes of other libraries do; faults of PyTorch's own; what the code computes;
the numbers.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, MemberKind
from hilt.formats.pickle import PickleStream
from hilt.formats.reader import Head
from hilt.formats.torch_zip import holds, inside, pickles_in
from hilt.formats.zip import member_names, open_member
from hilt.formats.zip import read as list_zip

_RECORDS = (
    *("version", "byteorder", ".format_version", ".storage_alignment", ".data/serialization_id", ".data/version"),
    "model.json",
)
_STORAGES = ("data/", "constants/", "tensors/", "traced_inputs/")
EXTRA = "extra/"
"""Files that the publisher put in beside; PyTorch gives them to whoever asks, and reads none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    """One file of code, still text; `path` is that of its member."""

    path: str
    text: str

    def tree(self) -> ast.Module:
        """Its syntax, which is a subset of Python's. Raises `FormatError` where it is not."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text)
        except SyntaxError as error:
            raise FormatError(f"{self.path} is no TorchScript: {error.msg} in line {error.lineno}") from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise FormatError(f"{self.path} cannot be parsed: {str(error) or type(error).__name__}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchScript:
    """`pickles` bear the names of their members; `extra` are the files beside the model, `others` the unexpected."""

    archive: Archive
    code: tuple[CodeFile, ...]
    pickles: tuple[PickleStream, ...]
    storages: tuple[Member, ...]
    extra: tuple[Member, ...]
    others: tuple[Member, ...]


def probe(head: Head) -> bool:
    names = member_names(head.source, head.limits)
    return holds(names, "constants.pkl") or (
        holds(names, "data.pkl") and any(inside(name).startswith("code/") for name in names)
    )


def read(source: ByteSource, limits: Limits) -> TorchScript:
    """Code and pickles. Raises `FormatError` where they cannot be unpacked, `LimitExceeded` where the code is long."""
    archive = list_zip(source, limits)
    code: list[CodeFile] = []
    pickles: list[PickleStream] = []
    storages: list[Member] = []
    extra: list[Member] = []
    others: list[Member] = []
    left = limits.text_bytes
    for member in archive.members:
        name = inside(member.path)
        if member.kind is MemberKind.FOLDER:
            continue
        if name.endswith("pkl"):  # data.pkl, constants.pkl, bytecode.pkl, and the .debug_pkl beside each code file
            pickles += pickles_in(source, member, limits)
        elif name.startswith("code/") and name.endswith(".py"):
            left -= member.size
            if left < 0:
                raise LimitExceeded("text_bytes", limits.text_bytes - left, limits.text_bytes, offset=member.offset)
            code.append(CodeFile(path=member.path, text=_text(source, member, limits)))
        elif name.startswith(_STORAGES):
            storages.append(member)
        elif name.startswith(EXTRA):
            extra.append(member)
        elif name not in _RECORDS:
            others.append(member)
    return TorchScript(
        archive=archive,
        code=tuple(code),
        pickles=tuple(pickles),
        storages=tuple(storages),
        extra=tuple(extra),
        others=tuple(others),
    )


def _text(source: ByteSource, member: Member, limits: Limits) -> str:
    data = open_member(source, member, limits).read(0, member.size)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{member.path} is not UTF-8: {error.reason}", offset=member.offset) from None
