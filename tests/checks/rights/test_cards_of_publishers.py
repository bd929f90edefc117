"""What cards of well-known models say of their licences, in the words and the order in which their publishers say it."""

from __future__ import annotations

from hilt.checks.rights import licence_disagreement, licence_terms, licence_unknown
from hilt.checks.rights.gathering import gathered
from made_from import card
from offered import WEIGHTS, found, offered, stated


def licences(text: str, reference: str = "memory", **files: str) -> list[str]:
    told = stated(licence_terms.CHECK, {"README.md": text, "model.safetensors": WEIGHTS, **files}, reference)
    return sorted(told.get("rights.licences") or ())


def unknown(text: str) -> list[tuple[str, str]]:
    files = {"README.md": text, "model.safetensors": WEIGHTS}
    return [(one.severity.word, one.message) for one in found(licence_unknown.CHECK, files)]


def test_a_licence_that_everybody_agrees_to_who_downloads_it_is_its_licence() -> None:
    """Falcon 180B: `license: unknown`, and the licence stands where the hub asks for consent."""
    link = "https://huggingface.co/spaces/tiiuae/falcon-180b-license/blob/main/LICENSE.txt"
    asked = f"You agree to the [Falcon-180B TII license]({link})."
    assert licences(card(license="unknown", extra_gated_prompt=asked)) == ["falcon-180b-tii"]
    assert licences(card(license="mit", extra_gated_prompt=asked)) == ["mit"]  # the card says which it is
    assert licences(card(license="unknown", extra_gated_prompt="We keep your data: https://mistral.ai/terms/")) == []


def test_it_is_what_the_sentence_before_speaks_of() -> None:
    said = "Falcon-180B is a model built by TII. It is made available under the Falcon-180B TII License."
    assert licences(card(body=said), "hf:tiiuae/Falcon-180B") == ["falcon-180b-tii"]
    other = "The tokenizer of Llama was used. It is made available under the Llama 2 Community License."
    assert licences(card(body=other), "hf:org/Falcon-180B") == []


def test_a_name_of_ones_own_is_the_licence_that_it_is_linked_to() -> None:
    """BLOOM calls it `RAIL License v1.0 (link)`, Command R+ a CC-BY-NC License with an addendum."""
    bloom = "**License:** RAIL License v1.0 ([link](https://huggingface.co/spaces/bigscience/license))\n"
    assert unknown(card(body=bloom, license="bigscience-bloom-rail-1.0")) == []
    link = "https://cohere.com/c4ai-cc-by-nc-license"
    cohere = (
        f"- License: [CC-BY-NC]({link}), requires also adhering to the policy of C4AI\n\n"
        f"This model is governed by a [CC-BY-NC]({link}) License with an acceptable use addendum.\n"
    )
    text = card(body=cohere, license="cc-by-nc-4.0")
    assert licences(text) == ["cc-by-nc-4.0-c4ai"]
    assert [message for severity, message in unknown(text) if severity == "medium"] == []
    assert found(licence_disagreement.CHECK, {"README.md": text, "model.safetensors": WEIGHTS}) == []


def test_a_word_that_begins_the_name_of_a_licence_is_no_filler() -> None:
    said = "The dataset is released under the **Open Data Commons Attribution License (ODC-By) v1.0** [license](https://opendatacommons.org/licenses/by/1-0/)."
    made = offered({"README.md": card(body=f"# Data\n\n{said}\n", license="odc-by"), "data.jsonl": "{}\n"})
    assert [claim.unknown for claim in gathered(made).subject.claims] == [(), ()]
    stability = "This model is released under the [Stability Community License](https://stability.ai/community-license-agreement)."
    assert unknown(card(body=stability, license="other", license_name="stabilityai-ai-community")) == []


def test_one_unknown_name_is_told_once_and_no_name_as_what_it_is() -> None:
    own = "This model is licensed under a [Modified MIT License](https://huggingface.co/mistralai/Devstral-2/blob/main/LICENSE)."
    text = card(body=own, license="other", license_name="modified-mit", license_link="LICENSE")
    assert [severity for severity, _ in unknown(text)] == ["medium"]
    ((_, message),) = unknown(card(license="other"))
    assert message == "the licence is given as 'other', which names none, and nothing says which it is"


def test_what_a_distilled_model_was_originally_licensed_under_still_holds() -> None:
    """DeepSeek-R1-Distill-Llama-8B: MIT in the metadata, and Llama's terms in a list under "License"."""
    body = """# DeepSeek-R1
## 7. License
This code repository and the model weights are licensed under the MIT License.
- R1-Distill-Qwen-7B is derived from Qwen-2.5 series, which are originally licensed under Apache 2.0 License, and now finetuned.
- R1-Distill-Llama-8B is derived from Llama3.1-8B-Base and is originally licensed under [llama3.1 license](https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/LICENSE).
"""
    text = card(body=body, license="mit")
    assert licences(text, "hf:deepseek-ai/R1-Distill-Llama-8B") == ["llama3.1", "mit"]
    assert licences(text, "hf:deepseek-ai/R1") == ["mit"]


def test_what_was_made_from_the_subject_has_licences_of_its_own() -> None:
    """MPT-7B: Apache, with a list of models that were made from it, of which one is not for commerce."""
    body = """# MPT-7B
### Models finetuned off MPT-7B:
* [MPT-7B-Chat](https://huggingface.co/mosaicml/mpt-7b-chat): a chatbot-like model.
  * License: _CC-By-NC-SA-4.0_
## Model License: Apache-2.0
"""
    assert licences(card(body=body, license="apache-2.0")) == ["apache-2.0"]


def test_the_licence_of_the_code_is_not_that_of_the_weights() -> None:
    """InternLM2: `license: other`, and a sentence on the code alone."""
    body = "## Open Source License\nThe code is licensed under Apache-2.0, while model weights are fully open for academic research.\n"
    assert [severity for severity, _ in unknown(card(body=body, license="other"))] == ["medium"]
