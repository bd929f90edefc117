"""A reading process that is in the hands of what it reads may answer anything: it stays an answer that is none."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from hilt.checks.examined import Examined
from hilt.checks.weights import Weights
from hilt.checks.workers import Worker
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.gate.comparing import answered
from hilt.gate.comparing.beside_weights import changes
from hilt.gate.comparing.weights import OpenedWeights, opened, printed
from hilt.gate.diff import diff
from hilt.gate.settings import Settings
from small_transformers import transformer, write

NOT_TEXT = base64.b64encode(b"hilt-cl1" + bytes(16)).decode()
ANSWERS: list[Any] = [
    {},
    [],
    "text",
    7,
    {"print": 7, "sketch": 7, "ablation": 7, "names": 7, "lines": 7, "untold": 7},
    {"print": "?", "sketch": "?", "ablation": {}, "names": [7], "lines": [[7]], "untold": [7]},
    {"print": "", "sketch": "", "ablation": {"cut": "x"}, "names": {}, "lines": [["a"]], "untold": {}},
    {"print": NOT_TEXT, "sketch": NOT_TEXT, "ablation": {"cut": "found", "matrices": -1}, "names": None, "untold": []},
    {"ablation": {"cut": "found", "matrices": 1, "hit": 1, "gap": {"float": "inf"}}, "lines": [["a"] * 9]},
    {"ablation": {"cut": "found", "matrices": 1, "hit": 1, "layers": [1 << 40]}, "lines": None},
    {"ablation": {"cut": "found", "matrices": 1, "hit": 1, "strength": "0.9"}},
]


class Lying(Worker):
    def __init__(self, told: Any) -> None:
        super().__init__(Limits())
        self._told = told

    def ask(self, request: dict[str, Any]) -> Examined:
        return Examined(told=self._told)


@pytest.mark.parametrize("told", ANSWERS, ids=str)
def test_whatever_the_reader_says_is_an_answer_or_none(told: Any, tmp_path: Path) -> None:
    weights = Weights(Lying(told), {"m.safetensors": "safetensors"}, {"m.safetensors": 9}, remote=False)
    with pytest.raises(FormatError):
        answered.sketch(weights, ["m.safetensors"], 5)
    with pytest.raises(FormatError):
        answered.alone(weights, ["m.safetensors"])
    assert answered.bases(weights, ["m.safetensors"], 8) == ()
    [one] = printed(weights)
    assert one.print is None
    assert one.why


def test_an_answer_of_other_random_numbers_is_none() -> None:
    weights = Weights(Lying({"sketch": NOT_TEXT}), {}, {}, remote=False)
    with pytest.raises(FormatError, match="other random numbers"):
        answered.sketch(weights, ["m.safetensors"], 5)


def test_long_lines_are_cut() -> None:
    told = {"ablation": {"cut": "found", "matrices": 1, "hit": 1, "why": ["a" * 100_000] * 1_000}}
    seen = answered.alone(Weights(Lying(told), {}, {}, remote=False), ["m.safetensors"])
    assert sum(map(len, seen.why)) < 1_000_000


def test_a_card_that_could_not_be_described_is_no_reason_to_fail(tmp_path: Path) -> None:
    write(tmp_path / "model.safetensors", transformer())
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with opened(str(tmp_path), Settings()) as one:
        lying = OpenedWeights(one.report, Weights(Lying({"lines": 7}), one.weights.formats, {}, remote=False))
        told = list(changes(one, lying))
    assert [(change.what, change.key) for change in told] == [("config", "config.json")]
    assert told[0].b.startswith("could not be compared: the reader's answer is none")


def test_what_was_left_out_of_the_comparison_is_told(tmp_path: Path) -> None:
    tensors = transformer()
    largest = max(tensors, key=lambda name: tensors[name].size)
    tensors[largest] = tensors[largest] * float("nan")
    told = diff(write(tmp_path / "a.safetensors", transformer()), write(tmp_path / "b.safetensors", tensors))
    assert any("was left out" in line and largest in line for line in told.untold)
