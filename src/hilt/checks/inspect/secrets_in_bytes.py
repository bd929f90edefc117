"""A key or token inside a file that is no text.

What: the strings that the check secrets looks for in texts, in the bytes of every other file: in the metadata of
weights, in pickles, in unknown files. Only with --search-bytes, which looks at every byte of every file.

Why: whoever has the file can act in the owner's name until the key is revoked. Training scripts pickle their settings
beside the weights, and nobody opens a checkpoint to see what else is in it.

What it cannot see: secrets without a known shape, secrets that are compressed, encoded or written in wide characters,
members of compressed archives, and whether a key still works.

Fix: revoke the key first. Then write the file again without it, and remove the old file from the history of its
repository as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.inspect.byte_places import place
from hilt.checks.inspect.secrets import CHECK as SECRETS
from hilt.core.byte_source import Window
from hilt.core.finding import Finding, Severity
from hilt.knowledge.metadata_texts import DESCRIBED

SEARCHED = frozenset(SECRETS.reads).difference(DESCRIBED)
"""Formats that are text from the first byte to the last."""


def secrets_in_bytes(repository: Repository) -> Iterator[Finding]:
    from hilt.knowledge.byte_marks import APART
    from hilt.knowledge.secrets import secrets as search

    for path, marks in repository.marks.items():
        if repository.formats.get(path) in SEARCHED:
            continue  # searched as text, with lines
        for begin, end in marks.texts:
            source = repository.open(path)
            # What introduces a key may be of other characters; half the distance, so that nothing is read twice.
            start, stop = max(0, begin - APART // 2), min(source.size, end + APART // 2)
            for secret in search(Window(source, start, stop - start)):
                where = place(repository, path, start + secret.offset)
                message = f"looks like {secret.title}: {secret.begins}... ({secret.length} characters)"
                yield Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)


CHECK = listed("secrets-in-bytes")
