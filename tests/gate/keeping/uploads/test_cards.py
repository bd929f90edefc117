from __future__ import annotations

import pytest

from hilt.gate.keeping.uploads.cards import LOOKED_AT, complaint_of, told_of


def test_what_a_card_says_is_told_as_a_hub_tells_it() -> None:
    card = b"---\nlicense: mit\ntags: [a, 1, b]\npipeline_tag: text-generation\nlibrary_name: 7\n---\n# A model\n"
    told = told_of(card)
    assert told["tags"] == ["a", "b"]
    assert told["pipeline_tag"] == "text-generation"
    assert "library_name" not in told
    assert complaint_of(card) == ""


@pytest.mark.parametrize("card", [b"", b"# A model\n", b"---\n---\n", "---\nlicense: mit\n---\nü".encode() * 20_000])
def test_a_card_that_says_little_is_no_mistake(card: bytes) -> None:
    assert complaint_of(card) == ""
    told_of(card)


BAD = {
    "no YAML": b"---\na: [\n---\n",
    "a list": b"---\n- a\n---\n",
    "twice": b"---\na: 1\na: 2\n---\n",
    "binary": b"\0\1\2\3",
    "laughs": b"---\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (c + 1, c + 1, b",".join([b"*%c" % c] * 9)) for c in range(97, 107))
    + b"---\n",
    "deep": b"---\na: " + b"[" * 5000 + b"\n---\n",
}


@pytest.mark.parametrize("card", BAD.values(), ids=BAD.keys())
def test_a_card_that_is_wrong_says_so_and_tells_nothing(card: bytes) -> None:
    assert complaint_of(card)
    assert told_of(card) == {}


def test_no_more_of_a_card_is_looked_at_than_its_front_matter_may_have() -> None:
    assert told_of(b"---\na: 1\n---\n" + "ü".encode() * LOOKED_AT)["cardData"] == {"a": 1}
    assert told_of(b"---\na: " + b"x" * LOOKED_AT + b"\n---\n") == {}
