from __future__ import annotations

import struct

import pytest

from hilt.checks.inspect.native_code import CHECK
from hilt.core.finding import Severity
from reading import findings, read

ELF = b"\x7fELF\2\1\1" + b"\0" * 9 + struct.pack("<2H", 3, 62)
ELF_BIG = b"\x7fELF\2\2\1" + b"\0" * 9 + struct.pack(">2H", 2, 21)
PE = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + struct.pack("<4sH16xH", b"PE\0\0", 0x8664, 0x2022)
MACHO = struct.pack("<4I", 0xFEEDFACF, 0x0100000C, 0, 6)
FAT = b"\xca\xfe\xba\xbe" + struct.pack(">I", 2) + b"\0" * 40
JAVA = b"\xca\xfe\xba\xbe" + struct.pack(">2H", 0, 61) + b"\0" * 40
PYC = struct.pack("<H", 3531) + b"\r\n" + b"\0" * 12


@pytest.mark.parametrize(
    ("data", "name", "severity", "words"),
    [
        (ELF, "libmodel.so", Severity.MEDIUM, "code in a model: ELF shared library or program (x86-64)"),
        (ELF_BIG, "runner", Severity.MEDIUM, "ELF program (PowerPC 64)"),
        (ELF, "model.safetensors", Severity.HIGH, "model.safetensors is named like data, and is code: ELF"),
        (PE, "helper.dll", Severity.MEDIUM, "Windows library (x86-64)"),
        (PE, "weights.bin", Severity.HIGH, "weights.bin is named like data"),
        (MACHO, "lib.dylib", Severity.MEDIUM, "macOS library (ARM 64)"),
        (FAT, "tool", Severity.MEDIUM, "macOS program or library (2 machines)"),
        (JAVA, "Main.class", Severity.MEDIUM, "Java class"),
        (b"\0asm\1\0\0\0", "model.wasm", Severity.MEDIUM, "WebAssembly module"),
        (PYC, "model.cpython-311.pyc", Severity.MEDIUM, "compiled Python"),
        (PYC, "config.json", Severity.HIGH, "config.json is named like data"),
        (b"#!/bin/sh\necho hilt\n", "download.sh", Severity.LOW, "a script (/bin/sh)"),
        (b"#!/bin/sh\necho hilt\n", "setup", Severity.MEDIUM, "code in a model: script (/bin/sh)"),
        (b"#!/bin/sh\necho hilt\n", "model.bin", Severity.HIGH, "model.bin is named like data"),
    ],
)
def test_programs_are_named_for_what_they_are(data: bytes, name: str, severity: Severity, words: str) -> None:
    seen = findings(CHECK, data, name)
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"MZ is how this text begins\n" * 9, "notes.txt"),
        (b"hi\r\nthere\r\n", "notes.txt"),
        (b"#!/usr/bin/env python3\nprint(1)\n", "convert.py"),
        (b"#! a line of text\n", "notes.txt"),
    ],
)
def test_texts_that_begin_alike_are_no_programs(data: bytes, name: str) -> None:
    assert read(data, name).format not in CHECK.reads


@pytest.mark.parametrize("data", [ELF, PE, MACHO, FAT, JAVA, PYC])
def test_every_truncation_is_read_or_left_to_others(data: bytes) -> None:
    for length in range(1, len(data)):
        file = read(data[:length], "x")
        assert file.format not in CHECK.reads or file.error is None
