"""What a model makes, by what card, config and header call it.

Text, code, images and video from a prompt are what laws look at; a model that transcribes, translates, speaks or
retouches makes such things too, but does one narrow task, so these have words of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hilt.core.patterns import lazy_pattern

TASKS: Mapping[str, str] = {
    "text-generation": "text", "text2text-generation": "text", "conversational": "text", "image-text-to-text": "text",
    "video-text-to-text": "text", "audio-text-to-text": "text", "any-to-any": "text", "visual-question-answering": "text",
    "image-to-text": "text", "document-question-answering": "text", "table-question-answering": "text",
    "text-to-image": "image", "text-to-video": "video", "image-to-video": "video", "unconditional-image-generation": "image",
    "text-to-speech": "speech", "text-to-audio": "audio", "audio-to-audio": "audio",
    "automatic-speech-recognition": "transcript", "translation": "translation", "summarization": "summary",
    "image-to-image": "retouched", "inpainting": "retouched", "image-to-3d": "shape", "text-to-3d": "shape",
    "feature-extraction": "embedding", "sentence-similarity": "embedding", "image-feature-extraction": "embedding",
    "visual-document-retrieval": "embedding", "text-ranking": "label", "fill-mask": "label", "question-answering": "label",
    "text-classification": "label", "token-classification": "label", "zero-shot-classification": "label",
    "image-classification": "label", "zero-shot-image-classification": "label", "object-detection": "label",
    "zero-shot-object-detection": "label", "image-segmentation": "label", "depth-estimation": "label",
    "mask-generation": "label", "keypoint-detection": "label", "video-classification": "label",
    "audio-classification": "label", "voice-activity-detection": "label", "tabular-classification": "label",
    "tabular-regression": "label", "time-series-forecasting": "label", "multiple-choice": "label",
    "reinforcement-learning": "action", "robotics": "action",
}  # fmt: skip
"""By the task that a card names (`pipeline_tag`)."""

_ARCHITECTURES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (lazy_pattern(pattern), kind)
    for pattern, kind in (
        (r"(Whisper|Speech2Text|MoonshineFor|SpeechEncoderDecoder|ForCTC|Parakeet)", "transcript"),
        (r"(Marian|M2M100|NllbMoe|FSMT)", "translation"),
        (r"(Vits|SpeechT5ForTextToSpeech|FastSpeech|Bark|Parler|CsmFor)", "speech"),
        (r"Musicgen|Stable ?Audio", "audio"),
        (r"(LMHeadModel|ForCausalLM|ForConditionalGeneration|ForVision2Seq|ForImageTextToText|LMHeadCustomModel)$", "text"),
        (r"For(\w*Classification|QuestionAnswering|MultipleChoice|MaskedLM|\w*Detection|\w*Segmentation|DepthEstimation)$", "label"),
        (r"(Reward|Ranker)", "label"),
        (r"^(ChineseCLIP|CLIP|Siglip2?|Clap|Align)Model$", "embedding"),
    )
)  # fmt: skip
_PIPELINES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (lazy_pattern(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        ("inpaint|upscal|superres|super_res|img2img|edit|kontext", "retouched"),
        ("video|wan|mochi|ltx|animatediff|cogvideo|svd", "video"),
        ("audio|music|riffusion", "audio"),
        ("shap|3d", "shape"),
        ("pipeline$", "image"),
    )
)
_GGUF_EMBEDDINGS = ("bert", "nomic-bert", "jina-bert", "t5encoder", "gemma-embedding")
_GGUF_OTHERS: Mapping[str, str] = {
    "clip": "embedding", "whisper": "transcript", "wavtokenizer-dec": "audio", "flux": "image", "sd1": "image", "sd3": "image",
    "sdxl": "image", "wan": "video", "ltxv": "video", "hyvid": "video",
}  # fmt: skip


def of_card(metadata: Mapping[str, Any]) -> Iterator[str]:
    """The kinds that a card states: its task, or the tasks among its tags where it names none."""
    task = metadata.get("pipeline_tag")
    if isinstance(task, str):
        if task in TASKS:
            yield TASKS[task]
        return
    tags = metadata.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, str) and tag in TASKS:
            yield TASKS[tag]


def of_config(config: Mapping[str, Any]) -> Iterator[str]:
    """The kinds that `config.json` states by its architectures."""
    names = config.get("architectures")
    for name in names if isinstance(names, list) else ():
        if isinstance(name, str) and len(name) <= 200:
            yield from _first(_ARCHITECTURES, name)


def of_pipeline(index: Mapping[str, Any]) -> Iterator[str]:
    """The kind that `model_index.json` states by its pipeline."""
    name = index.get("_class_name")
    if isinstance(name, str) and len(name) <= 200:
        yield from _first(_PIPELINES, name)


def of_gguf(architecture: object) -> Iterator[str]:
    """The kind that the header of a GGUF file states by its architecture."""
    if isinstance(architecture, str) and architecture:
        small = architecture.lower()
        yield "embedding" if small in _GGUF_EMBEDDINGS else _GGUF_OTHERS.get(small, "text")


def _first(table: tuple[tuple[re.Pattern[str], str], ...], name: str) -> Iterator[str]:
    kind = next((kind for pattern, kind in table if pattern.search(name)), None)
    if kind:
        yield kind
