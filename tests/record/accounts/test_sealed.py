"""Private keys, sealed: what opens a box, and that nothing else does."""

from __future__ import annotations

import pytest

from hilt.record.accounts import sealed
from hilt.record.accounts.sealed import (
    NO_ACCOUNT,
    open_with_password,
    open_with_secret,
    seal_with_password,
    seal_with_secret,
)
from hilt.record.ledger.keys import new_signing_key
from quick_passwords import _quick_passwords  # noqa: F401 - pytest finds it by its name

KEY = new_signing_key()
WORK = sealed.PASSES, sealed.KIBIBYTES, sealed.LANES


def test_a_password_opens_what_it_sealed() -> None:
    box = seal_with_password(KEY, "correct horse battery", "an account")
    assert len(box) == len(NO_ACCOUNT), "what nobody opens looks like any other"
    found = open_with_password(box, "correct horse battery", "an account")
    assert found is not None
    assert found.public.holds(found.sign(b"x"), b"x")
    assert found.public == KEY.public
    assert open_with_password(box, "correct horse batterY", "an account") is None
    assert open_with_password(box, "correct horse battery", "another account") is None
    assert open_with_password(NO_ACCOUNT, "correct horse battery", "") is None


def test_the_work_of_a_guess_is_what_rfc_9106_recommends() -> None:
    assert WORK == (3, 64 * 1024, 4)


def test_a_secret_opens_what_it_sealed() -> None:
    box = seal_with_secret(KEY, b"s" * 32, "a pass")
    assert open_with_secret(box, b"s" * 32, "a pass") == KEY
    assert open_with_secret(box, b"t" * 32, "a pass") is None
    assert open_with_secret(box, b"s" * 32, "another pass") is None
    assert open_with_password(box, "s" * 32, "a pass") is None
    assert seal_with_secret(KEY, b"s" * 32, "a pass") != box, "no nonce is taken twice"


def test_a_box_of_which_a_byte_was_changed_stays_closed() -> None:
    box = seal_with_secret(KEY, b"s" * 32, "a pass")
    for place in range(len(box)):
        changed = box[:place] + ("B" if box[place] == "A" else "A") + box[place + 1 :]
        assert open_with_secret(changed, b"s" * 32, "a pass") is None


@pytest.mark.parametrize(
    "rubbish", ["", "$", "secret", "secret$", "secret$é", "secret$AAAA", "secret$" + "A" * 100_000]
)
def test_rubbish_stays_closed(rubbish: str) -> None:
    assert open_with_secret(rubbish, b"s" * 32, "") is None
    assert open_with_password(rubbish.replace("secret", "password"), "p", "") is None
