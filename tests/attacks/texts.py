"""Texts that hold what a text should not: keys of every known shape (made up, of random letters), and near misses."""

from __future__ import annotations

import base64
import json
import random
import string

_LETTERS = string.ascii_letters + string.digits


def letters(n: int, alphabet: str = _LETTERS, seed: int = 1) -> str:
    """The same `n` random letters every time, so that no real key stands in this file."""
    return "".join(random.Random(seed).choices(alphabet, k=n))


def signed(payload: object) -> str:
    """A token of the shape of JWT: a header, this payload and a signature, which is none."""
    parts = (
        base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode())
        for part in ({"alg": "EdDSA"}, payload)
    )
    return ".".join([*(part.decode().rstrip("=") for part in parts), letters(86)])


_BASE32 = string.ascii_uppercase + "234567"

KEYS: dict[str, str] = {
    "an AWS access key": "AKIA" + letters(16, _BASE32),
    "a temporary AWS access key": "ASIA" + letters(16, _BASE32),
    "an AWS secret key": "aws_secret_access_key = " + letters(40),
    "a Google API key": "AIza" + letters(35),
    "an Azure storage key": "AccountKey=" + letters(86) + "==",
    "a GitHub token": "ghp_" + letters(36),
    "a GitLab token": "glpat-" + letters(20),
    "a Hugging Face token": "hf_" + letters(34),
    "a Hugging Face organisation token": "api_org_" + letters(34),
    "an OpenAI key": "sk-proj-" + letters(48),
    "an Anthropic key": "sk-ant-api03-" + letters(93),
    "a Slack token": "xoxb-" + letters(12, string.digits) + "-" + letters(24),
    "a Slack webhook": f"hooks.slack.com/services/T{letters(8)}/B{letters(8)}/{letters(24)}",
    "a Stripe key": "sk_live_" + letters(24),
    "an npm token": "npm_" + letters(36),
    "a PyPI token": "pypi-AgE" + letters(80),
    "a private key": "-----BEGIN RSA PRIVATE " + "KEY-----\n" + letters(64) + "\n" + letters(64, seed=2),
    "a signed token (JWT)": f"eyJ{letters(20)}.eyJ{letters(40)}.{letters(43)}",
    "a password in an address": f"postgres://admin:{letters(12)}@db.internal/models",
}

SPACY = """[paths]
train = null

[nlp]
lang = "en"
pipeline = ["tok2vec","ner"]
before_creation = null
tokenizer = {"@tokenizers":"spacy.Tokenizer.v1"}

[components]

[components.ner]
factory = "ner"
scorer = {"@scorers":"spacy.ner_scorer.v1"}

[components.ner.model]
@architectures = "spacy-legacy.TransitionBasedParser.v1"
hidden_width = 64
# a comment

[training]
seed = ${system.seed}

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.001
"""

INNOCENT: tuple[str, ...] = (
    "AKIAIOSFODNN7EXAMPLE",
    "hf_" + "x" * 34,
    "hf_hub_download hf_transfer hf_model_with_a_name_that_is_rather_long_indeed",
    "sk-learn sk-proj-your-key-goes-here-and-it-is-more-than-forty-characters",
    "postgres://user:password@localhost/db https://user:<token>@host/ http://a.b:8080@x",
    "-----BEGIN PRIVATE KEY-----",
    "https://host/path?token=YOUR_TOKEN_HERE&x=1",
    f"[![CI](https://ci.example.org/gh/a/b/tree/main.svg?style=svg&circle-token={letters(40)})](https://ci.example.org/a)",
    f"[![cov](https://codecov.io/gh/a/b/graph/badge.svg?token={letters(10)})](https://codecov.io/gh/a/b?token={letters(10)})",
    "sha256:" + "0123456789abcdef" * 4,
    "verifyToken: "
    + signed({"hash": "5d9542e532c6432a70b0cd076de1266b2f48ed5570c1b8a7162742008d9ded70", "version": 1}),
)
