"""What a client asks for that searches a hub."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from hilt.core.library import Found, Sought
from hilt.doors.hub import listing


def test_what_is_searched_for_is_read() -> None:
    query = parse_qs("search=bert&author=acme&filter=pytorch,nlp&filter=license:mit&pipeline_tag=fill-mask&sort=likes")
    tags = ("pytorch", "nlp", "license:mit")
    sought = Sought(text="bert", author="acme", task="fill-mask", tags=tags, order="likes")
    assert listing.sought("models", query) == sought
    assert listing.sought("datasets", {}) == Sought(kind="datasets")


@pytest.mark.parametrize(
    ("said", "most"), [("", 100), ("5", 5), ("99999", 1000), ("0", 100), ("-1", 100), ("x", 100), ("\u0665", 100)]
)
def test_a_page_is_bounded(said: str, most: int) -> None:
    assert listing.limit({"limit": [said]}) == most


def test_the_next_page_is_linked_to_with_all_that_was_asked() -> None:
    query = parse_qs("search=a%22%3E%0d%0ab&filter=x&filter=y&cursor=9")
    ((name, link),) = listing.next_page(Found((), 17), "models", query, "https://hilt.example")
    address, _, rel = link.partition(">; ")
    assert (name, rel) == ("Link", 'rel="next"')
    assert parse_qs(urlsplit(address[1:]).query) == {**query, "cursor": ["17"]}
    assert link.isprintable()
    assert listing.next_page(Found((), None), "models", query, "https://hilt.example") == ()
    assert listing.after({"cursor": ["17"]}) == 17
