from __future__ import annotations

import json

from hilt.core.limits import Limits
from hilt.core.lineage import Change
from hilt.formats.jinja import Template
from hilt.knowledge.lineage.described import LENGTH, MOST, WHOLE, Line, changes, of_gguf, of_json, of_templates
from reading import read


def config(**values: object) -> list[Line]:
    return list(of_json("config.json", values))


def test_every_number_and_word_of_a_config_is_a_line() -> None:
    lines = config(rope={"theta": 1e4, "kinds": ["a", None]}, tied=True, name="ä")
    assert [(line.key, line.text) for line in lines] == [
        ("rope.theta", "10000.0"),
        ("rope.kinds[0]", "a"),
        ("rope.kinds[1]", "null"),
        ("tied", "true"),
        ("name", "ä"),
    ]
    assert {(line.what, line.file) for line in lines} == {("config", "config.json")}


def test_what_differs_from_save_to_save_is_no_change() -> None:
    assert config(transformers_version="4.1", torch_dtype="bfloat16", _name_or_path="/home/x") == []


def test_what_came_went_and_changed() -> None:
    assert list(changes(config(a=1, b=2), config(b=3, c=4))) == [
        Change("config", "config.json: a", "1", ""),
        Change("config", "config.json: b", "2", "3"),
        Change("config", "config.json: c", "", "4"),
    ]


def test_a_file_that_one_of_them_has_alone_is_told_elsewhere() -> None:
    assert list(changes(config(a=1), of_json("generation_config.json", {"a": 2}))) == []


def test_of_a_template_the_lines_that_went_and_came_are_told() -> None:
    one, other = (of_templates("x.jinja", [Template(name="", text=text)]) for text in ("a\nb\nc\n", "a\nB\nc\nd\n"))
    assert list(changes(one, other)) == [Change("template", "chat template", "b", "B\nd")]


def test_a_template_is_held_against_the_one_in_another_packaging() -> None:
    inside = of_templates("tokenizer_config.json", [Template(name="chat_template", text="a\n")])
    assert list(changes(of_templates("chat_template.jinja", [Template(name="", text="a\n")]), inside)) == []


def test_a_vocabulary_is_told_by_its_size_and_digest() -> None:
    def tokenizer(*words: str) -> list[Line]:
        vocabulary = {word: number for number, word in enumerate(words)}
        added = [{"id": 7, "content": "<|end|>", "special": True}]
        return list(of_json("tokenizer.json", {"model": {"type": "BPE", "vocab": vocabulary}, "added_tokens": added}))

    (change,) = changes(tokenizer("a", "b"), tokenizer("b", "a"))
    assert change.key == "tokenizer.json: model.vocab"
    assert change.a.startswith("2 entries, sha256:")
    assert change.a != change.b
    assert ("added_tokens[7]", "<|end|>") in {(line.key, line.text) for line in tokenizer("a")}


def test_what_is_no_tokenizer_is_no_reason_to_fail() -> None:
    for odd in (
        [],
        "x",
        {"model": None},
        {"model": {"vocab": 3}, "added_tokens": {"a": 1}},
        {"added_tokens": [1, None]},
    ):
        list(of_json("tokenizer.json", odd))


def test_a_file_of_a_million_keys_is_cut() -> None:
    assert len(config(**{f"k{number}": number for number in range(10_000)})) == MOST
    assert len(config(a="x" * 10_000)[0].text) == LENGTH
    (line,) = of_templates("x", [Template(name="", text="x" * 1_000_000)])
    assert len(line.text) == WHOLE


def test_a_header_of_gguf_tells_config_and_tokenizer() -> None:
    import struct

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    entries = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("tokenizer.ggml.bos_token_id") + struct.pack("<II", 4, 1),
        text("tokenizer.chat_template") + struct.pack("<I", 8) + text("{{ x }}"),
    ]
    data = b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entries)
    file = read(data + b"\0" * 64, "x.gguf", Limits())
    assert file.error is None
    assert [(line.what, line.key, line.text) for line in of_gguf(file.value)] == [
        ("config", "general.architecture", "llama"),
        ("tokenizer", "tokenizer.ggml.bos_token_id", "1"),
    ]


def test_lines_are_plain_words_for_the_process_that_asks() -> None:
    assert json.loads(json.dumps([list(line) for line in config(a=1)])) == [["config", "config.json", "a", "1"]]
