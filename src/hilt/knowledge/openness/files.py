"""What files are evidence for by their formats and names: weights, graphs, data, checkpoints, settings of a training."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from hilt.core.errors import FormatError, SourceError
from hilt.core.patterns import lazy_pattern
from hilt.knowledge.openness.evidence import Evidence
from hilt.knowledge.weight_sets import PARTS


class Files(NamedTuple):
    """The files of a subject: the format of each, what its reader made of it, and its text."""

    formats: Mapping[str, str]
    value: Callable[[str], Any]
    text: Callable[[str], str]
    """Both raise `FormatError` or `SourceError`."""


GRAPHS = frozenset(
    "onnx ort tflite executorch mnn saved-model tensorflow-graph tensorflow-text torchscript coreml openvino-ir ncnn"
    " caffe caffe-prototxt paddle-program keras keras-h5 tensorrt pmml xgboost ubjson lightgbm catboost tesseract dlib"
    " fasttext ctranslate2 sphinx".split()
)
"""Formats that say what is computed, not only with which numbers."""

_BEST = (
    "safetensors gguf torch-zip torchscript torch-legacy torch-tar torch-shard keras keras-h5 onnx ort tflite executorch"
    " saved-model tensorflow-variables tensorflow-graph coreml coreml-weights openvino-ir mnn ncnn caffe"
    " paddle-parameters tensorrt ggml ctranslate2 equinox mxnet-parameters torch7 fasttext word2vec sphinx dlib tesseract"
    " xgboost ubjson lightgbm catboost pmml skops ocdbt r-data".split()
)
DESCRIBED = "described"
"""Raw weights that another file describes."""
_DOUBTFUL = "hdf5 msgpack npy npz joblib pickle".split()
"""Formats of weights among much else: asked only where none of the others is there."""
WEIGHTS = (*_BEST, *_DOUBTFUL, DESCRIBED)

PICKLED = frozenset("pickle joblib skops r-data".split())
"""Where the file names the classes of a library, or is the model as a whole: hilt does not tell its architecture."""

_NO_WEIGHTS = lazy_pattern(
    r"(^|/)(optimizer|optim|scheduler|rng_state|random_states?|scaler|training_args|tokenizer|tokeniser|vocab|label_?encoder"
    r"|vectorizer|imatrix|mel_filters|preprocessor|.*optim_states|dataset|features?)[^/]*$",
)
_CHECKPOINT = lazy_pattern(
    r"(^|.*/)((checkpoint|ckpt|global_?step|step|epoch|iter(ation)?)s?[-_=]?(\d+)[^/]*)/", re.IGNORECASE
)
_OF_TRAINING = lazy_pattern(
    r"(^|/)(trainer_state\.json|training_args\.(bin|json)|train(ing)?_(config|params|hparams)\.(json|ya?ml)|hparams\.ya?ml"
    r"|optimizer\.(pt|bin)|scheduler\.(pt|bin)|.*optim_states\.pt|ds_config\.json|all_results\.json|train_results\.json"
    r"|events\.out\.tfevents\..*|wandb-summary\.json|config\.cfg|args\.ya?ml)$",
)
_RESULTS = lazy_pattern(r"(^|/)(eval(uation)?|test|all|predict|benchmark)_?results?[^/]*\.(json|csv|txt|md)$")
_REQUIREMENTS = lazy_pattern(
    r"(^|/)(requirements[^/]*\.txt|environment\.ya?ml|conda\.ya?ml|python_env\.ya?ml|pyproject\.toml|setup\.py|pipfile)$"
)
_SAMPLES = lazy_pattern(r"(^|/)(samples?|outputs?|generated|sample_outputs?|generations?|sample_images)(/|[-_]?\d*\.)")
_PAPER = lazy_pattern(r"(^|/)[^/]*(paper|preprint|\d{4}\.\d{4,5})[^/]*\.pdf$")
_REPORT = lazy_pattern(r"(^|/)[^/]*(report|white-?_?paper|system[-_]card)[^/]*\.pdf$")

_TABLES = frozenset("parquet arrow tfrecord json-lines lightgbm-dataset".split())
_DATA_NAME = lazy_pattern(r"(^|/)((train|valid|validation|val|dev|dataset|corpus)[^/]*|(data|datasets?|corpus)/[^/]+)$")
_TEST_NAME = lazy_pattern(r"(^|/)((test|eval|evaluation|benchmark)[^/]*|(test|eval|evaluation|benchmarks?)/[^/]+)$")
_DATA_ENDING = (
    ".csv",
    ".tsv",
    ".jsonl",
    ".ndjson",
    ".parquet",
    ".arrow",
    ".feather",
    ".tfrecord",
    ".tfrecords",
    ".conll",
    ".txt",
)
_NO_DATA = lazy_pattern(
    r"(^|/)(events\.out\.tfevents|[^/]*(vocab|merges|token|label|class|tags?|stop_?words|results?|metrics|predictions?|args|config"
    r"|state|readme|licen[cs]e|requirements|embedding|index|chat_template|patterns)[^/]*$)",
)


def of_files(files: Files) -> Iterator[Evidence]:
    yield from _weights(files)
    yield from _by_name(files)
    yield from _data(files)


def weights(files: Files) -> list[str]:
    """The paths of weights, those of one format: the one that says most."""
    for format_id in WEIGHTS:
        paths = [
            path for path, held in files.formats.items() if held == format_id and not _NO_WEIGHTS.search(path.lower())
        ]
        if paths and format_id in _DOUBTFUL and format_id not in ("joblib", "pickle"):
            paths = [path for path in paths if _holds_numbers(files, path)]
        elif paths and format_id in PARTS:
            paths = paths if any(_holds_numbers(files, path) for path in paths[:20]) else []
        if paths:
            return sorted(paths, key=lambda path: (path.count("/"), path))
    return []


def _holds_numbers(files: Files, path: str) -> bool:
    """More than a vocabulary or a table of filters."""
    format_id = files.formats[path]
    if format_id not in PARTS:
        return format_id != "npz"
    try:
        return PARTS[format_id](files.value(path)).parameters > 0
    except (FormatError, SourceError):
        return False


def _weights(files: Files) -> Iterator[Evidence]:
    paths = weights(files)
    steps = {found[0]: int(found[5]) for path in paths if (found := _CHECKPOINT.match(path)) and len(found[5]) < 12}
    final = [path for path in paths if _CHECKPOINT.match(path) is None]
    last = max(steps, key=lambda folder: steps[folder], default="")
    if not final and steps:
        final = [path for path in paths if path.startswith(last)]
        del steps[last]
    if final:
        more = f", {len(final)} files" if len(final) > 1 else ""
        held = files.formats[final[0]]
        kind = "that another file describes" if held == DESCRIBED else f"as {held}"
        yield Evidence("final_parameters", final[0], f"weights {kind}{more}")
    if steps:
        first = next(iter(steps))
        more = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
        yield Evidence("intermediate_parameters", first.rstrip("/"), f"weights of a step of the training{more}")
    graph = next((path for path in sorted(files.formats) if files.formats[path] in GRAPHS), "")
    if graph:
        yield Evidence("architecture", graph, f"{files.formats[graph]} says what is computed")


def _by_name(files: Files) -> Iterator[Evidence]:
    for path, format_id in sorted(files.formats.items(), key=lambda item: (item[0].count("/"), item[0])):
        if _OF_TRAINING.search(path.lower()) and not (path.endswith("config.cfg") and format_id != "ini"):
            yield Evidence("metadata", path, "settings or state of a training")
        if _RESULTS.search(path.lower()):
            yield Evidence("evaluation_results", path, "a file of results")
        if _REQUIREMENTS.search(path.lower()) and "wandb/" not in path:
            yield Evidence("libraries", path, "a list of packages")
        if format_id == "media" and path.lower().endswith(".pdf"):
            if _REPORT.search(path.lower()):
                yield Evidence("technical_report", path, "a report by its name")
            elif _PAPER.search(path.lower()):
                yield Evidence("research_paper", path, "a paper by its name")
        elif format_id == "media" and _SAMPLES.search(path.lower()):
            yield Evidence("sample_outputs", path, "a sample by its name")


def _data(files: Files) -> Iterator[Evidence]:
    for path, format_id in sorted(files.formats.items()):
        if _NO_DATA.search(path.lower()) or "!/" in path:
            continue
        named = path.lower().endswith(_DATA_ENDING) or format_id in _TABLES
        if named and _TEST_NAME.search(path.lower()):
            yield Evidence("evaluation_data", path, "data for tests by its name")
        elif named and (_DATA_NAME.search(path.lower()) or format_id in ("parquet", "arrow", "lightgbm-dataset")):
            yield Evidence(
                "datasets",
                path,
                "a data set by its name" if format_id in ("text", "json-lines") else f"data, {format_id}",
            )
