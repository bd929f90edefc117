"""What was told of a record is told again, until its log grows or it is not fresh any more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from hilt.gate.recording.told_again import ToldAgain
from hilt.record.record import Record
from record.one_of_each import ANNA_KEY, one_of_each, stated


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with one_of_each(str(tmp_path / "record.db"))[0] as record:
        yield record


def test_the_same_is_told_until_the_log_grows(record: Record) -> None:
    again, answers = ToldAgain[int](), count()
    assert [again.of(record, "a", lambda: next(answers)) for _ in range(3)] == [0, 0, 0]
    record.commit([stated("p-0000000e", "Eve")], key=ANNA_KEY)
    assert again.of(record, "a", lambda: next(answers)) == 1


def test_of_another_question_and_of_another_record_something_else_is_told(record: Record, tmp_path: Path) -> None:
    again, answers = ToldAgain[int](), count()
    assert [again.of(record, about, lambda: next(answers)) for about in ("a", "b", "a")] == [0, 1, 0]
    with one_of_each(str(tmp_path / "other.db"))[0] as other:
        assert again.of(other, "a", lambda: next(answers)) == 2


def test_what_is_not_fresh_any_more_is_told_anew(record: Record) -> None:
    again, answers = ToldAgain[int](fresh=0), count()
    assert [again.of(record, "a", lambda: next(answers)) for _ in range(2)] == [0, 1]


def test_no_more_is_remembered_than_was_said(record: Record) -> None:
    again, answers = ToldAgain[int](most=2), count()
    assert [again.of(record, about, lambda: next(answers)) for about in "abca"] == [0, 1, 2, 3]
