"""The results of evaluations that a card states: those of its `model-index`, and those in its tables.

A table often compares several models. A figure is taken only where it can be told that it is the subject's: the column or the
row bears its name, or there is no other model in the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hilt.knowledge.card.front_matter import records
from hilt.knowledge.licences.passages import Passage

MOST = 100
"""Results of one card that are told."""
_CELL, _CELLS = 80, 40
"""Letters of a cell, and cells of a row."""
_ROWS = 400
_RULE = re.compile(r"[\s|:.-]+")
_FIGURE = re.compile(r"[~≈<>]?\s?[-+]?\d{1,6}(?:[.,]\d{1,6})?\s?(?:%|±.{1,12}|\(.{1,20}\)|ms|dB)?")
_HEADING = re.compile(
    r"\b(?:evaluations?|results?|benchmarks?|performances?|metrics?|accurac(?:y|ies)|scores?|quality|eval)\b",
    re.IGNORECASE,
)
_METRIC = re.compile(
    r"\b(?:acc(?:uracy)?|f1|f-?score|bleu|wer|cer|mer|precision|recall|auc|roc|mse|rmse|mae|loss|perplexity|ppl|pass@\d+|em|exact match|rouge\S*|"
    r"m?ap(?:@\S+)?|ndcg\S*|mrr\S*|spearman|pearson|score|value|metric|top-?[15]|las|uas|result|mcc|psnr|ssim|fid|eer|der|p|r|f)\b|%",
    re.IGNORECASE,
)
_MODELS = re.compile(
    r"(?:models?|model names?|methods?|systems?|checkpoints?|variants?|architectures?|names?)", re.IGNORECASE
)
_NO_RESULT = re.compile(
    r"\b(?:param\w*|size|layers?|memory|speed|latency|throughput|length|tokens?|dims?|epochs?|batch|steps?|hours?|count|#|id|index|"
    r"download|links?|bits?|vram|ram|quant\w*|year|date|context|heads?|seeds?|learning rate|carbon|energy|power|cost|no\.?)\b",
    re.IGNORECASE,
)


class Result(NamedTuple):
    """One figure, and the line of the text on which it stands; 0 where that is the front matter."""

    task: str
    dataset: str
    metric: str
    value: str
    line: int

    def __str__(self) -> str:
        return f"{self.task} | {self.dataset} | {self.metric} | {self.value}"


def of_index(metadata: Mapping[str, Any]) -> Iterator[Result]:
    """The results in the `model-index` of a card."""
    for model in records(metadata.get("model-index")):
        for result in records(model.get("results")):
            task = _name(result.get("task"))
            dataset = _name(result.get("dataset"))
            for metric in records(result.get("metrics")):
                value = metric.get("value")
                if isinstance(value, str | int | float) and not isinstance(value, bool):
                    yield Result(task, dataset, _name(metric), _value(value), 0)


def of_tables(passages: Iterable[Passage], names: Sequence[str]) -> Iterator[Result]:
    """The results in the tables of a card; the subject is called by one of `names`."""
    called = frozenset(_letters(name) for name in names if len(_letters(name)) > 2)
    for table in _tables(passages):
        if any(_HEADING.search(heading) for heading in table[0].headings):
            yield from _of_table(table, called)


def _tables(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    """The rows of each table, the one that rules off the head left out."""
    held: list[Passage] = []
    for passage in passages:
        row = passage.text.startswith("|")
        if held and (not row or passage.line - held[-1].line > 2):
            yield held[:_ROWS]
            held = []
        if row and not _RULE.fullmatch(passage.text[:_CELL]):
            held.append(passage)
    if held:
        yield held[:_ROWS]


def _of_table(table: list[Passage], called: frozenset[str]) -> Iterator[Result]:
    head, rows = _cells(table[0]), [(_cells(row), row.line) for row in table[1:]]
    if len(head) < 2 or not rows:
        return
    task = table[0].headings[-1][:_CELL]
    if _MODELS.fullmatch(head[0]):
        chosen = [(cells, line) for cells, line in rows if _letters(cells[0]) in called]
        for cells, line in chosen or (rows if len(rows) == 1 else []):
            for title, cell in zip(head[1:], cells[1:], strict=False):
                if _FIGURE.fullmatch(cell) and not _NO_RESULT.search(title):
                    yield Result(task, title, "", cell, line)
        return
    columns = [place for place in range(1, len(head)) if any(_figure(cells, place) for cells, _ in rows)]
    own = [place for place in columns if _letters(head[place]) in called]
    measured = [place for place in columns if _METRIC.search(head[place])]
    for cells, line in rows:
        for place in own or measured or (columns if len(columns) == 1 else []):
            if _figure(cells, place) and not _NO_RESULT.search(head[place]):
                between = [cell for cell in cells[1 : min(columns)] if cell]
                yield Result(task, cells[0], ", ".join((*between, head[place])), cells[place], line)


def _figure(cells: list[str], place: int) -> bool:
    return place < len(cells) and _FIGURE.fullmatch(cells[place]) is not None


def _cells(row: Passage) -> list[str]:
    return [" ".join(cell.split())[:_CELL] for cell in row.text.strip().strip("|").split("|", _CELLS)[:_CELLS]]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.rpartition("/")[2][:_CELL]).lower()


def _name(value: Any) -> str:
    """The name of a task, a dataset or a metric, or its type."""
    if not isinstance(value, dict):
        return ""
    said = value.get("name") or value.get("type")
    return " ".join(said[:_CELL].split()) if isinstance(said, str) else ""


def _value(value: str | float) -> str:
    if isinstance(value, int) and value.bit_length() > 60:
        return "more than can be told"
    return " ".join(str(value)[:_CELL].split())
