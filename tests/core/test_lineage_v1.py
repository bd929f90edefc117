from __future__ import annotations

import json

from hilt.core.lineage import Cut
from hilt.core.lineage_v1 import decode_ablation, encode_ablation, encode_diff
from sample_kinship import DIFF


def test_all_of_a_comparison_is_in_its_json_and_nothing_that_is_not_ascii() -> None:
    told = encode_diff(DIFF)
    text = json.dumps(told)
    assert text.isascii()
    assert told["kinship"]["relation"] == "fine-tuned"
    assert told["kinship"]["also"] == ["quantised"]
    assert len(told["kinship"]["pairs"]) == len(DIFF.kinship.pairs)
    assert told["kinship"]["groups"][3] == {"layer": 1, "kind": "down"}
    assert told["ablation"]["strength"] == 0.93
    assert [one["what"] for one in told["changes"]] == [one.what for one in DIFF.changes]


def test_what_was_not_looked_at_is_left_out() -> None:
    told = encode_diff(DIFF._replace(ablation=None, alone_a=None, alone_b=None))
    assert not {"ablation", "alone_a", "alone_b"} & told.keys()


def test_a_cut_comes_back_as_it_was() -> None:
    for one in (DIFF.ablation, DIFF.alone_a, DIFF.alone_b):
        assert one is not None
        assert decode_ablation(json.loads(json.dumps(encode_ablation(one)))) == one
    assert {cut.value for cut in Cut} == {"found", "shared-direction edit", "not found", "cannot tell"}
