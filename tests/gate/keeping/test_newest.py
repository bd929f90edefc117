from __future__ import annotations

from hilt.gate.keeping.newest import Newest


def test_what_was_put_there_first_goes_first() -> None:
    newest: Newest[str, int] = Newest(2)
    for number, key in enumerate("abac"):
        newest.put(key, number)
    assert [newest.get(key) for key in "abc"] == [2, None, 3]
    newest.drop("a")
    newest.put("d", 4)
    assert [newest.get(key) for key in "acd"] == [None, 3, 4]


def test_what_is_heavy_takes_the_place_of_many_and_the_last_one_stays() -> None:
    newest: Newest[str, str] = Newest(10, len)
    for key, value in (("a", "four"), ("b", "five5"), ("c", "two"), ("b", "six666")):
        newest.put(key, value)
    assert [newest.get(key) for key in "abc"] == [None, "six666", "two"]
    newest.put("d", "more than ten letters")
    assert [newest.get(key) for key in "bcd"] == [None, None, "more than ten letters"]
