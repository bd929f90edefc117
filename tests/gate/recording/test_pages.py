"""Pages of a question, and histories, told one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from hilt.gate.recording import pages as paging
from hilt.gate.recording.pages import histories, pages
from record.one_of_each import OTHER, SUBJECT, one_of_each


class Row(NamedTuple):
    place: int


def rows(number: int, *, after: int | None, limit: int) -> Sequence[Row]:
    return [Row(place) for place in range(number) if after is None or place > after][:limit]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 7])
def test_every_row_comes_once(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(paging, "_ROWS", 2)
    assert [row.place for page in pages(partial(rows, number)) for row in page] == list(range(number))


def test_rows_may_be_places_themselves_and_subjects_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "_ROWS", 1)
    record, places = one_of_each(str(tmp_path / "record.db"))
    with record:
        waiting = partial(record.registry.maybe_open, today="2026-06-01")
        assert [list(page) for page in pages(waiting)] == [[place] for place in waiting()]
        assert [list(page) for page in pages(record.registry.admitted)] == [[one] for one in sorted((SUBJECT, OTHER))]
        assert places.request not in waiting()


def test_each_history_comes_once_in_the_order_in_which_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_HISTORIES", 1)
    record, _ = one_of_each(str(tmp_path / "record.db"))
    with record:
        told = list(histories(record, iter([SUBJECT, OTHER, SUBJECT])))
        assert told == [(one, record.history(one)) for one in (SUBJECT, OTHER)]
