from __future__ import annotations

import json

import pytest

from hilt.checks.inspect.config_elsewhere import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    ("name", "document", "words", "severity"),
    [
        ("adapter_config.json", {"base_model_name_or_path": "\\\\host\\share"}, "network share", Severity.HIGH),
        ("adapter_config.json", {"base_model_name_or_path": "//host/share"}, "network share", Severity.HIGH),
        ("adapter_config.json", {"base_model_name_or_path": "/home/me/llama"}, "absolute path", Severity.LOW),
        ("adapter_config.json", {"base_model_name_or_path": "../llama"}, "climbs out", Severity.LOW),
        ("adapter_config.json", {"base_model_name_or_path": "acme/llama"}, "no digest here binds", Severity.INFO),
        ("tokenizer_config.json", {"vocab_file": "/etc/passwd"}, "a file of the machine", Severity.HIGH),
        ("tokenizer_config.json", {"vocab_file": "../../.ssh/id_rsa"}, "a file of the machine", Severity.HIGH),
        ("tokenizer_config.json", {"tokenizer_file": "/root/.cache/x"}, "absolute path", Severity.LOW),
        ("modules.json", [{"path": "../../other", "type": "x.Y"}], "climbs out", Severity.HIGH),
        ("config.json", {"pretrained_cfg": {"url": "https://example.org/x.pth"}}, "is a URL", Severity.LOW),
        ("config.json", {"pretrained_cfg": {"file": "//host/x.pth"}}, "network share", Severity.HIGH),
        ("open_clip_config.json", {"text_cfg": {"hf_model_name": "acme/x"}}, "another repository", Severity.INFO),
        (
            "sentence_bert_config.json",
            {"model_args": {"trust_remote_code": True}},
            "says trust_remote_code itself",
            Severity.MEDIUM,
        ),
        ("tokenizer_config.json", {"trust_remote_code": True}, "says trust_remote_code itself", Severity.LOW),
    ],
)
def test_what_leads_out_of_the_folder_is_told(name: str, document: object, words: str, severity: Severity) -> None:
    (finding,) = findings(CHECK, json.dumps(document).encode(), name)
    assert (finding.severity, words in finding.message) == (severity, True), finding.message


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("adapter_config.json", {"base_model_name_or_path": None, "auto_mapping": None}),
        ("tokenizer_config.json", {"vocab_file": "vocab.txt", "tokenizer_file": None, "trust_remote_code": False}),
        ("modules.json", [{"path": "1_Pooling", "type": "x.Y"}, {"path": "", "type": "x.Y"}]),
        ("config.json", {"_name_or_path": "/home/me/model", "url": "https://example.org", "path": "../x"}),
        ("config.json", ["pretrained_cfg"]),
        ("other.json", {"vocab_file": "/etc/passwd"}),
    ],
)
def test_honest_configs_are_quiet(name: str, document: object) -> None:
    assert findings(CHECK, json.dumps(document).encode(), name) == []


def test_a_value_behind_a_key_that_occurs_twice_is_seen() -> None:
    text = b'{"vocab_file": "/etc/passwd", "vocab_file": "vocab.txt"}'
    assert [finding.severity for finding in findings(CHECK, text, "tokenizer_config.json")] == [Severity.HIGH]
