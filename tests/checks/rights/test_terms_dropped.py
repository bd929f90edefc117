from __future__ import annotations

import pytest

from hilt.checks.rights.terms_dropped import CHECK
from hilt.core.context import Base
from made_from import Files, card, told
from offered import WEIGHTS

LLAMA = "meta-llama/Llama-3.1-8B"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"README.md": card(license="apache-2.0", base_model=LLAMA)},
            "offered under Apache License 2.0, but fine-tuned from meta-llama/Llama-3.1-8B, which is under Llama 3.1 Community License",
        ),
        (
            {"README.md": card(license="apache-2.0", base_model=LLAMA)},
            "(hilt's table of 2026-11-21): its terms go along, and the label leaves out the limit on users, the forbidden uses",
        ),
        (
            {"README.md": card(license="mit", base_model="google/gemma-2-9b-it", base_model_relation="quantized")},
            "quantised from google/gemma-2-9b-it",
        ),
        (
            {"README.md": card(license="apache-2.0", base_model=["CohereLabs/aya-23-8B", "mistralai/Mistral-7B-v0.1"])},
            "the label leaves out that commercial use is excluded",
        ),
        (
            {"README.md": card(license="mit"), "mergekit_config.yml": f"merge_method: linear\nmodels: [{{model: {LLAMA}}}]\n"},
            "merged from meta-llama/Llama-3.1-8B",
        ),
        (
            {"README.md": card(license="apache-2.0", base_model="Qwen/Qwen2.5-3B-Instruct")},
            "leaves out that commercial use is excluded",
        ),
        (
            {"README.md": card(license="apache-2.0", base_model="stabilityai/stable-diffusion-xl-base-1.0")},
            "the forbidden uses",
        ),
    ],
)  # fmt: skip
def test_a_label_that_leaves_terms_of_the_base_out(files: Files, words: str) -> None:
    ((severity, message),) = told(CHECK, files)
    assert severity == "medium"
    assert words in message


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": card(license="llama3.1", base_model=LLAMA)},
        {"README.md": card(license="llama3.2", base_model=LLAMA)},
        {"README.md": card(base_model=LLAMA)},
        {"README.md": card(license="other", base_model=LLAMA)},
        {"README.md": card(license="mit", base_model="mistralai/Mistral-7B-v0.1")},
        {"README.md": card(license="apache-2.0", base_model="microsoft/phi-2")},
        {"README.md": card(license="creativeml-openrail-m", base_model="stabilityai/stable-diffusion-xl-base-1.0")},
        {"README.md": card(license="cc-by-nc-sa-4.0", base_model="CohereLabs/aya-23-8B")},
        {"README.md": card(license="mit", base_model="google/gemma-2b", base_model_relation="adapter")},
        {"README.md": card(license="mit"), "adapter_config.json": '{"base_model_name_or_path": "google/gemma-2b"}'},
        {"README.md": card(license="mit", base_model=LLAMA, base_model_relation="distilled")},
        {"README.md": card(license="mit", datasets=["tatsu-lab/alpaca", "wikipedia"])},
        {"README.md": card(license="mit", base_model="bert-base-uncased", datasets=["squad"])},
    ],
)
def test_what_names_the_terms_or_has_none_to_name_is_quiet(files: Files) -> None:
    assert told(CHECK, files) == []


def test_mit_over_a_merge_with_agpl_drops_the_same_licence() -> None:
    files = {"README.md": card(license="mit", base_model=["org/a", "org/b"])}
    bases = [Base(name="org/a", licences=("agpl-3.0",), source="hf:org/a"), Base(name="org/b", licences=("mit",))]
    ((_, message),) = told(CHECK, files, *bases)
    assert message.endswith("leaves out the same licence for what is made from it")
    assert told(CHECK, {"README.md": card(license="agpl-3.0", base_model=["org/a", "org/b"])}, *bases) == []
    shared = Base(name="org/a", licences=("cc-by-sa-4.0",), source="hf:org/a")
    assert told(CHECK, {"README.md": card(license="gpl-3.0", base_model="org/a")}, shared) == []


def test_one_licence_of_many_bases_is_one_finding() -> None:
    names = [f"meta-llama/Llama-3.1-8B-{number}" for number in range(60)]
    ((_, message),) = told(CHECK, {"README.md": card(license="mit", base_model=names)})
    assert "meta-llama/Llama-3.1-8B-0 and 59 more" in message


def test_what_a_config_notes_in_passing_is_low() -> None:
    config = '{"_name_or_path": "meta-llama/Llama-2-7b-hf", "model_type": "llama"}'
    ((severity, message),) = told(CHECK, {"README.md": card(license="apache-2.0"), "config.json": config})
    assert severity == "low"
    assert "made from meta-llama/Llama-2-7b-hf" in message


def test_a_folder_with_weights_and_a_licence_of_its_own_is_held_against_its_own_base() -> None:
    files: Files = {
        "README.md": card(license="mit"),
        "a/README.md": card(license="apache-2.0", base_model=LLAMA),
        "a/model.safetensors": WEIGHTS,
        "b/README.md": card(license="llama3.1", base_model=LLAMA),
        "b/model.safetensors": WEIGHTS,
    }
    ((_, message),) = told(CHECK, files)
    assert message.startswith("offered under Apache License 2.0")
