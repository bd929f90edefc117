from __future__ import annotations

import pytest

from hilt.knowledge.regulation import kinds


@pytest.mark.parametrize(
    ("architecture", "kind"),
    [
        ("LlamaForCausalLM", "text"),
        ("Qwen2_5_VLForConditionalGeneration", "text"),
        ("GPT2LMHeadModel", "text"),
        ("WhisperForConditionalGeneration", "transcript"),
        ("CLIPModel", "embedding"),
        ("Wav2Vec2ForCTC", "transcript"),
        ("MarianMTModel", "translation"),
        ("VitsModel", "speech"),
        ("MusicgenForConditionalGeneration", "audio"),
        ("BertForSequenceClassification", "label"),
        ("BertForMaskedLM", "label"),
        ("DetrForObjectDetection", "label"),
    ],
)
def test_an_architecture_tells_what_a_model_makes(architecture: str, kind: str) -> None:
    assert list(kinds.of_config({"architectures": [architecture]})) == [kind]


@pytest.mark.parametrize(
    ("pipeline", "kind"),
    [
        ("StableDiffusionXLPipeline", "image"),
        ("StableDiffusionInpaintPipeline", "retouched"),
        ("StableDiffusionUpscalePipeline", "retouched"),
        ("CogVideoXPipeline", "video"),
        ("WanPipeline", "video"),
        ("AudioLDM2Pipeline", "audio"),
    ],
)
def test_a_pipeline_tells_what_it_makes(pipeline: str, kind: str) -> None:
    assert list(kinds.of_pipeline({"_class_name": pipeline})) == [kind]


def test_a_task_of_the_card_comes_before_its_tags() -> None:
    assert list(kinds.of_card({"pipeline_tag": "text-to-image", "tags": ["text-generation"]})) == ["image"]
    assert list(kinds.of_card({"tags": ["x", "sentence-similarity", 3, "feature-extraction"]})) == ["embedding"] * 2
    assert list(kinds.of_card({"pipeline_tag": "other-things", "tags": ["text-generation"]})) == []


def test_a_header_tells_by_its_architecture() -> None:
    told = {name: list(kinds.of_gguf(name)) for name in ("llama", "bert", "flux", "whisper", "", None)}
    assert told == {
        "llama": ["text"],
        "bert": ["embedding"],
        "flux": ["image"],
        "whisper": ["transcript"],
        "": [],
        None: [],
    }


@pytest.mark.parametrize(
    "told", [{}, {"architectures": "LlamaForCausalLM"}, {"architectures": [1, "BertModel", "x" * 300]}]
)
def test_what_says_nothing_of_it_leaves_it_open(told: dict[str, object]) -> None:
    assert list(kinds.of_config(told)) == []
    assert list(kinds.of_pipeline(told)) == []
    assert list(kinds.of_card(told)) == []
