from __future__ import annotations

import json

from hilt.sources.hub_told import KEYS, MOST, told_of


def test_what_clients_read_is_kept_and_nothing_else() -> None:
    document = {
        "likes": 3,
        "sha": "0" * 40,
        "siblings": [{"rfilename": "a"}],
        "cardData": {"license": "mit"},
        "more": 1,
    }
    assert told_of(document) == {"cardData": {"license": "mit"}, "likes": 3}


def test_there_is_room_for_so_much_and_what_is_small_comes_first() -> None:
    told = told_of(dict.fromkeys(KEYS, "\u00e4" * 1000) | {"config": "x" * (MOST - 20), "likes": 3})
    assert "config" not in told
    assert told["likes"] == 3
    assert 8 < len(told) < len(KEYS)
    assert len(json.dumps(told)) <= MOST


def test_what_cannot_be_written_again_is_left_out() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert told_of({"cardData": deep, "likes": 3}) == {"likes": 3}
