from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.sources.head_first import HeadFirst

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
BODY = b"\r\n\r\n\n\nxyz"


def passed(head: bytes, cuts: list[int]) -> tuple[bytes, bytes]:
    """What is given until the body begins, of an answer that comes in pieces; and what is kept then."""
    cut, came, at = HeadFirst(), b"", 0
    cut.asked()
    for end in [*sorted(cuts), len(head + BODY)]:
        if at < end and not cut.at_body:
            came += cut.given((head + BODY)[at:end])
            at = end
    assert cut.at_body
    return came, cut.kept() + (head + BODY)[at:]


@given(st.lists(st.integers(min_value=0, max_value=len(HEAD + BODY))))
def test_a_head_ends_where_it_ends_in_whatever_pieces_it_comes(cuts: list[int]) -> None:
    assert passed(HEAD, cuts) == (HEAD, BODY)


@pytest.mark.parametrize("end", [b"\n\n", b"\n\r\n", b"\r\n\n"])
def test_a_head_ends_where_its_parser_takes_it_to_end(end: bytes) -> None:
    assert passed(b"HTTP/1.1 200 OK\r\nA: b" + end, []) == (b"HTTP/1.1 200 OK\r\nA: b" + end, BODY)


def test_a_body_begins_once_and_only_behind_the_head_that_was_given_last() -> None:
    cut = HeadFirst()
    assert (cut.given(HEAD + BODY), cut.at_body) == (HEAD + BODY, False)
    cut.asked()
    assert (cut.given(b"HTTP/1.1 100 Continue\r\n\r\n"), cut.at_body) == (b"HTTP/1.1 100 Continue\r\n\r\n", True)
    assert (cut.given(HEAD + BODY), cut.at_body) == (HEAD + BODY, False)
    cut.asked()
    assert (cut.given(HEAD + BODY), cut.at_body) == (HEAD, True)
    assert (cut.kept(), cut.at_body, cut.kept()) == (BODY, False, b"")
