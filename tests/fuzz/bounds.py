"""What no input may make hilt do, and the one way in which inputs are tried: by the fuzzer, and by the tests again."""

from __future__ import annotations

import encodings
import os
import pkgutil
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import hilt
import hilt.checks
import hilt.formats
import hilt.knowledge
from hilt.checks import CHECKS, reading
from hilt.checks.check import ReadFile, Repository
from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError, SourceError
from hilt.core.limits import Limits
from hilt.core.subject import Entry, Subject
from hilt.formats.archive import ARCHIVES, MemberKind, member_path, open_member
from hilt.formats.reader import HEAD, Head, Reader
from memory import peak_memory

SECONDS = 2.0
"""CPU time for one input."""

MEMORY = 300 << 20
"""What one input may add to the memory of the process, in bytes."""

_KILL = 6
"""Seconds of CPU time after which a process that tries an input is killed."""

_MEMBERS = 3
"""Members of an archive that are read in their turn."""

_PACKAGES = (hilt.checks, hilt.formats, hilt.knowledge, encodings)
_LIBRARIES = ("jinja2.ext", "lz4.frame", "backports.zstd")
"""What readers and checks import when they need it; here it is there before anything is watched."""


_PACKAGE = str(Path(hilt.__file__).parent)


class Broken(Exception):
    """An input made hilt do what it never may."""


def exercise(reader: Reader, name: str, data: bytes, limits: Limits = Limits()) -> None:  # noqa: B008
    """All that happens to a file of this content: recognised, read, checked; and read by `reader` in any case.

    Raises what must not be raised, and `Broken` where hilt runs or opens something, or takes too long.
    """
    begun = time.process_time()
    with _watched():
        file = reading.read(name, MemorySource(data), limits)
        _check(file)
        _members(file)
        if file.format != reader.id:
            head = Head(name=name, data=data[:HEAD], source=file.source, limits=limits)
            with suppress(FormatError, RecursionError):
                reader.fits(head)
            _check(_read_as(reader, file))
    if (seconds := time.process_time() - begun) > SECONDS:
        raise Broken(f"too slow: {seconds:.1f} s of CPU time")


def _read_as(reader: Reader, file: ReadFile[Any]) -> ReadFile[Any]:
    try:
        return replace(file, format=reader.id, value=reader.module.read(file.source, file.limits), error=None)
    except (FormatError, RecursionError) as error:
        return replace(file, format=reader.id, value=None, error=FormatError(str(error)))


def _check(file: ReadFile[Any]) -> None:
    """Runs every check on the file, and on a repository that holds it alone."""
    reading.examine(file, [check for check in CHECKS if check.reads])

    def again(_: str) -> ReadFile[Any]:
        if file.error is not None:
            raise file.error
        return file

    subject = Subject(reference="memory", entries=(Entry(path=file.path, size=file.source.size),))
    repository = Repository(
        subject=subject, formats={file.path: file.format}, read=again, limits=file.limits, open=lambda _: file.source
    )
    for check in CHECKS:
        if not check.reads:
            reading.run_check(check, repository, "", file.limits)


def _members(file: ReadFile[Any]) -> None:
    """Reads the first few files of an archive."""
    if file.format not in ARCHIVES or file.error is not None:
        return
    listed = [(at, member) for at, member in enumerate(file.value.members) if member.kind is MemberKind.FILE]
    for at, member in listed[:_MEMBERS]:
        with suppress(SourceError):
            inner = _opened(file, at)
            _check(reading.read(f"{file.path}!/{member_path(file.path, member)}", inner, file.limits))


def _opened(file: ReadFile[Any], at: int) -> ByteSource:
    try:
        return open_member(file.format, file.source, at, file.limits)
    except FormatError as error:
        raise SourceError(str(error)) from None


_done: list[str] = []
_watching = False


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _watching and not _honest(event, args):
        _done.append(f"{event}: {args}"[:200])
        raise Broken(_done[-1])


def _honest(event: str, args: tuple[Any, ...]) -> bool:
    match event:
        case "compile":  # `ast.parse` makes a tree of Python and TorchScript, no code
            return str(args[1]) == "<unknown>"
        case "open":  # Python looks for the line of a syntax error in a file of that name; hilt reads what it knows
            own = str(args[0]).startswith(_PACKAGE) and args[1] == "r"
            return own or args[:2] == ("<unknown>", "rb")
        case "import":  # Python source names its encoding, and Python looks for a module of that name
            return str(args[0]).startswith("encodings.")
        case _:
            return event in {"array.__new__", "builtins.id", "object.__getattr__", "sys._getframe"}


def prepare() -> None:
    """Imports all that may be imported, and watches from here on what `exercise` does."""
    os.environ[reading.RAISE_BUGS] = "1"
    packages = [(package.__path__, f"{package.__name__}.") for package in _PACKAGES]
    modules = [module.name for path, prefix in packages for module in pkgutil.walk_packages(path, prefix)]
    for name in (*_LIBRARIES, *modules):
        with suppress(ImportError):  # two of them are optional, and some encodings are for one platform only
            import_module(name)
    sys.addaudithook(_hook)


@contextmanager
def _watched() -> Iterator[None]:
    global _watching  # noqa: PLW0603 - a hook cannot be taken away again
    _done.clear()
    _watching = True
    try:
        yield
    finally:
        _watching = False
    if _done:  # somebody caught what the hook raised
        raise Broken(_done[0])


def verdict(reader: Reader, name: str, data: bytes) -> str:
    """What `exercise` breaks with this input, in a process of its own: `what (where): more`. Empty if nothing."""
    answers, answer = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (_KILL, _KILL))
        before = peak_memory()
        said = _tried(reader, name, data)
        if not said and (more := peak_memory() - before) > MEMORY:
            said = f"too much memory: {more >> 20} MiB"
        os.write(answer, said.encode()[:4096])
        os._exit(0)
    os.close(answer)
    with os.fdopen(answers, "rb") as pipe:
        said = pipe.read().decode("utf-8", "replace")
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        return f"killed: signal {-os.waitstatus_to_exitcode(status)} after {used.ru_utime + used.ru_stime:.1f} s"
    return said


def _tried(reader: Reader, name: str, data: bytes) -> str:
    try:
        exercise(reader, name, data)
    except Broken as error:
        return str(error)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what we look for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} ({Path(place.filename).name}, line {place.lineno}): {error}"
    return ""
