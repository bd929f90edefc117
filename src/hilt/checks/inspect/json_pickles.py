"""JSON with pickles in it.

What: strings of a JSON document that are a pickle in base64: what stable-baselines3 keeps under `:serialized:`, and any
other string that is one from its first byte to its last. What is in them is judged as a pickle file is.

Why: a document looks like data, and the program that wrote such a string unpickles it. `PPO.load` of stable-baselines3 does
so with every `:serialized:` of the file `data` in its archive.

What it cannot see: pickles in other alphabets, encrypted or compressed ones; which program reads the document.

Fix: do not load the model; ask for the bare weights (`policy.pth` of a stable-baselines3 archive) and the settings in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile, Seen
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap

if TYPE_CHECKING:
    from hilt.checks.inspect.pickle_carriers import Carrier
    from hilt.formats.json import Json

_SHOWN = 80


def json_pickles(file: ReadFile[Json]) -> Iterator[Seen]:
    from hilt.knowledge.json_pickles import pickles

    for key, data in pickles([file.value.value, *({name: value} for name, value in file.value.hidden)]):
        yield from _judged(file, key[:_SHOWN], data)


def _judged(file: ReadFile[Json], key: str, data: bytes) -> Iterator[Seen]:
    """What the checks of pickles say of one, at the place of the document."""
    from hilt.checks.inspect.pickle_code import pickle_code
    from hilt.checks.inspect.pickle_unknown_call import pickle_unknown_call
    from hilt.core.byte_source import MemorySource
    from hilt.formats import pickle

    def seen(severity: Severity, message: str, fix: str = "") -> Finding:
        where = Where(path=file.path)
        return Finding(
            check=CHECK.id, severity=severity, where=where, message=f"the pickle at {key!r}: {message}", fix=fix
        )

    source = MemorySource(data)
    try:
        value = pickle.read(source, file.limits)
    except FormatError as error:
        yield seen(Severity.MEDIUM, f"cannot be read: {error}")
        return
    read: ReadFile[Carrier] = ReadFile(path=file.path, format="pickle", value=value, source=source, limits=file.limits)
    for check in (pickle_code, pickle_unknown_call):
        for told in check(read):
            match told:
                case Finding():
                    yield seen(told.severity, told.message)
                case Gap():
                    yield replace(told, what=CHECK.id)
                case _:
                    yield told


CHECK = listed("json-pickles")
