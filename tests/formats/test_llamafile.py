from __future__ import annotations

from attacks.archives import honest_zip
from attacks.runtimes import llamafile
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats.archive import open_member
from reading import read


def test_the_zip_behind_the_program_is_listed_and_opened() -> None:
    data = llamafile()
    value = read(data, "model.llamafile").value
    inside = read(honest_zip(), "x.zip").value
    assert [member.path for member in value.members] == [member.path for member in inside.members]
    assert "prefix" not in {oddity.id for oddity in value.oddities}
    name = value.members[0].path
    opened = open_member("llamafile", MemorySource(data), name, Limits())
    assert opened.read(0, 64) == open_member("zip", MemorySource(honest_zip()), name, Limits()).read(0, 64)


def test_a_program_without_a_zip_is_a_program_all_the_same() -> None:
    assert read(llamafile(b""), "model").value.members == ()
    assert read(llamafile(), "model.gguf").format == "llamafile"
