from __future__ import annotations

import re

import pytest

from hilt.core.patterns import LazyPattern
from hilt.knowledge.licences import amounts as amounts_module
from hilt.knowledge.licences import clauses as clauses_module
from hilt.knowledge.licences import words as words_module
from hilt.knowledge.licences.amounts import amounts
from hilt.knowledge.licences.clause_patterns import PATTERNS
from hilt.knowledge.licences.clauses import CLAUSES, QUOTED, Clause, clauses
from hilt.knowledge.pattern_growth import growth
from licence_texts import APACHE, mit, publishers_copy

FOUND = {
    "baichuan2-apache.txt": "patent-retaliation licence-copy mark-changes notice",
    "chatglm2.txt": "licence-copy use-policy",
    "dbrx.txt": "outputs notice licence-copy mark-changes output-training use-policy remote-restriction users latest-version patent-retaliation indemnity termination",
    "deepseek-code-mit.txt": "licence-copy",
    "deepseek-llm-model.txt": "use-policy patent-retaliation licence-copy mark-changes outputs remote-restriction no-endorsement",
    "deepseek-v3-model.txt": "use-policy patent-retaliation licence-copy mark-changes outputs remote-restriction no-endorsement",
    "exaone-4.txt": "research name-prefix commercial output-training outputs attribution indemnity termination licensor-may-change",
    "flux1-dev.txt": "commercial outputs output-training content-filter licence-copy display notice indemnity termination patent-retaliation",
    "flux1-schnell-apache.txt": "patent-retaliation licence-copy mark-changes notice",
    "hunyuan-video.txt": "territory outputs licence-copy mark-changes display notice users use-policy output-training patent-retaliation indemnity termination licensor-may-change guardrail",
    "kimi-k2-modified-mit.txt": "licence-copy display",
    "llama2-aup.txt": "use-policy",
    "llama2.txt": "licence-copy notice use-policy output-training users patent-retaliation indemnity termination",
    "llama3-aup.txt": "use-policy",
    "llama3.txt": "licence-copy display name-prefix notice use-policy output-training users patent-retaliation indemnity termination",
    "llama3_1-aup.txt": "use-policy",
    "llama3_1.txt": "licence-copy display name-prefix notice use-policy users patent-retaliation indemnity termination",
    "llama3_2-aup.txt": "guardrail territory use-policy",
    "llama3_2.txt": "licence-copy display name-prefix notice use-policy users patent-retaliation indemnity termination",
    "llama3_3-aup.txt": "guardrail territory use-policy",
    "llama3_3.txt": "licence-copy display name-prefix notice use-policy users patent-retaliation indemnity termination",
    "llama4-aup.txt": "guardrail territory use-policy",
    "llama4.txt": "licence-copy display name-prefix notice use-policy users patent-retaliation indemnity termination",
    "minimax-m2.txt": "licence-copy display",
    "openmdw-1.0.txt": "licence-copy patent-retaliation",
    "openmdw-1.1.txt": "licence-copy patent-retaliation",
    "qwen-research.txt": "commercial licence-copy mark-changes notice output-training patent-retaliation indemnity termination",
    "qwen-tongyi.txt": "licence-copy mark-changes notice users output-training patent-retaliation indemnity termination",
    "sdxl-turbo-nc.txt": "commercial hosting notice licence-copy patent-retaliation indemnity termination",
    "sdxl1-openrail++.txt": "use-policy patent-retaliation licence-copy mark-changes outputs remote-restriction no-endorsement",
}
"""What is found in the publishers' own copies, in order."""

GATES = {
    "dbrx.txt": {"users": "profile.users <= 700000000", "output-training": "!profile.trains_on_outputs"},
    "exaone-4.txt": {"research": "profile.research_only", "commercial": "!profile.commercial", "output-training": ""},
    "flux1-dev.txt": {"commercial": "!profile.commercial", "output-training": ""},
    "hunyuan-video.txt": {
        "users": "profile.users <= 100000000",
        "territory": '!("EU" in profile.territories) && !("GB" in profile.territories) && !("KR" in profile.territories)',
    },
    "kimi-k2-modified-mit.txt": {"display": "profile.users > 100000000 || profile.monthly_revenue > 20000000"},
    "minimax-m2.txt": {"display": "profile.users > 100000000 || profile.revenue > 30000000"},
    "llama3.txt": {"users": "profile.users <= 700000000", "output-training": "!profile.trains_on_outputs"},
    "llama3_1.txt": {"users": "profile.users <= 700000000"},
    "llama4-aup.txt": {"territory": ""},
    "qwen-tongyi.txt": {"users": "profile.users <= 100000000"},
    "qwen-research.txt": {"commercial": "!profile.commercial"},
    "sdxl-turbo-nc.txt": {"commercial": "!profile.commercial", "hosting": ""},
}
WORDS = {
    "exaone-4.txt": {"name-prefix": "EXAONE"},
    "kimi-k2-modified-mit.txt": {"display": "Kimi K2"},
    "minimax-m2.txt": {"display": "MiniMax M2"},
    "hunyuan-video.txt": {"display": "Powered by Tencent Hunyuan"},
    "llama3.txt": {"display": "Built with Meta Llama 3", "name-prefix": "Llama 3"},
    "llama4.txt": {
        "display": "Built with Llama",
        "name-prefix": "Llama",
        "notice": "Llama 4 is licensed under the Llama 4 Community License, "
        "Copyright \N{COPYRIGHT SIGN} Meta Platforms, Inc. All Rights Reserved.",
    },
    "qwen-tongyi.txt": {
        "notice": "Tongyi Qianwen is licensed under the Tongyi Qianwen LICENSE AGREEMENT, "
        "Copyright (c) Alibaba Cloud. All Rights Reserved."
    },
}

NAMES = vars(clauses_module)["_TERRITORY"]
"""A list of names, with more states than are looked into."""


def by_id(text: str) -> dict[str, Clause]:
    found: dict[str, Clause] = {}
    for clause in clauses(text):
        found.setdefault(clause.id, clause)
    return found


@pytest.mark.parametrize("name", FOUND)
def test_the_clauses_of_a_publishers_copy(name: str) -> None:
    text = publishers_copy(name)
    assert list(dict.fromkeys(clause.id for clause in clauses(text))) == FOUND[name].split()
    found = by_id(text)
    assert {key: found[key].needs for key in GATES.get(name, {})} == GATES.get(name, {})
    assert {key: found[key].words for key in WORDS.get(name, {})} == WORDS.get(name, {})


SAMPLES = {
    "Anyone with over 5 million monthly active users has no rights.": ("users", "profile.users <= 5000000"),
    "A service with 5,000,000 or more monthly active users needs our consent.": ("users", "profile.users < 5000000"),
    "If you have more than 1 million or 2 million monthly active users, ask us.": ("users", ""),
    "Many monthly active users need our consent.": ("users", ""),
    "Free if your annual revenue is less than $10M.": ("revenue", "profile.revenue < 10000000"),
    "You have no rights if your company's monthly revenue exceeds US$20,000,000.": (
        "revenue",
        "profile.monthly_revenue <= 20000000",
    ),
    "Companies with revenue of more than one million US dollars in any twelve months need a contract.": (
        "revenue",
        "profile.revenue <= 1000000",
    ),
    "Companies whose yearly revenue exceeds 50 million RMB need a contract.": ("revenue", ""),
    "Companies whose revenue exceeds 50 million dollars need a contract.": ("revenue", ""),
    "You may use the model solely for non-commercial purposes.": ("commercial", "!profile.commercial"),
    "Commercial use is prohibited.": ("commercial", "!profile.commercial"),
    "For commercial use, please contact us to obtain a licence.": ("commercial", ""),
    "The model is for research purposes only.": ("research", "profile.research_only"),
    "You shall not use the model in a production environment.": ("commercial", ""),
    "This agreement does not apply in the European Union or South Korea.": (
        "territory",
        '!("EU" in profile.territories) && !("KR" in profile.territories)',
    ),
    '"Territory" means the world, excluding the United States of America.': (
        "territory",
        '!("US" in profile.territories)',
    ),
    "You must not use outputs to train any other large language model.": (
        "output-training",
        "!profile.trains_on_outputs",
    ),
    "You may not use outputs to train models that compete with ours.": ("output-training", ""),
    "You may not offer the model as a hosted service.": ("hosting", ""),
    "You must comply with our Acceptable Use Policy.": ("use-policy", ""),
    "You must not use it for any military purpose.": ("use-policy", ""),
    "You must register before commercial use.": ("registration", ""),
    "We reserve the right to restrict (remotely or otherwise) your usage.": ("remote-restriction", ""),
    "All rights end if you bypass a safety guardrail.": ("guardrail", ""),
    "You will indemnify us against all claims.": ("indemnity", ""),
    "We may modify this agreement from time to time.": ("licensor-may-change", ""),
    "We may terminate your rights if you breach this agreement.": ("termination", ""),
    "If you initiate patent litigation against us, your rights terminate.": ("patent-retaliation", ""),
    "You must give appropriate credit.": ("attribution", "profile.distributes"),
    "You must use reasonable efforts to use the latest version of the model.": ("latest-version", ""),
    "You must implement content filters.": ("content-filter", ""),
    "You must publish a model card as good as ours.": ("model-card", "profile.distributes && profile.modifies"),
    "Adapted works must be shared under the same license.": ("share-alike", ""),
    "Users of a network service must be offered the complete corresponding source.": ("source-offer", ""),
    "You must indicate if changes were made by you, in all modified files.": (
        "mark-changes",
        "profile.distributes && profile.modifies",
    ),
    "The authors' names may not be used to endorse or promote what you make.": ("no-endorsement", ""),
    "You must give every recipient a copy of this License.": ("licence-copy", "profile.distributes"),
    'You shall prominently display "Engine" on the user interface.': ("display", ""),
    'The name of your model must include "Engine" at the beginning.': ("name-prefix", ""),
    'You must include the following notice: "Made by Ada."': ("notice", "profile.distributes"),
    "We claim no rights in the outputs.": ("outputs", ""),
}


@pytest.mark.parametrize("sentence", SAMPLES)
def test_a_sentence_is_told_with_its_figure_where_that_is_certain(sentence: str) -> None:
    id_, needs = SAMPLES[sentence]
    found = by_id(f"Preamble of it.\n\n3. {sentence}\n\nThe end of it.\n")
    assert id_ in found
    assert found[id_].needs == needs
    assert sentence.rstrip(".") in found[id_].quote


def test_every_pattern_is_tried() -> None:
    assert {pattern.id for pattern in PATTERNS} <= {id_ for id_, _ in SAMPLES.values()}


HARMLESS = [
    "Commercial use is permitted.",
    "You may use the model for commercial and non-commercial purposes.",
    '"Non-Commercial" means not primarily intended for commercial advantage.',
    "Our products have many users in France, Germany and Japan.",
    "This agreement is governed by the laws of the Republic of Korea.",
    "You may train other models with the outputs.",
    "The revenue of Kimi K2 was discussed in 2024.",
]


@pytest.mark.parametrize("sentence", HARMLESS)
def test_nothing_that_decides_is_read_into_a_harmless_sentence(sentence: str) -> None:
    assert [clause for clause in clauses(sentence) if clause.needs] == []


def test_standard_licences_have_no_gates() -> None:
    for text in (APACHE, mit()):
        assert {clause.id for clause in clauses(text) if not clause.duty} <= {"patent-retaliation"}


def test_nested_quotation_marks_leave_the_words_in_doubt() -> None:
    found = by_id('You must carry the following notice: "The mark "Engine" is owned by Ada."')
    assert found["notice"].words == ""


def test_a_sentence_wrapped_over_lines_and_comment_marks_is_one() -> None:
    found = by_id("You may use it solely\nfor non-commercial\npurposes.")
    assert found["commercial"].quote == "You may use it solely for non-commercial purposes."


def test_what_is_told_is_bounded() -> None:
    text = "".join(f"More than {number} million monthly active users need our consent.\n\n" for number in range(1, 200))
    found = clauses(text + "You must comply with our usage policy " * 400)
    assert len(found) == CLAUSES
    assert all(len(clause.quote) <= QUOTED for clause in found)


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("700 million", 700_000_000, ""),
        ("$20,000,000", 20_000_000, "$"),
        ("1m", 1_000_000, ""),
        ("usd $1,000,000", 1_000_000, "$"),
        ("us$10b", 10_000_000_000, "$"),
        ("one million us dollars", 1_000_000, "$"),
        ("ten million ($10,000,000) dollars", 10_000_000, "$"),
        ("1.5 billion", 1_500_000_000, ""),
        ("cad $1,000,000", 1_000_000, "cad$"),
        ("rmb 5 million", 5_000_000, "rmb"),
        ("100,000", 100_000, ""),
    ],
)
def test_an_amount_is_read(said: str, value: int, unit: str) -> None:
    assert [(one.value, one.unit) for one in amounts(f"more than {said} of it")] == [(value, unit)]


@pytest.mark.parametrize("said", ["in 2024", "version 3.1", "1.000.000", "section 12", "may 5, 2025", "llama 4"])
def test_years_versions_and_doubtful_numbers_are_no_amounts(said: str) -> None:
    assert list(amounts(said)) == []


def patterns() -> list[str]:
    named = [value for module in (amounts_module, words_module, clauses_module) for value in vars(module).values()]
    each = [one for value in named for one in (value if isinstance(value, tuple) else (value,))]
    compiled = [one.pattern for one in each if isinstance(one, re.Pattern | LazyPattern) and one is not NAMES]
    return compiled + [text for pattern in PATTERNS for text in (pattern.has, pattern.lacks) if text]


@pytest.mark.slow
def test_no_pattern_explodes() -> None:
    assert len(patterns()) > 60
    assert {pattern: told for pattern in patterns() if (told := growth(pattern))} == {}
