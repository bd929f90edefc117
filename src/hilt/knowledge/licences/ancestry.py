"""Reads in sentences what a subject was made from: "fine-tuned from [X](...)", "distilled from X", "trained on outputs of X".

Only plain sentences count, and only names of a hub in them: linked, or written as `org/name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.edges import Edge
from hilt.knowledge.licences.model_names import is_hub_name, name_of
from hilt.knowledge.licences.passages import Passage, passages

_MOST, _LISTED = 32, 8
"""Edges that are taken from one text, and names behind one verb."""

_KIND = r"(?:\s+(?:version|variant|model|checkpoint|copy|weights|GGUF|\d-?bit))?"
_SAYS = lazy_pattern(
    rf"(?P<quantized>\bquanti[sz](?:ed|ation){_KIND}\s+(?:of|from)\b)"
    rf"|(?P<finetune>\b(?:fine-?tun(?:ed|e|ing)|further\s+(?:pre-?)?trained|instruction-?tuned|post-?trained){_KIND}"
    r"(?:\s+(?:directly|starting|initiali[sz]ed))?\s+(?:of|from|on\s+top\s+of)\b"
    r"|\bis\s+an?\s+derivative\s+of\b|\b(?:abliterated|uncensored|decensored|orthogonali[sz]ed|pruned)\s+version\s+of\b)"
    r"|(?P<merge>\bmerged?(?:\s+(?:version|model))?\s+(?:of|from|between)\b)"
    r"|(?P<adapter>\b(?:LoRA|QLoRA|adapter)(?:\s+(?:adapter|weights))?\s+(?:for|of)\b)"
    rf"|(?P<distilled>\bdistill?(?:ed|ation){_KIND}\s+(?:of|from)\b"
    r"|\btrained\s+(?:\w+\s+){0,6}?on\s+(?:\S+\s+){0,8}?(?:outputs?|responses|completions|generations|answers)\s+(?:of|from|by)\b"
    r"|\btrained\s+(?:\w+\s+){0,6}?on\s+(?:\S+\s+){0,8}?generated\s+(?:by|with|using|from)\b)",
    re.IGNORECASE,
)  # fmt: skip
_NOT_SAID = lazy_pattern(
    r"\b(?:not|never|neither|unlike|instead|rather|if|when|could|may|might|can|should|would|want|how|please|example|e\.g|compar\w+|"
    r"outperform\w*|better|than|like|similar|other|your?)\b|n't\b|\?",
    re.IGNORECASE,
)
_SENTENCE = lazy_pattern(r"(?<=[.!?])\s+(?=[A-Z\"'(\[])")
_BETWEEN = lazy_pattern(
    r"[\s(\"'`]*(?:(?:the|a|an|base|model|original|large|pre-?trained|LLM|checkpoint)\b(?!/)[\s:\"'`(]*)*",
    re.IGNORECASE,
)
_NAME = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?(?![/\w])")
_AND = lazy_pattern(r"[\s\"'`)]*(?:,\s*(?:and\b)?|&|\band\b|\+|\bwith\b)\s*", re.IGNORECASE)


def of_prose(text: str, path: str) -> Iterator[Edge]:
    """What the sentences of a card say."""
    if not _SAYS.search(text[: 1 << 20]):
        return
    found = 0
    for passage in passages(text):
        for edge in _of_passage(passage, path):
            yield edge
            found += 1
            if found >= _MOST:
                return


def _of_passage(passage: Passage, path: str) -> Iterator[Edge]:
    begin = 0
    for sentence in _SENTENCE.split(passage.text):
        begin = passage.text.index(sentence, begin)
        for said in _SAYS.finditer(passage.text, begin, begin + len(sentence)):
            if _NOT_SAID.search(passage.text, begin, said.start()):
                continue
            for name in _names(passage, said.end(), begin + len(sentence)):
                yield Edge(relation=said.lastgroup or "unknown", name=name, source=path, weak=True)


def _names(passage: Passage, at: int, end: int) -> Iterator[str]:
    """The names from `at` on, as long as they follow each other."""
    for _ in range(_LISTED):
        between = _BETWEEN.match(passage.text, at, end)
        at = between.end() if between else at
        name, at = _name(passage, at, end)
        if not name:
            return
        yield name
        joined = _AND.match(passage.text, at, end)
        if joined is None:
            return
        at = joined.end()


def _name(passage: Passage, at: int, end: int) -> tuple[str, int]:
    for begin, close, to in passage.links:
        if begin - 1 <= at < close:
            name = name_of(to) if "huggingface.co/" in to or "hf.co/" in to else ""
            data = "/datasets/" in to or "/spaces/" in to or not is_hub_name(name)
            return ("" if data else name), close
    found = _NAME.match(passage.text, at, end)
    return (name_of(found[0]), found.end()) if found else ("", at)
