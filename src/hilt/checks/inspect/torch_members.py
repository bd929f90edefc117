"""Parts of a PyTorch file that PyTorch did not write.

What: members that are neither the pickle, nor a storage, nor one of the few records that PyTorch writes beside them;
names that differ in case alone; members in a second folder at the top; storages that no pickle asks for, that are not
there, or that are longer or shorter than they are said to be.

Why: torch.save writes a fixed set of members. Whatever else lies there was put in by somebody: a payload for another
tool, or a second model for a reader that looks names up in another way. PyTorch looks them up without regard to case.
Where a storage is shorter than the pickle says, PyTorch reads on behind it in memory.

What it cannot see: whether a storage holds the numbers it should. The pickles are judged by checks of their own.

Fix: load the weights in a sandbox and save them again as safetensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.pickle_carriers import traces
from hilt.checks.inspect.remedies import converted_if_harmless
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.archive import Member, Oddity
    from hilt.knowledge.torch_records import Named

BARE = ("torch-legacy", "torch-tar")
"""Formats whose readers compare storages and pickles themselves."""
UNUSED = ("member-unknown", "storage-unasked")
"""What PyTorch does not read; everything else it reads otherwise than it is said to be."""


def torch_members(file: ReadFile[Any]) -> Iterator[Finding]:
    fix = converted_if_harmless(file) if file.format in ("torch-zip", "torch-legacy") else ""
    for oddity in file.value.oddities if file.format in BARE else _of_an_archive(file):
        severity = Severity.MEDIUM if oddity.id in UNUSED else Severity.HIGH
        where = Where(path=file.path, offset=oddity.offset)
        yield Finding(check=CHECK.id, severity=severity, where=where, message=oddity.message, fix=fix)


def _of_an_archive(file: ReadFile[Any]) -> Iterator[Oddity]:
    from hilt.formats.archive import Oddity
    from hilt.knowledge.torch_records import mismatches

    for member in file.value.others:
        said = f"PyTorch writes no member like {member.path!r} ({member.size} bytes)"
        yield Oddity(id="member-unknown", message=said, offset=member.offset)
    first: dict[str, Member] = {}
    tops: dict[str, Member] = {}
    for member in file.value.archive.members:
        same = first.setdefault(member.path.lower(), member)
        if same.path != member.path:
            said = f"{same.path!r} and {member.path!r} are one name to PyTorch"
            yield Oddity(id="one-name", message=said, offset=member.offset)
        tops.setdefault(member.path.partition("/")[0], member)
    for top, member in list(tops.items())[1:]:
        said = f"a second folder {top!r} beside {next(iter(tops))!r}, which PyTorch reads"
        yield Oddity(id="two-folders", message=said, offset=member.offset)
    yield from mismatches(_named(file), file.value.storages)


def _named(file: ReadFile[Any]) -> Iterator[Named]:
    """Every storage that is asked for, and the folder in which PyTorch looks for it."""
    from hilt.formats.torch_zip import inside

    for stream, trace in traces(file):
        folder = inside(stream.name).removesuffix(".pkl")
        for asked in trace.asked:
            if asked.storage is not None:
                yield _SHARED.get(folder, folder), asked.storage


_SHARED = {"bytecode": "constants"}
"""Code for mobile devices has its tensors among the constants."""


CHECK = listed("torch-members")
