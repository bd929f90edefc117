"""Links to places where people keep code."""

from __future__ import annotations

import re

from hilt.core.patterns import lazy_pattern

CODE_HOST = lazy_pattern(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|colab\.research\.google\.com|bitbucket\.org|codeberg\.org)/[^\s()<>\"']{3,200}"
)
_LIBRARY = lazy_pattern(
    r"github\.com/(huggingface|pytorch|tensorflow|keras-team|ggerganov|ggml-org|vllm-project|UKPLab|unslothai|EleutherAI"
    r"/lm-evaluation-harness|openvinotoolkit|microsoft/onnxruntime|arcee-ai|scikit-learn)\b",
    re.IGNORECASE,
)


def code_link(text: str) -> str:
    """The first link to a place where code is kept that is no library's, empty where there is none."""
    links = (found[0].rstrip(".,;:)'`") for found in CODE_HOST.finditer(text))
    return next((link[:160] for link in links if not _LIBRARY.search(link)), "")
