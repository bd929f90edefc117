"""The byte code that Keras stores for Lambda layers, and what can be told of it without loading it.

Keras marshals the code object of a lambda and writes it as base64: Keras 3 in objects of the class `__lambda__`, Keras 2
in the config of the layer, as [code, defaults, closure] beside a `..._type` of "lambda".
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.knowledge.keras_objects import LAMBDA, KerasObject, objects

_LEGACY = ("function", "output_shape", "mask")
_SHORT, _LONG = b"zZ", b"aAutsi"
"""CPython, Python/marshal.c: the type codes of texts with a length of one byte and of four."""
_REFERENCE = 0x80
_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_.]*")
_LONGEST = 200
_LOOKED_AT = 1 << 20
"""Bytes of one lambda in which names are looked for."""

REACHING = frozenset(
    """os nt posix subprocess pty sys system popen Popen spawn execv execve exec eval compile getattr setattr globals
    vars locals builtins importlib import_module __import__ __builtins__ __subclasses__ __globals__ __class__ __base__
    __bases__ __mro__ __dict__ __code__ __loader__ open file socket urllib request requests urlopen urlretrieve http
    httpx ftplib smtplib paramiko ctypes cffi pickle marshal loads shutil rmtree remove unlink rename chmod tempfile
    multiprocessing threading b64decode codecs zlib webbrowser runpy pathlib write_text write_bytes get_file read_file
    write_file py_function numpy_function load_library load_op_library""".split()
)
"""Names in the code of a lambda that reach out of a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCode:
    """Byte code in a config; `names` are the identifiers in it, those that were readable."""

    path: str
    layer: str
    size: int
    names: tuple[str, ...]

    @property
    def reaching(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if REACHING.intersection(name.split(".")))


def stored_code(config: Any) -> Iterator[StoredCode]:
    """Every lambda that a config holds as byte code."""
    layer = ""
    for found in objects(config):
        if found.class_name.rpartition(">")[2] == "Lambda":
            layer = found.layer
            yield from _legacy(found)
        elif found.class_name == LAMBDA:
            value = (
                found.config.get("value", found.config.get("code")) if isinstance(found.config, dict) else found.config
            )
            yield _code(found.path, layer, value)


def _legacy(found: KerasObject) -> Iterator[StoredCode]:
    config = found.config if isinstance(found.config, dict) else {}
    for part in _LEGACY:
        value = config.get(part)
        if value is None or (isinstance(value, dict) and "class_name" in value):
            continue
        if config.get(f"{part}_type") == "lambda" or (part == "function" and isinstance(value, list)):
            yield _code(f"{found.path}.config.{part}", found.layer, value)


def _code(path: str, layer: str, value: Any) -> StoredCode:
    text = value[0] if isinstance(value, list) and value else value
    code = b""
    if isinstance(text, str):
        try:
            code = base64.b64decode(text)
        except (binascii.Error, ValueError):
            code = text.encode("latin-1", "replace")  # Keras before 2.0.9 wrote the bytes as they are
    return StoredCode(path=path, layer=layer, size=len(code), names=tuple(dict.fromkeys(_identifiers(code))))


def _identifiers(code: bytes) -> Iterator[str]:
    """The texts in marshalled bytes that are names, found by their type code and length; nothing is loaded."""
    code = code[:_LOOKED_AT]
    for at, kind in enumerate(code):
        plain = kind & ~_REFERENCE
        if plain in _SHORT:
            size, begin = code[at + 1] if at + 1 < len(code) else 0, at + 2
        elif plain in _LONG and at + 5 <= len(code):
            (size,), begin = struct.unpack_from("<I", code, at + 1), at + 5
        else:
            continue
        if 0 < size <= _LONGEST and _IDENTIFIER.fullmatch(code, begin, begin + size) and begin + size <= len(code):
            yield code[begin : begin + size].decode()
