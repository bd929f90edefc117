"""Which bytes a request asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.doors.http.ranges import OutOfReach, Span, span


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-", Span(0, 10)),
        ("bytes=3-5", Span(3, 6)),
        ("bytes=3-500", Span(3, 10)),
        ("bytes=-4", Span(6, 10)),
        ("bytes=-400", Span(0, 10)),
        ("Bytes= 9-9 ", Span(9, 10)),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-3", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=+1-2", None),
        ("bytes=\u0661-\u0662", None),
        ("bytes=" + "9" * 4000 + "-", None),
    ],
)
def test_a_range_is_read_as_it_is_specified(header: str, part: Span | None) -> None:
    assert span(header, 10) == part


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=10-12", 10), ("bytes=-0", 10), ("bytes=0-0", 0)]
)
def test_bytes_behind_the_last_one_are_refused(header: str, size: int) -> None:
    with pytest.raises(OutOfReach):
        span(header, size)


@given(st.text(max_size=30).map("bytes={}".format) | st.text(max_size=30), st.integers(0, 1 << 40))
def test_no_range_reaches_out_of_the_file(header: str, size: int) -> None:
    try:
        part = span(header, size)
    except OutOfReach:
        return
    assert part is None or 0 <= part.start < part.end <= size
