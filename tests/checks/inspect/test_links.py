from __future__ import annotations

import pytest

from hilt.checks.inspect.links import CHECK
from hilt.core.subject import Entry, EntryKind
from repositories import findings_in


@pytest.mark.parametrize(
    ("kind", "severity", "words"),
    [
        (EntryKind.LINK_OUT, "high", "a link out of the subject, to '../../key'"),
        (EntryKind.LINK_BROKEN, "low", "leads nowhere"),
        (EntryKind.LINK_FOLDER, "info", "looked at where they are"),
    ],
)
def test_each_kind_of_link_is_told(kind: EntryKind, severity: str, words: str) -> None:
    (finding,) = findings_in(CHECK, {"a.json": b"{}"}, Entry(path="x", kind=kind, target="../../key"))
    assert (finding.severity.word, words in finding.message) == (severity, True)


def test_a_link_that_is_read_as_the_file_it_means_is_quiet() -> None:
    assert findings_in(CHECK, {}, Entry(path="config.json", target="../../blobs/abc")) == []
