from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from hilt.core.library import Repository
from hilt.gate.keeping.short_tokens import SECONDS, Holder, ShortTokens

KEY = bytes(32)
HOLDER = Holder(Repository("datasets", "acme/words"), "person-1")


def test_a_token_says_for_which_repository_and_whom_it_is() -> None:
    tokens = ShortTokens(KEY)
    token, until = tokens.grant(HOLDER, now=1000.5)
    assert until == 1000 + SECONDS
    assert tokens.holder(token, now=until - 1) == HOLDER


def test_it_is_over_after_a_while() -> None:
    tokens = ShortTokens(KEY)
    token, until = tokens.grant(HOLDER, now=1000)
    assert tokens.holder(token, now=until) is None


def test_it_may_be_for_one_thing_alone_and_for_longer() -> None:
    one = HOLDER._replace(what="sha256:1")
    token, until = ShortTokens(KEY).grant(one, 3600, now=1000)
    assert (until, ShortTokens(KEY).holder(token, now=4599)) == (4600, one)


def test_another_server_knows_it_by_the_key_and_not_without() -> None:
    token, _ = ShortTokens(KEY).grant(HOLDER)
    assert ShortTokens(KEY).holder(token) == HOLDER
    assert ShortTokens(b"k" * 32).holder(token) is None


@pytest.mark.parametrize("text", ["", ".", "a.b", "é.é", "\udcff.x", "a" * 5000, "=.", "W10=."])
def test_what_is_none_of_ours_opens_nothing(text: str) -> None:
    assert ShortTokens(KEY).holder(text) is None


def test_nothing_in_it_can_be_changed() -> None:
    tokens = ShortTokens(KEY)
    said, _, signature = tokens.grant(HOLDER)[0].partition(".")
    other = urlsafe_b64encode(urlsafe_b64decode(said).replace(b"acme", b"labs")).decode()
    assert tokens.holder(f"{said}.{signature}") == HOLDER
    assert tokens.holder(f"{other}.{signature}") is None
    assert tokens.holder(f"{said}.{signature[:-1]}") is None
    assert tokens.holder(f"{said}.") is None
