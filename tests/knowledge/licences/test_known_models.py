from __future__ import annotations

import pytest

from hilt.knowledge.licences import known_models
from hilt.knowledge.licences.known_models import TABLE_DATE, find, fits, known_base
from hilt.knowledge.licences.licence import ids
from hilt.knowledge.licences.standard import READ

ROWS = [row for rows in known_models._table().values() for row in rows]


def test_every_row_names_licences_of_the_pack_and_says_when_and_whence() -> None:
    for row in ROWS:
        assert set(row.licences) <= set(ids()), row
        assert row.licences, row
        assert row.source, row
        assert row.read in READ, row
        assert row.as_of <= TABLE_DATE, row
    assert max(row.as_of for row in ROWS) == TABLE_DATE


def test_no_pattern_leaves_the_organisation_open() -> None:
    assert not [row for row in ROWS if "*" in row.pattern.rpartition("/")[0] or row.pattern.startswith("*")]


def test_no_row_hides_behind_one_above_it() -> None:
    for rows in known_models._table().values():
        for at, row in enumerate(rows):
            above = [other.pattern for other in rows[:at] if fits(other.pattern, row.pattern)]
            assert not above, (row.pattern, above)


@pytest.mark.parametrize(
    ("name", "licences"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", ("llama3.1",)),
        ("meta-llama/Meta-Llama-3-8B", ("llama3",)),
        ("meta-llama/Llama-Guard-3-1B", ("llama3.2",)),
        ("Meta Llama/Llama 3.2 1B", ("llama3.2",)),
        ("google/gemma-3-4b-it", ("gemma-terms",)),
        ("google/gemma-4-31b", ("apache-2.0",)),
        ("Qwen/Qwen2.5-7B-Instruct", ("apache-2.0",)),
        ("Qwen/Qwen2.5-3B-Instruct", ("qwen-research-2.5",)),
        ("Qwen/Qwen2.5-72B", ("qwen-2024",)),
        ("Qwen/Qwen2.5-Coder-3B", ("qwen-research-2.5",)),
        ("Qwen/Qwen2.5-Coder-32B", ("apache-2.0",)),
        ("deepseek-ai/DeepSeek-V3", ("deepseek-model-1.0",)),
        ("deepseek-ai/DeepSeek-V3-0324", ("mit",)),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", ("mit", "llama3.1")),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", ("mit",)),
        ("black-forest-labs/FLUX.1-dev", ("flux-1-dev-nc",)),
        ("black-forest-labs/FLUX.1-schnell", ("apache-2.0",)),
        ("tiiuae/falcon-7b", ("apache-2.0",)),
        ("tiiuae/falcon-180B-chat", ("falcon-180b-tii",)),
        ("mistralai/Mistral-Large-Instruct-2411", ("mistral-mrl-0.1",)),
        ("bert-base-uncased", ("apache-2.0",)),
    ],
)
def test_well_known_models(name: str, licences: tuple[str, ...]) -> None:
    base = known_base("finetune", name)
    assert base is not None
    assert base.licences == licences
    assert base.source == "hilt's table of 2026-11-21"


@pytest.mark.parametrize(
    "name", ["", "Llama-3.1-8B", "x/meta-llama/Llama-3.1-8B", "meta-llama/Llama-5-8B", "squad", "google/gemma", "gpt22"]
)
def test_what_is_not_in_the_table_is_unknown(name: str) -> None:
    assert find("model", name) is None


def test_data_is_looked_for_among_data() -> None:
    assert known_base("dataset", "gpt2") is None
    data = known_base("dataset", "wikimedia/wikipedia")
    assert data is not None
    assert data.licences == ("cc-by-sa-3.0",)


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/bc", False),
        ("a/b*", "a/b", True),
        ("a/*b*c", "a/xbxbc", True),
        ("a/*b*c", "a/xcxbx", False),
        ("a/b*b", "a/b", False),
        ("a/b-*-c", "a/b-c", False),
    ],
)
def test_patterns_are_anchored_at_both_ends(pattern: str, name: str, *, expected: bool) -> None:
    assert fits(pattern, name) is expected
