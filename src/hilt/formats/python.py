"""Reads Python source as a syntax tree. Nothing is compiled to code, imported or run.

Specification: the grammar of the Python that hilt runs on ("The Python Language Reference", 10. Full Grammar), which
refuses Python 2; the encoding is the one that the file declares (PEP 263), as in an import.

What can bite: it is a program: it runs with all rights of whoever imports it, and configs name it so that loaders do.

What hilt cannot see: what code does that hides its callables better than behind an alias or a fixed name; what packages
do that it imports; whether it is meant well.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import Head
from hilt.formats.text import encoding_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonSource:
    """A module as Python would parse it."""

    tree: ast.Module
    size: int


def probe(head: Head) -> bool:
    first_line = head.data.split(b"\n", 1)[0]
    named = head.name.lower().endswith((".py", ".pyw", ".pyi"))
    return (named or (first_line.startswith(b"#!") and b"python" in first_line)) and encoding_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> PythonSource:
    """The module in `source`. Raises `FormatError` where Python could not parse it either."""
    if source.size > limits.text_bytes:
        raise LimitExceeded("text_bytes", source.size, limits.text_bytes)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.read(0, source.size))
    except SyntaxError as error:
        raise FormatError(f"not Python {error.msg!r} in line {error.lineno}") from None
    except (ValueError, RecursionError, MemoryError, SystemError) as error:  # the last: the parser short of memory
        raise FormatError(f"not Python that can be parsed: {type(error).__name__} {error}") from None
    return PythonSource(tree=tree, size=source.size)
