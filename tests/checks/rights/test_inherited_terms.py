from __future__ import annotations

from typing import Any

import pytest

from attacks.gguf import gguf
from hanging import no_hanging
from hilt.checks.rights.inherited_terms import CHECK
from hilt.core.fact import Fact
from hilt.core.report import Gap, State
from hilt.core.rights import Obligation, Term
from made_from import Files, card
from offered import WEIGHTS, offered, stated

LLAMA = "meta-llama/Llama-3.1-8B"


def terms(files: Files) -> dict[tuple[str, str], Term]:
    return {(seen.of, seen.id): seen for seen in CHECK.run(offered(files)) if isinstance(seen, Term)}


def duties(files: Files, reference: str = "memory") -> dict[tuple[str, str], Obligation]:
    made = offered(files, reference)
    return {(seen.of, seen.id): seen for seen in CHECK.run(made) if isinstance(seen, Obligation)}


def test_nothing_that_is_named_leaves_everything_unknown() -> None:
    assert stated(CHECK, {"README.md": card(license="mit")}) == {}


def test_what_bases_and_data_are_named_and_which_licences_come_with_them() -> None:
    files = {"README.md": card(license="mit", base_model=LLAMA, datasets=["squad", "org/data"])}
    assert stated(CHECK, files) == {
        "rights.bases": (f"finetune {LLAMA}",),
        "rights.datasets": ("squad", "org/data"),
        "rights.inherited": ("cc-by-sa-4.0", "llama3.1"),
    }


def test_the_list_of_licences_is_unknown_while_that_of_one_base_is() -> None:
    files = {"README.md": card(license="mit", base_model=[LLAMA, "org/unknown"])}
    assert stated(CHECK, files)["rights.inherited"] is None
    assert (LLAMA, "users") in terms(files)


def test_a_base_behind_hundreds_of_others_is_not_lost_in_silence() -> None:
    files = {"README.md": card(license="mit", base_model=[*(f"org/m{number}" for number in range(300)), LLAMA])}
    [gap] = [seen for seen in CHECK.run(offered(files)) if isinstance(seen, Gap)]
    assert (gap.path, gap.state) == ("README.md", State.SKIPPED)
    assert stated(CHECK, files)["rights.inherited"] is None


def test_more_bases_in_all_than_are_kept_are_not_lost_in_silence() -> None:
    files: dict[str, bytes | str] = {"README.md": card(license="mit")}
    for part in range(9):
        names = [f"org/m{part}-{number}" for number in range(250)]
        files |= {f"part{part}/README.md": card(base_model=names), f"part{part}/w.safetensors": WEIGHTS}
    assert any(isinstance(seen, Gap) for seen in CHECK.run(offered(files)))


def test_a_fine_tuned_model_is_under_all_that_its_base_asks() -> None:
    files = {"README.md": card(license="apache-2.0", base_model=LLAMA)}
    assert terms(files)[LLAMA, "users"].needs == "profile.users <= 700000000"
    asked = duties(files, "hf:org/Llama-Mine")
    assert {name for _, name in asked} == {"licence-copy", "notice", "display", "name-prefix"}
    prefix = asked[LLAMA, "name-prefix"]
    assert (prefix.words, prefix.done, prefix.source) == ("Llama", True, "hilt's table of 2026-11-21")
    assert "profile.modifies" not in prefix.when  # whoever passes it on passes on a changed version
    assert duties(files, "hf:org/Mine")[LLAMA, "name-prefix"].done is False
    assert duties(files)[LLAMA, "name-prefix"].done is None


def test_a_notice_that_is_there_is_a_duty_done() -> None:
    files = {"README.md": card(license="apache-2.0", base_model=LLAMA)}
    notice = duties(files)[LLAMA, "notice"]
    assert notice.done is False
    assert duties({**files, "NOTICE": notice.words})[LLAMA, "notice"].where == "NOTICE"


def test_what_the_label_of_the_subject_asks_already_is_not_said_twice() -> None:
    files = {"README.md": card(license="llama3.1", base_model=LLAMA)}
    assert (terms(files), duties(files)) == ({}, {})


def test_a_merge_is_under_what_each_of_its_parents_asks() -> None:
    names = ["LGAI-EXAONE/EXAONE-3.5-2.4B-Instruct", LLAMA, "meta-llama/Llama-2-7b-hf"]
    files = {"README.md": card(license="other", base_model=names, tags=["merge"])}
    assert {of for of, name in terms(files) if name == "users"} == set(names[1:])
    assert terms(files)[names[0], "research"].needs == "profile.research_only && !profile.commercial"


def test_an_adapter_is_under_its_own_licence_and_with_its_base_under_both() -> None:
    files = {"README.md": card(license="mit"), "adapter_config.json": '{"base_model_name_or_path": "google/gemma-2b"}'}
    term = terms(files)["google/gemma-2b", "use-policy"]
    assert term.says.startswith("once it is loaded with google/gemma-2b: ")
    assert duties(files)["google/gemma-2b", "mark-changes"].when == "profile.distributes && profile.modifies"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (LLAMA, {"name-prefix"}),
        ("Qwen/Qwen2.5-72B-Instruct", {"display"}),
        ("google/gemma-2-27b-it", {"licence-copy", "use-policy", "mark-changes", "notice"}),
        ("mistralai/Mistral-7B-v0.1", set()),
    ],
)
def test_what_learned_from_outputs_is_under_the_rules_for_outputs_and_names(base: str, expected: set[str]) -> None:
    files = {"README.md": card(license="mit", base_model=base, base_model_relation="distilled")}
    assert {name for _, name in duties(files)} == expected
    assert terms(files) == {}


def test_data_that_is_not_for_commerce_is_for_a_person_to_weigh_and_its_authors_are_named() -> None:
    files = {"README.md": card(license="mit", datasets=["tatsu-lab/alpaca", "wikipedia", "HuggingFaceFW/fineweb"])}
    (term,) = terms(files).values()
    assert (term.of, term.id, term.needs) == ("tatsu-lab/alpaca", "commercial", "")
    assert "contested" in term.says
    asked = duties(files)
    assert {of for of, name in asked if name == "attribution"} == {
        "tatsu-lab/alpaca", "wikipedia", "HuggingFaceFW/fineweb",
    }  # fmt: skip
    assert "contested" in asked["wikipedia", "share-alike"].says


def test_a_condition_for_models_that_see_is_none_of_a_model_that_reads() -> None:
    files = {"README.md": card(license="mit", base_model="meta-llama/Llama-3.2-1B")}
    reads = {**files, "config.json": '{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}'}
    sees = {**files, "config.json": '{"architectures": ["MllamaForConditionalGeneration"], "model_type": "mllama"}'}
    assert ("meta-llama/Llama-3.2-1B", "territory") not in terms(reads)
    assert ("meta-llama/Llama-3.2-1B", "territory") in terms(sees)


def test_headers_of_gguf_name_what_was_converted_and_its_base() -> None:
    data = gguf(
        metadata=(
            ("general.base_model.count", 2),
            ("general.base_model.0.name", "Llama 3.1 8B"),
            ("general.base_model.0.organization", "Meta Llama"),
            ("general.base_model.1.name", "Llama 3.1 8B"),
            ("general.base_model.1.repo_url", f"https://huggingface.co/{LLAMA}"),
            ("general.source.repo_url", "https://huggingface.co/org/tuned"),
            ("general.dataset.0.repo_url", "https://huggingface.co/datasets/org/data"),
        )
    )
    facts = stated(CHECK, {"model.gguf": data})
    assert facts["rights.bases"] == ("quantized org/tuned", "merge Meta Llama/Llama 3.1 8B", f"merge {LLAMA}")
    assert facts["rights.datasets"] == ("org/data",)
    assert {of for of, _ in terms({"model.gguf": data})} == {"Meta Llama/Llama 3.1 8B and 1 more"}


@pytest.mark.parametrize(
    "value",
    [
        "x" * 7_000_000,
        [[[[[[["meta-llama/Llama-3.1-8B"]]]]]]],
        {"a": {"b": 1}},
        [None, 1, True, {}, []],
        "\u202e\x1b]0;title\x07\n" * 40,
        ["org/" + "a" * 97, "../../x", "C:\\x", "/etc/passwd", ".", "", "file:///x", "https://"],
        ["org/n" + str(number) for number in range(20_000)],
    ],
)  # fmt: skip
def test_names_that_are_none_are_bounded_and_never_a_guess(value: Any) -> None:
    with no_hanging():
        made = offered({"README.md": card(license="mit", base_model=value, datasets=value, tags=value)})
        for seen in CHECK.run(made):
            assert isinstance(seen, Fact | Gap)
            for name in seen.value if isinstance(seen, Fact) and isinstance(seen.value, tuple) else ():
                assert name.isprintable()
                assert len(name) < 300
