"""The architecture and the context length that a config claims.

What: `architectures` and the longest input of a Hugging Face `config.json`, of the model as a whole and of its text
part. It finds nothing; it states facts.

Why: it is the first thing one wants to know of a model, and later checks hold it against the weights.

What it cannot see: whether the weights are of that architecture.

Fix: there is nothing to mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import ARCHITECTURE, CONTEXT_LENGTH
from hilt.core.fact import Fact, Known

if TYPE_CHECKING:
    from hilt.formats.json import Json

_LENGTHS = ("max_position_embeddings", "n_positions", "max_sequence_length", "seq_length", "max_seq_len")
_LONGEST = 1 << 40
"""More is no length in tokens but a way to say "no bound"."""


def model_config(file: ReadFile[Json]) -> Iterator[Fact]:
    if file.name != "config.json" or not isinstance(file.value.value, dict):
        return
    config: dict[str, Any] = file.value.value
    names = config.get("architectures")
    if isinstance(names, list):
        architectures = tuple(name[:100] for name in names if isinstance(name, str))
        if architectures:
            yield Fact(key=ARCHITECTURE.key, value=architectures, known=Known.CLAIMED, source=file.path)
    parts = [config, config.get("text_config")]
    lengths = [part.get(key) for part in parts if isinstance(part, dict) for key in _LENGTHS]
    stated = [length for length in lengths if type(length) is int and 0 < length < _LONGEST]
    if stated:
        yield Fact(key=CONTEXT_LENGTH.key, value=max(stated), known=Known.CLAIMED, source=file.path)


CHECK = listed("model-config")
