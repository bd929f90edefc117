"""A program inside the bytes of another file.

What: programs and libraries of Linux (ELF), Windows (PE) and macOS (64-bit Mach-O) that begin anywhere inside another
file: in a tensor, in a hole between tensors, behind the end. Each is recognised by its whole header, not by a few bytes.
Only with --search-bytes, which looks at every byte of every file.

Why: no format of weights holds programs. One that lies inside them waits for somebody who knows where: it passes as a
model through every control that looks at names and headers, and a few lines of code elsewhere write it out and start it.

What it cannot see: programs that are compressed, encrypted or spread out over the numbers; members of compressed
archives; scripts, and code for virtual machines. Programs as files of their own are named by native-code.

Fix: do not load the file and do not hand it on. Ask the publisher how the program came into it, and take a clean copy.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.examined import UNKNOWN
from hilt.checks.inspect.byte_places import member_around, place
from hilt.checks.inspect.facts import EMBEDDED_PROGRAMS
from hilt.checks.inspect.native_code import CHECK as NATIVE_CODE
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity
from hilt.core.report import Gap, State
from hilt.formats.archive import ARCHIVES


def embedded_program(repository: Repository) -> Iterator[Seen]:
    from hilt.knowledge.embedded_programs import program_at

    count = 0
    for path, marks in repository.marks.items():
        if repository.formats.get(path) in NATIVE_CODE.reads:
            continue  # a program may well hold programs, and is named as one itself
        for mark in marks.programs:
            source = repository.open(path)
            found = program_at(mark, source, repository.limits)
            if found is None or _is_file_of_its_own(repository, path, found[0]):
                continue
            count += 1
            begin, program = found
            where = place(repository, path, begin)
            format_id = repository.formats.get(where.path, repository.formats.get(path))
            severity = Severity.MEDIUM if format_id in (UNKNOWN, *ARCHIVES) else Severity.HIGH
            how = "holds a program" if begin else f"read as {format_id}, it is a program as well"
            message = f"{how}: {program.kind} ({program.machine})"
            yield Finding(check=CHECK.id, severity=severity, where=where, message=message)
        if marks.exceeded:
            yield Gap(what=CHECK.id, path=path, state=State.FAILED, why=marks.exceeded)
    searched = {path for path, marks in repository.marks.items() if not marks.exceeded}
    if all(entry.path in searched for entry in repository.subject.files):
        yield Fact(key=EMBEDDED_PROGRAMS.key, value=count, known=Known.VERIFIED, source=CHECK.id)


def _is_file_of_its_own(repository: Repository, path: str, begin: int) -> bool:
    """Does it begin a member of an archive whose members are files of the subject, or lie in such a program?"""
    if repository.formats.get(path) not in ARCHIVES:
        return False
    try:
        member = member_around(repository.read(path).value, begin)
    except (FormatError, SourceError):
        return False
    if member is None or member.begin == begin:
        return member is not None
    return repository.formats.get(f"{path}!/{member.path}") in NATIVE_CODE.reads


CHECK = listed("embedded-program")
