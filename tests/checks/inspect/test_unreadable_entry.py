from __future__ import annotations

from hilt.checks.inspect.unreadable_entry import CHECK
from hilt.core.subject import Entry, EntryKind
from repositories import findings_in


def test_what_may_not_be_read_is_told_with_the_reason() -> None:
    closed = Entry(path="x", kind=EntryKind.UNREADABLE, note="Permission denied")
    (finding,) = findings_in(CHECK, {"a.json": b"{}"}, closed)
    assert (finding.where.path, finding.message) == ("x", "it could not be read: Permission denied")
