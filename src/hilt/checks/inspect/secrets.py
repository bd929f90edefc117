"""A key or token in a text file, or in the metadata of weights.

What: strings of the shape that an issuer gives to its keys and tokens: AWS, Google, Azure, GitHub, GitLab, Hugging Face,
OpenAI, Anthropic, Slack, Stripe, npm, PyPI; private keys, signed tokens (JWT), and passwords in addresses.

Why: whoever has the file can act in the owner's name until the key is revoked. In a model that comes in, it says that the
publisher's account may be in other hands; in a model that goes out, it is yours.

What it cannot see: secrets without a known shape, secrets that are encoded, and whether a key still works. All other
bytes are searched by secrets-in-bytes.

Fix: revoke the key first, then remove it from the files and from their history. Deleting it from the newest revision
alone leaves it readable in every older one.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.byte_source import MemorySource
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.metadata_texts import DESCRIBED, metadata_texts


def secrets(file: ReadFile[object]) -> Iterator[Finding]:
    described = file.format in DESCRIBED
    source = _metadata(file) if described else file.source
    if not source.size:
        return
    from hilt.knowledge.secrets import secrets as search

    for secret in search(source):
        where = Where(path=file.path, line=None if described else secret.line)
        message = f"looks like {secret.title}: {secret.begins}... ({secret.length} characters)"
        yield Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)


def _metadata(file: ReadFile[object]) -> MemorySource:
    """Of a file of weights, the texts in front of them."""
    texts = metadata_texts(file.format, file.value)
    return MemorySource("\n".join(f"{name}: {text}" for name, text in texts).encode("utf-8", "replace"))


CHECK = listed("secrets")
