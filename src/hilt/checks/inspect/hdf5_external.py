"""An HDF5 file that reads other files.

What: external links, datasets whose values lie in raw files outside, virtual datasets that take their values from other
files, links of a kind that only a program's own code can follow, and filters that are libraries of their own.

Why: whoever opens the model opens those files too: the HDF5 library follows such links without a question. A downloaded
model can so read any file of the machine that loads it into its weights, from which a service may give it away
(CVE-2026-1669), or reach a network share. What is loaded is not what was downloaded.

What it cannot see: objects that no link leads to and only a reference among the values does; links in a group whose list
of links is stored compressed; that is reported as not checked.

Fix: ask for a file that holds its own values, or copy it on a machine that has nothing to lose: `h5repack` and h5py's
`File.copy(..., expand_external=True)` write such a copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.formats.hdf5 import Hdf5


REGISTERED, PRIVATE = 256, 32768
"""From where on filters are registered with The HDF Group, and from where on they are anybody's."""
LZF = 32000
"""The filter that h5py brings."""


def hdf5_external(file: ReadFile[Hdf5]) -> Iterator[Finding | Gap]:
    def seen(message: str, tensor: str | None = None) -> Finding:
        where = Where(path=file.path, tensor=tensor)
        return Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)

    for link in file.value.links:
        if link.kind == "external":
            yield seen(f"the link {link.path!r} leads to {link.target!r} in the file {link.file!r}")
        elif link.kind != "soft":
            yield seen(f"the link {link.path!r} is {link.kind}: only a program's own code can follow it")
    for dataset in file.value.datasets:
        for name in dataset.raw_files:
            yield seen(f"its values lie in the file {name!r}", dataset.path)
        for name in dataset.virtual:
            if name != ".":
                yield seen(f"takes its values from the file {name!r} when it is read", dataset.path)
    for number in sorted({number for dataset in file.value.datasets for number in dataset.filters} - {LZF}):
        if number >= REGISTERED:
            severity = Severity.MEDIUM if number >= PRIVATE else Severity.LOW
            message = f"values go through the filter {number}, whose library HDF5 looks for in its folder of plug-ins"
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)
    for why in file.value.unseen:
        yield Gap(what=CHECK.id, path=file.path, state=State.SKIPPED, why=why)


CHECK = listed("hdf5-external")
