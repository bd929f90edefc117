"""The front matter of a model card: the keys of the Hugging Face Hub that can be filled from what is known.

Specification: `modelcard.md` of huggingface/hub-docs. Every string is one of JSON, which is one of YAML too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from hilt.core.verdict import Verdict
from hilt.output.bom_told import of
from hilt.output.quote import quote

_RELATIONS = frozenset({"finetune", "quantized", "merge", "adapter"})
"""Those that the hub knows."""
_MOST, _LONGEST = 64, 200
_LINE = re.compile(r":\d+$")
"""The end of a source that is a line of the text."""
_FIGURE = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?")


def front_matter(verdict: Verdict) -> str:
    """The block between two lines of `---`."""
    told = {key: value for key, value in _keys(verdict) if value not in ("", [], {})}
    return "\n".join(["---", *(f"{key}: {string(value)}" for key, value in told.items()), "---", "", ""])


def string(value: Any) -> str:
    """JSON on one line, in letters that YAML reads as they stand."""
    return json.dumps(value, ensure_ascii=False)


def _keys(verdict: Verdict) -> Iterator[tuple[str, Any]]:
    def texts(key: str) -> list[str]:
        value = of(verdict.report, key).value
        return [
            quote(one, _LONGEST) for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, str)
        ]

    def one_or_all(key: str) -> Any:
        found = texts(key)[:_MOST]
        return found[0] if len(found) == 1 else found

    bases, relation = _bases(texts("rights.bases")[:_MOST])
    # Those that were recognised have ids as the hub has them; files spell them as they like.
    yield "license", one_or_all("rights.licences") or one_or_all("rights.licences_claimed")
    yield "base_model", bases
    yield "base_model_relation", relation
    yield "datasets", texts("rights.datasets")[:_MOST]
    yield "language", texts("card.languages")[:_MOST]
    yield "library_name", one_or_all("card.library")
    yield "pipeline_tag", one_or_all("card.task")
    yield "model_name", one_or_all("card.name")
    yield "version", one_or_all("card.version")
    yield "authors", texts("card.authors")[:_MOST]
    results = [] if _LINE.search(of(verdict.report, "card.metrics").source) else list(_results(texts("card.metrics")))
    yield "model-index", [{"name": one_or_all("card.name") or "model", "results": results}] if results else []


def _bases(told: list[str]) -> tuple[list[str], str]:
    """The bases, and the relation to all of them: the hub has one for all. Where it is unknown, or there are several, they
    stand in the text alone, since whoever reads the front matter takes a base without a relation for one that was finetuned."""
    found = [(relation, base) for relation, _, base in (one.partition(" ") for one in told) if base]
    relations = {relation for relation, _ in found}
    if len(relations) != 1 or not relations <= _RELATIONS:
        return [], ""
    return [base for _, base in found], relations.pop()


def _results(told: list[str]) -> Iterator[dict[str, Any]]:
    """Those that have all that the hub asks of a result. The others stand in the text alone, and so do those of tables:
    what stands above a table is no task that the hub knows."""
    for one in told[: 2 * _MOST]:
        parts = [part.strip() for part in one.split(" | ", 3)]
        if len(parts) == 4 and all(parts):
            task, dataset, metric, value = parts
            figure: Any = json.loads(value) if _FIGURE.fullmatch(value) else value
            yield {
                "task": {"type": task},
                "dataset": {"name": dataset, "type": dataset},
                "metrics": [{"type": metric, "value": figure if str(figure) == value else value}],
            }
