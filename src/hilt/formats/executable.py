"""What a program or a library for some machine says of itself: one shape for all formats of executables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Executable:
    """`kind` says what it is ("ELF shared library"), `machine` what it runs on ("x86-64")."""

    kind: str
    machine: str
