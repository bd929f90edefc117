"""The fields of a bill of materials that say what a model is, where one fact alone does not tell them."""

from __future__ import annotations

import re

from hilt.core.verdict import Verdict
from hilt.output.bom_told import UNTOLD, Told, of

_QUANTISED = re.compile(
    r"(?:i?q\d|tq\d|mxfp|nvfp|nf4|u?int[48]$|[iu][48]$|f8_|float8|f4|f6_|q4|q8|qint|quint|uint[1-7]$|int[1-7]$)\w*",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(?:b?f(?:loat)?(?:16|32|64)|float|double|half|bool|[iu](?:nt)?64)\w*", re.IGNORECASE)
"""Number formats of weights as they were trained, and of the counters beside them."""

_HEAD = re.compile(r"(?:For[A-Z]\w*|LMHeadModel|Model|Transformer|Pipeline)$")

INPUTS = {
    "text": ("text-", "token-", "question-", "fill-", "translation", "summarization", "sentence-", "feature-", "zero-shot-c", "table-"),
    "image": ("image-", "object-", "depth-", "mask-", "zero-shot-image", "zero-shot-object", "unconditional-image", "keypoint-", "visual-", "document-"),
    "audio": ("audio-", "automatic-speech", "voice-"),
    "video": ("video-",),
    "table": ("tabular-", "time-series"),
}  # fmt: skip
"""Kinds of data by how the names of the tasks begin that take them; the names are those of the Hugging Face Hub."""


def architecture(verdict: Verdict) -> Told:
    """What the config calls it. Tensors have shapes and no name: that they fit bears out its numbers, not what it is called."""
    return of(verdict.report, "model.architectures")


def context_length(verdict: Verdict) -> Told:
    return of(verdict.report, "model.context_length")


def family(verdict: Verdict) -> Told:
    """`llama` of `LlamaForCausalLM`; unknown where several architectures are of several families."""
    told = architecture(verdict)
    names = told.value if isinstance(told.value, tuple) else ()
    families = {_HEAD.sub("", one).lower() or one.lower() for one in names}
    return told._replace(value=families.pop()) if len(families) == 1 else UNTOLD


def inputs(verdict: Verdict) -> Told:
    """What the task takes that the card names."""
    told = of(verdict.report, "card.task")
    if not isinstance(told.value, str):
        return UNTOLD
    kinds = {kind for kind, begins in INPUTS.items() if told.value.startswith(begins)}
    if "-text-to-" in told.value:
        kinds.add("text")
    return told._replace(value=tuple(sorted(kinds))) if kinds else UNTOLD


def quantisation(verdict: Verdict) -> Told:
    """The number formats that weights have only after they were quantised; none where all are as training leaves them."""
    told = of(verdict.report, "model.dtypes")
    dtypes = told.value if isinstance(told.value, tuple) else ()
    quantised = tuple(one for one in dtypes if _QUANTISED.fullmatch(one))
    if quantised or (dtypes and all(_PLAIN.fullmatch(one) for one in dtypes)):
        return told._replace(value=quantised)
    return UNTOLD
