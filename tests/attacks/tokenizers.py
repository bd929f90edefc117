"""Builds tokenizers, honest and hostile, and the patterns they cut text by. None is ever matched."""

from __future__ import annotations

import json

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_WORDS = rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+(?i:'s|'t)?|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*(?i:'s|'t)?"
O200K = rf"{_WORDS}|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
HONEST = {
    "GPT-2": GPT2,
    "Llama 3, Qwen 2": LLAMA3,
    "o200k, tekken": O200K,
    "cl100k, possessive": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "DeepSeek": r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*",
    "DeepSeek, Chinese": "[一-龥\u3040-ゟ゠-ヿ]+",
    "Kimi": r"[\p{Han}]+|[\p{Lu}\p{Lt}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}&&[^\p{Han}]]+|\p{N}{1,3}",
    "BLOOM": r" ?[^(\s|[.,!?…。，、।۔،])]+",
    "CLIP": r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    "digits from the right": r"\p{N}{1,3}(?=(?:\p{N}{3})*(?:\P{N}|$))",
    "white space": r"\s+",
    "blanks": " {2,}",
    "line ends": r"(?:\r?\n)+(?!\r?\n)",
    "words with hyphens": r"[A-Za-z]+(?:-[A-Za-z]+)*",
    "a loop in a loop with an end of its own": r"(?:\s*\n)+",
}
DOUBLING = {
    "nested": r"(a+)+$",
    "nested, letters": r"(\p{L}+ ?)*\d",
    "the same twice": r"(?:a|a)*b",
    "one or two": r"(a|aa)+$",
    "overlapping classes": r"(?:[a-z]|\w)*!",
    "different lengths": r"(?:ab|a(?:b))*c",
    "empty rounds": r"(.*)*y",
    "many counts": r"(a{1,100}){1,100}x",
    "looking ahead": r"x(?=(a+)+$)",
    "inside what is kept": r"(?>(a+)+$)",
    "without case": r"(?i)(?:a|A)*b",
    "through an intersection": r"(?:[a-z&&[^b]]|a)*!",
}
POWERS = {"white space": r"\s*\s*\s*\s*x", "anything": r".*.*.*=.*"}


def tokenizer(
    *,
    pattern: str = GPT2,
    normalizers: tuple[dict[str, object], ...] = (),
    added: tuple[str, ...] = ("<s>", "<|im_end|>"),
    special_tokens: dict[str, object] | None = None,
) -> bytes:
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    document = {
        "version": "1.0",
        "added_tokens": [{"id": number, "content": content, "special": True} for number, content in enumerate(added)],
        "normalizer": {"type": "Sequence", "normalizers": list(normalizers)},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, {"type": "ByteLevel", "use_regex": False}]},
        "post_processor": {"type": "TemplateProcessing", "single": [], "special_tokens": special_tokens or {}},
        "decoder": {"type": "ByteLevel"},
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []},
    }
    return json.dumps(document).encode()


def replace(looks_for: str, puts: str, *, kind: str = "String") -> dict[str, object]:
    return {"type": "Replace", "pattern": {kind: looks_for}, "content": puts}
