from __future__ import annotations

from hilt.checks.inspect.special_files import CHECK
from hilt.core.subject import Entry, EntryKind
from repositories import findings_in


def test_a_pipe_is_told_and_files_are_not() -> None:
    (finding,) = findings_in(CHECK, {"a.json": b"{}"}, Entry(path="x", kind=EntryKind.SPECIAL, note="a pipe"))
    assert (finding.where.path, finding.message) == ("x", "a pipe, where a file should be; it was not opened")
