"""What a card is, tells and names: evidence from README files, their front matter and their sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.openness.code_hosts import CODE_HOST
from hilt.knowledge.openness.evidence import Evidence, listed
from hilt.knowledge.openness.sections import Section, figures, rows, sections, whole, words

_LOOKED_AT = 1 << 20
"""Characters of a card that are looked at; people write no longer ones."""
_WRITTEN = 60
"""Words from which on a text is a card; a heading and a licence line are none."""
_NAMED_SO = 15
"""The same for a file that is named a card."""
_TOLD = 30
"""Words from which on a section tells something."""

_OF_DATASETS = ("dataset_info", "task_categories", "size_categories", "annotations_creators", "source_datasets")
"""Keys that only the front matter of a dataset card has."""

_DATA = lazy_pattern(
    r"(the )?((pre-?|fine-?|post-?)?(train(ing)?|tuning)( and evaluation)? )?(data|data ?sets?|corpus|corpora|data ?sources?)"
    r"( (card|sheet|overview|description|details|sources?|collection|curation|composition|mixture|statistics))?"
    r"|(training|data) (data )?(sources?|mixture|composition)|data ?sets? used( for .*)?|training data(sets?)?\b.*|data card.*",
    re.IGNORECASE,
)
_RESULTS = lazy_pattern(
    r".*\b(evaluations?|results?|benchmarks?|performances?|metrics|accurac(y|ies)|leaderboard|scores?)\b.*",
    re.IGNORECASE,
)
_NO_RESULTS = lazy_pattern(r"\b(speed|latency|throughput|inference time|memory|hardware|usage|how to)\b", re.IGNORECASE)
_CITED = lazy_pattern(
    r".*\b(citations?|citing|cite|bib ?tex|papers?|publications?|references?|technical report)\b.*", re.IGNORECASE
)
_NUMBERING = lazy_pattern(r"^[\W\d_]+|[\W_]+$")

_WEB = lazy_pattern(r"https?://[^\s()<>\"'\[\]]{4,300}")
_LINK = lazy_pattern(r"\[([^\[\]]{1,120})\]\((https?://[^\s()]{4,300})\)")
_PAPER = lazy_pattern(
    r"(?:arxiv\.org/(?:abs|pdf|html)/|arxiv[:.]\s?|eprint\s?=\s?[{\"]|huggingface\.co/papers/)(\d{4}\.\d{4,5})|((?:doi\.org/|doi\s?=\s?[{\"])10\.\d{4,9}/[^\s\"'<>(){}]{2,80})"
    r"|(aclanthology\.org/[\w.-]{4,40}|openreview\.net/(?:forum|pdf)\?id=[\w-]{4,20})",
    re.IGNORECASE,
)
_PAPER_TAG = lazy_pattern(r"(arxiv|doi):(\S{4,80})")
_CALLED_PAPER = lazy_pattern(
    r"\W*(our |the |read the |full )?(research )?(paper|arxiv|preprint|publication)\b", re.IGNORECASE
)
_LABELLED_PAPER = lazy_pattern(
    r"^[\s>*_-]*(?:our |research |technical )?(?:paper|report|preprint)[\s*_]*:[\s*_]*<?(https?://[^\s<>]{4,300})",
    re.IGNORECASE | re.MULTILINE,
)
_CALLED_REPORT = lazy_pattern(r"\b(technical|tech)[ -]report\b|\bwhite ?paper\b", re.IGNORECASE)
_OF_TOOLS = frozenset(
    "1908.10084 2305.18290 2402.03300 1705.00652 1703.07737 2205.13147 2101.06983 2209.11055 1910.03771 2106.09685 2305.14314"
    " 1707.06347 2403.07691 2402.01306 2004.09813 2203.05482 2306.01708 2311.03099 2403.19522 2403.13257 2210.17323 2306.00978"
    " 1908.03265 1412.6980 1711.05101 2210.11610 1706.03762 1910.09700".split()
)
"""Papers of losses, optimisers, mergers, quantisers and calculators, which libraries cite in the cards that they write."""

_ELSEWHERE = (
    (
        "training_code",
        lazy_pattern(
            r"\b((pre-?)?training|fine-?tuning) (code|script|scripts|recipe|pipeline|notebook)\b", re.IGNORECASE
        ),
    ),
    (
        "evaluation_code",
        lazy_pattern(r"\b(evaluation|benchmark(ing)?|eval) (code|script|scripts|harness|notebook)\b", re.IGNORECASE),
    ),
    ("inference_code", lazy_pattern(r"\binference (code|script|scripts|notebook)\b", re.IGNORECASE)),
    (
        "preprocessing_code",
        lazy_pattern(
            r"\b(data|dataset)?[ -]?(pre-?processing|processing|curation|filtering) (code|scripts?|pipeline)\b",
            re.IGNORECASE,
        ),
    ),
)
_FORMATS = ("gguf", "ggml", "safetensors", "onnx", "mlx", "generic", "other", "unknown")
"""What stands as the library of a card and is none that holds architectures."""


def of_card(path: str, metadata: dict[str, Any], body: str, *, of_data: bool, has_weights: bool) -> Iterator[Evidence]:
    """What the card at `path` is evidence for. `of_data`: its name says that it is a dataset's; without weights its front
    matter may say so as well.
    """
    name = path.rpartition("/")[2]
    body = body[:_LOOKED_AT]
    parts = list(sections(body))
    text = whole(body).text
    written = words(text)
    of_data = of_data or (not has_weights and any(key in metadata for key in _OF_DATASETS))
    named = name.lower().startswith("readme")
    if written >= (_WRITTEN if named else _NAMED_SO):
        yield Evidence("data_card" if of_data else "model_card", path, f"{written} words")
    for part in parts:
        yield from _of_section(path, part)
    yield from _named_datasets(path, metadata, of_data=of_data)
    yield from _model_index(path, metadata)
    yield from _papers(path, metadata, parts, text)
    yield from _outputs(path, metadata)
    yield from _code_elsewhere(path, body)
    library = metadata.get("library_name")
    if isinstance(library, str) and 0 < len(library) <= 60:
        yield Evidence("libraries", path, f"names {library}", elsewhere=True, licences=())
        if library.lower() not in _FORMATS:
            how = f"names the library {library}, which has the code"
            yield Evidence("architecture", path, how, elsewhere=True, licences=())


def _of_section(path: str, part: Section) -> Iterator[Evidence]:
    title = _NUMBERING.sub("", part.title)
    if _DATA.fullmatch(title) and (words(part.text) >= _TOLD or rows(part.text) >= 2):
        yield Evidence("data_card", path, f"section {part.title[:60]!r}")
    elif _DATA.fullmatch(title) and (link := _WEB.search(part.text)):
        how = f"section {part.title[:60]!r} links {link[0][:120]}"
        yield Evidence("datasets", path, how, elsewhere=True, licences=())
    if (
        _RESULTS.fullmatch(title)
        and not _NO_RESULTS.search(title)
        and (rows(part.text) >= 1 or figures(part.text) >= 3)
    ):
        yield Evidence("evaluation_results", path, f"section {part.title[:60]!r}")


def _named_datasets(path: str, metadata: dict[str, Any], *, of_data: bool) -> Iterator[Evidence]:
    names = texts(metadata.get("datasets"))
    if names and not of_data:
        yield Evidence("datasets", path, f"names {listed(names)}", elsewhere=True, licences=())


def _model_index(path: str, metadata: dict[str, Any]) -> Iterator[Evidence]:
    """The results that the front matter lists, and the data that they were measured on."""
    names: list[str] = []
    values = 0
    for model in _records(metadata.get("model-index")):
        for result in _records(model.get("results")):
            measured = [one for one in _records(result.get("metrics")) if one.get("value") is not None]
            values += len(measured)
            dataset = result.get("dataset")
            name = (dataset.get("type") or dataset.get("name")) if isinstance(dataset, dict) and measured else None
            if isinstance(name, str) and name.lower() not in ("", "unknown", "custom", "none") and name not in names:
                names.append(name[:100])
    if values:
        yield Evidence(
            "evaluation_results", path, f"model-index with {values} {'figure' if values == 1 else 'figures'}"
        )
    if names:
        yield Evidence("evaluation_data", path, f"model-index names {listed(names)}", elsewhere=True, licences=())


def _records(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _papers(path: str, metadata: dict[str, Any], parts: list[Section], text: str) -> Iterator[Evidence]:
    for tag in texts(metadata.get("tags")):
        if (found := _PAPER_TAG.fullmatch(tag)) and found[2] not in _OF_TOOLS:
            yield Evidence("research_paper", path, f"names {tag}", elsewhere=True, licences=())
    for part in parts:
        if part.level == 0 or not _CITED.fullmatch(part.title):
            continue
        component = "technical_report" if _CALLED_REPORT.search(part.title + part.text) else "research_paper"
        for address in _addresses(part.text + part.code):
            yield Evidence(component, path, f"names {address}", elsewhere=True, licences=())
    outside_tables = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("|"))
    for called, link in _LINK.findall(outside_tables):  # a table links the papers of what it lists
        if _CALLED_REPORT.search(called):
            yield Evidence("technical_report", path, f"links {link[:120]}", elsewhere=True, licences=())
        elif _CALLED_PAPER.match(called) and any(_addresses(link)):
            yield Evidence("research_paper", path, f"links {link[:120]}", elsewhere=True, licences=())
    for link in _LABELLED_PAPER.findall(outside_tables):
        if any(_addresses(link)):
            yield Evidence("research_paper", path, f"links {link[:120]}", elsewhere=True, licences=())


def _addresses(text: str) -> Iterator[str]:
    """Papers that `text` names, but for those that libraries cite by themselves."""
    for number, doi, page in _PAPER.findall(text):
        if number not in _OF_TOOLS:
            yield f"arXiv:{number}" if number else (doi or page)


def _outputs(path: str, metadata: dict[str, Any]) -> Iterator[Evidence]:
    shown = [item for item in _records(metadata.get("widget")) if item.get("output")]
    if shown:
        yield Evidence("sample_outputs", path, f"{len(shown)} shown as widgets")


def _code_elsewhere(path: str, body: str) -> Iterator[Evidence]:
    """Code that a line of the card names and links in the same breath."""
    for line in body.split("\n"):
        link = CODE_HOST.search(line) if "://" in line and len(line) < 2000 else None
        for component, pattern in _ELSEWHERE if link else ():
            if link and pattern.search(line):
                yield Evidence(component, path, f"links {link[0].rstrip('.,;:)')[:120]}", elsewhere=True, licences=())


def texts(value: Any) -> list[str]:
    """The texts of a value that may be one or a list of them."""
    return [one[:100] for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
