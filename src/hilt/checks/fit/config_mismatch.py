"""A config that its tensors contradict.

What: the number of layers, the heads that keep keys and values, the vocabulary and the width that the config or header
states, held against the shapes of the tensors.

Why: what is loaded is not what is described. An engine refuses it, fills what is missing with random numbers, or leaves
layers out; and what was reckoned by the config, such as the memory that is asked for, is wrong.

What it cannot see: tensors under names that neither transformers nor llama.cpp gives; numbers that are packed several into
one; a config that fits the tensors and describes another model all the same.

Fix: ask the publisher for the config that belongs to the weights. hilt tells the memory by the tensors.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.fit.gathering import gathered
from hilt.core.finding import Finding, Severity, Where


def config_mismatch(repository: Repository) -> Iterator[Finding]:
    if (model := gathered(repository)) is None:
        return
    for one in model.contradictions:
        severity = Severity.MEDIUM if one.lacking else Severity.LOW
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=one.path), message=one.words, whole=True)


CHECK = listed("config-mismatch")
