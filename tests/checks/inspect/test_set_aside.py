from __future__ import annotations

from hilt.checks.inspect.set_aside import CHECK
from hilt.core.subject import Entry, EntryKind
from repositories import findings_in


def test_what_was_set_aside_is_named() -> None:
    (finding,) = findings_in(CHECK, {"a.json": b"{}"}, Entry(path=".git", kind=EntryKind.SET_ASIDE))
    assert (finding.where.path, finding.severity.word) == (".git", "info")


def test_a_subject_without_such_folders_is_quiet() -> None:
    assert findings_in(CHECK, {"a.json": b"{}"}) == []
