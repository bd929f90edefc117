"""Compares bills of materials of models: how many fields each generator fills, how many of them are right, and how many wrong.

    python benchmarks/aibom.py MODEL_FOLDER...

Each folder is a model. Tools are installed with pip into an environment of their own (`--cache`); hilt is the one that is
installed for this Python, with its extra `spdx`. Every tool runs without a network, and with its telemetry switched off
(`AISBOM_NO_TELEMETRY`, `AISBOM_OFFLINE`, `--offline`). cdxgen is tried where `--cdxgen` names its program.

The fields are those of the G7's minimum elements that a generator could fill from a folder. A field counts for a tool
wherever the tool puts it: in the place that the format has for it, or in a property whose name says so (`FIELDS`). Words such
as "unknown" or NOASSERTION fill nothing. Of what can be computed from the bytes this script makes up its own mind, without
hilt: such a field is *right* if it agrees, and *wrong* if it does not. A name is wrong if it is none of the names that the
folder, its files, its card or its package bear; a licence if that which the card's front matter names is not among them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from aibom_truth import WEIGHTS, Truth, letters, truth

PEERS = ("aisbom-cli==1.7.0", "airom==0.5.0", "toolkit-ml-provenance==1.0.0", "pitloom==0.20.2")
WITH_PITLOOM = ("safetensors", "onnx", "gguf", "h5py", "numpy")
"""What it wants to look into models with."""
NOTHING = re.compile(r"\s*(?:unknown|noassertion|none|n/?a|null|undefined|)\s*", re.IGNORECASE)


class Document(NamedTuple):
    """What a bill of materials says, whatever its format: texts by place, and the names of what it calls a model."""

    told: dict[str, list[str]]
    models: list[str]
    digests: set[str]


Judge = Callable[[Document, list[str], Truth], bool | None]


class Field(NamedTuple):
    """`places` match the place or the name of the property; `judge` says whether a value is right, None where nobody can."""

    id: str
    places: str
    judge: Judge | None = None


def _hashes(document: Document, _: list[str], truth: Truth) -> bool | None:
    """Those of some files alone fill the field, and are not wrong."""
    return set(truth.digests.values()) <= document.digests or None


def _weights(document: Document, _: list[str], truth: Truth) -> bool | None:
    return truth.weights <= document.digests or None if truth.weights else None


def _size(_: Document, values: list[str], truth: Truth) -> bool | None:
    numbers = [int(one) for one in values if one.isdigit()]
    return truth.size in numbers or sum(numbers) == truth.size if numbers else None


def _formats(_: Document, values: list[str], truth: Truth) -> bool | None:
    said = " ".join(values).lower()
    return all(one in said for one in truth.formats) if truth.formats else None


def _dtypes(_: Document, values: list[str], truth: Truth) -> bool | None:
    """Those of buffers of whole numbers may be left out."""
    said = set(re.findall(r"\b(?:BF|F|I|U)\d+\b|\bBOOL\b", " ".join(values).upper()))
    if not truth.dtypes or not said:
        return None
    if not said <= truth.dtypes:
        return False
    return {one for one in truth.dtypes if one[0] in "FB"} <= said or None


def _parameters(_: Document, values: list[str], truth: Truth) -> bool | None:
    numbers = {int(one.replace(",", "")) for one in values if one.replace(",", "").isdigit()}
    return not truth.parameters.isdisjoint(numbers) if truth.parameters and numbers else None


def _names(document: Document, _: list[str], truth: Truth) -> bool:
    return all(letters(one) in truth.names for one in document.models)


def _licences(_: Document, values: list[str], truth: Truth) -> bool | None:
    """More licences than the one of the card may be in the folder."""
    said = {letters(one) for one in values} - {"declared", "concluded"}
    return not truth.licences.isdisjoint(said) if truth.licences and said else None


FIELDS = (
    Field("tool and its version", r"/tools|createdUsing|creators"),
    Field("time", r"/timestamp|/created$"),
    Field("context: before or after download", r"/lifecycles|sbomType|bom\.context"),
    Field("what was not read", r"compositions|completeness|truncated|unknowns|coverage|:gap$"),
    Field("name", r"^model/name$", _names),
    Field("producer", r"^model/(?:supplier|manufacturer|authors|publisher|suppliedBy)"),
    Field("version", r"^model/(?:version|software_packageVersion)"),
    Field("unique identifier", r"^model/(?:purl|software_packageUrl|swhid|cpe)"),
    Field("description", r"^model/(?:description|summary)$"),
    Field("day of release", r"^model/releaseTime|model\.released|release.?date"),
    Field("hash of each file", r"/hashes|verifiedUsing|checksums", _hashes),
    Field("hash of each file with weights", r"/hashes|verifiedUsing|checksums", _weights),
    Field("size", r"(?:^|[:._/-])(?:file_?)?(?:size|bytes)$", _size),
    Field("format", r"(?:^|[:._])(?:serialization-|artifact)?formats?$|framework$", _formats),
    Field("number formats", r"dtypes?$|precision|quanti[sz]ation", _dtypes),
    Field("parameters", r"param(?:eter)?s?(?:[._]?count)?$|num_parameters", _parameters),
    Field("context length", r"context.?(?:length|window)|max_position|max_seq"),
    Field("tokenizer", r"tokenizer"),
    Field("architecture", r"modelArchitecture|typeOfModel|architectures?$"),
    Field("family", r"architectureFamily|typeOfModel|model_type|family$"),
    Field("task", r"modelParameters/task|ai_domain|pipeline_tag"),
    Field("kinds of inputs and outputs", r"modelParameters/(?:inputs|outputs)|system\.(?:inputs|outputs)"),
    Field("languages", r"languages?$"),
    Field("lineage", r"pedigree|descendantOf|ancestorOf|base_model"),
    Field(
        "licence", r"^model/licenses|hasDeclaredLicense|hasConcludedLicense|license(?:Declared|Concluded)", _licences
    ),
    Field("obligations of the licence", r"obligation"),
    Field("intended use", r"useCases|informationAboutApplication"),
    Field("limitations", r"technicalLimitations|ai_limitation"),
    Field("risks", r"ethicalConsiderations|fairnessAssessments|safetyRiskAssessment|security\.risks"),
    Field("datasets", r"modelParameters/datasets|trainedOn|^data/name"),
    Field("evaluations", r"performanceMetrics|ai_metric"),
    Field(
        "training: data, compute or energy",
        r"informationAboutTraining|data\.description|training_data|energyConsumption|compute_|flop",
    ),
    Field("software it needs", r"^(?:library|framework|platform)/name|dependsOn"),
    Field("memory or hardware it needs", r"memory$|hardware"),
    Field("code that runs on loading", r"code_on_load|pickle|unsafe|:risk$|comment$"),
    Field("signature", r"signature|signed"),
    Field("how each value is known", r"hilt:known:|/citations|provenance/fields|confidence$"),
)


def cyclonedx(document: dict[str, Any]) -> Document:
    """Every text by its path; that of a model or another component begins with what it is."""
    told: dict[str, list[str]] = {}
    models, digests = [], set[str]()
    for path, value in _leaves(
        {key: value for key, value in document.items() if key not in ("components", "dependencies")}
    ):
        told.setdefault(path, []).append(value)
    parts = [*document.get("components", []), *document.get("metadata", {}).get("tools", {}).get("none", [])]
    while parts:
        part = parts.pop()
        kind = {"machine-learning-model": "model"}.get(part.get("type", ""), part.get("type", ""))
        parts += part.get("components", [])
        models += [part["name"]] if kind == "model" else []
        for path, value in _leaves(
            {key: value for key, value in part.items() if key not in ("components", "properties")}
        ):
            if path != "/externalReferences/comment":
                told.setdefault(kind + path, []).append(value)
        for one in [*part.get("properties", []), *part.get("modelCard", {}).get("properties", [])]:
            told.setdefault(one["name"], []).append(one.get("value", ""))
        digests |= {one["content"] for one in part.get("hashes", [])}
    return Document(told, models, digests)


def spdx3(document: dict[str, Any]) -> Document:
    told: dict[str, list[str]] = {}
    models, digests = [], set[str]()
    elements = {one.get("spdxId", one.get("@id", "")): one for one in document["@graph"]}
    for one in elements.values():
        kind = {"ai_AIPackage": "model", "dataset_DatasetPackage": "data"}.get(one["type"], one["type"])
        models += [one.get("name", "")] if kind == "model" else []
        for path, value in _leaves(
            {key: value for key, value in one.items() if key not in ("extension", "type", "spdxId", "comment")}
        ):
            told.setdefault(kind + path, []).append(value)
        for entry in (entry for made in one.get("extension", []) for entry in made.get("extension_cdxProperty", [])):
            told.setdefault(entry["extension_cdxPropName"], []).append(entry.get("extension_cdxPropValue", ""))
        for entry in one.get("ai_hyperparameter", []):
            told.setdefault(entry["key"], []).append(entry.get("value", ""))
        digests |= {made["hashValue"] for made in one.get("verifiedUsing", []) if "hashValue" in made}
        if one["type"] == "Relationship":
            named = [elements.get(to, {}) for to in one.get("to", [])]
            names = [to.get("simplelicensing_licenseExpression", to.get("name", "")) for to in named]
            told.setdefault(one["relationshipType"], []).extend(names)
        if one["type"] == "Annotation" and "provenance/fields" in one.get("statement", ""):
            told.setdefault("provenance/fields", []).append("told")
    return Document(told, models, digests)


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, f"{path}/{key}")
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value, path)
    elif tree is not None:
        yield path, str(tree)


def count(document: Document, truth: Truth) -> dict[str, str]:
    """By field: filled, right or wrong; absent where it says nothing."""
    found = {}
    for field in FIELDS:
        pattern = re.compile(field.places, re.IGNORECASE)
        values = [
            value
            for place, all_of in document.told.items()
            if pattern.search(place)
            and (not place.startswith(("hilt:known", "hilt:source")) or "hilt:known" in field.places)
            for value in all_of
            if not NOTHING.fullmatch(value)
        ]
        if values:
            right = field.judge(document, values, truth) if field.judge else None
            found[field.id] = "filled" if right is None else "right" if right else "wrong"
    return found


def commands(bin_: Path, folder: Path, out: Path, cdxgen: str) -> dict[str, list[str]]:
    """By tool, the command that writes its bill of materials to `out`, as its manual gives it."""
    weights = [path for path in folder.rglob("*") if path.suffix.lower() in WEIGHTS]
    largest = max(weights, key=lambda path: path.stat().st_size, default=folder)
    hilt = [sys.executable, "-m", "hilt", "check", str(folder), "--output"]
    found = {
        "hilt cyclonedx": [*hilt, f"cyclonedx:{out}"],
        "hilt spdx": [*hilt, f"spdx:{out}"],
        "aisbom-cli": [f"{bin_}/aisbom", "scan", str(folder), "--output", str(out), "--offline", "--no-fail-on-risk"],
        "airom": [f"{bin_}/airom", "fs", str(folder), "--offline", "--no-cve", "-q", "-o", f"cyclonedx={out}"],
        "toolkit-ml-provenance": [
            f"{bin_}/toolkit-mlsbom", "generate", "--root", str(folder), "--include", "**/*",
            "--format", "cyclonedx", "--out", str(out),
        ],
        "pitloom": [f"{bin_}/loom", "model", str(largest), "--enrich", "-o", str(out)],
    }  # fmt: skip
    if cdxgen:
        found["cdxgen"] = [*cdxgen.split(), "--no-install-deps", "-t", "ai", "-o", str(out), str(folder)]
    return found


def run(command: Sequence[str], out: Path) -> tuple[Document | None, float]:
    """What the tool wrote, with nothing but a loopback for a network; None where it wrote nothing."""
    alone = ["unshare", "-rn"] if shutil.which("unshare") else []
    environment = {
        **os.environ,
        "AISBOM_NO_TELEMETRY": "1",
        "AISBOM_OFFLINE": "1",
        "AISBOM_NO_OSV": "1",
        "DO_NOT_TRACK": "1",
    }
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        environment["HOME"] = home
        subprocess.run(
            [*alone, *command], env=environment, cwd=home, check=False, timeout=300, stdin=subprocess.DEVNULL,
            capture_output=True,
        )  # fmt: skip
    seconds = time.perf_counter() - began
    if not out.is_file():
        return None, seconds
    document = json.loads(out.read_text(encoding="utf-8"))
    return (spdx3 if "@graph" in document else cyclonedx)(document), seconds


def installed(cache: Path) -> Path:
    """The folder of programs of the other tools, installed there the first time."""
    if not (cache / "bin" / "loom").is_file():
        venv.create(cache, with_pip=True)
        subprocess.run([cache / "bin" / "pip", "install", "-q", *PEERS, *WITH_PITLOOM], check=True)
    return cache / "bin"


def tables(
    found: dict[str, dict[str, dict[str, str]]],
    models: dict[str, Counter[str]],
    seconds: dict[str, list[float]],
    own: dict[str, str],
) -> Iterator[str]:
    tools = list(found)
    yield f"| field | {' | '.join(tools)} |"
    yield f"|---|{'--:|' * len(tools)}"
    for field in FIELDS:
        cells = []
        for tool in tools:
            states = Counter(one[field.id] for one in found[tool].values() if field.id in one)
            checked = f" / {states['right']}" if field.judge else ""
            wrong = f", {states['wrong']} wrong" if states["wrong"] else ""
            cells.append(f"{states.total()}{checked}{wrong}" if states else "")
        yield f"| {field.id} | {' | '.join(cells)} |"
    for title, states in (
        ("**filled**", ("filled", "right", "wrong")),
        ("**right by the bytes**", ("right",)),
        ("**wrong**", ("wrong",)),
    ):
        totals = [sum(one in states for made in found[tool].values() for one in made.values()) for tool in tools]
        yield f"| {title} | {' | '.join(str(one) for one in totals)} |"
    yield f"| verified / consistent / claimed / unknown, as it says itself | {' | '.join(own[tool] for tool in tools)} |"
    yield f"| models without a document | {' | '.join(str(models[tool]['none']) for tool in tools)} |"
    yield f"| things it calls a model | {' | '.join(str(models[tool]['models']) for tool in tools)} |"
    yield f"| seconds, median | {' | '.join(f'{sorted(seconds[tool])[len(seconds[tool]) // 2]:.1f}' for tool in tools)} |"


def grades(documents: Sequence[Document]) -> str:
    """How the document itself says that its own fields are known, whatever their number."""
    told = Counter(
        value for one in documents for place, values in one.told.items() if place.startswith("hilt:known:") and "." in place
        for value in values
    )  # fmt: skip
    return " / ".join(str(told[grade]) for grade in ("verified", "consistent", "claimed", "unknown")) if told else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "hilt-aibom-peers")
    parser.add_argument("--cdxgen", default="", help="its command, such as `npx @cyclonedx/cdxgen`")
    parser.add_argument("--each", action="store_true", help="print the numbers of each model too")
    asked = parser.parse_args()
    bin_ = installed(asked.cache)
    found: dict[str, dict[str, dict[str, str]]] = {}
    models: dict[str, Counter[str]] = {}
    seconds: dict[str, list[float]] = {}
    documents: dict[str, list[Document]] = {}
    for folder in (path.resolve() for path in asked.folders):
        is_so = truth(folder)
        with tempfile.TemporaryDirectory() as scratch:
            for number, (tool, command) in enumerate(commands(bin_, folder, Path(scratch), asked.cdxgen).items()):
                out = Path(scratch) / f"{number}.json"
                document, took = run([part.replace(scratch, str(out)) for part in command], out)
                seconds.setdefault(tool, []).append(took)
                documents.setdefault(tool, []).extend([document] if document else [])
                models.setdefault(tool, Counter())["none" if document is None else "models"] += (
                    1 if document is None else len(document.models)
                )
                made = found.setdefault(tool, {})[folder.name] = count(document, is_so) if document else {}
                if asked.each:
                    states = Counter(made.values())
                    wrong = [field for field, state in made.items() if state == "wrong"]
                    print(
                        f"{folder.name}: {tool}: {len(made)} filled, {states['right']} right, wrong: {wrong} {document.models[:3] if document and wrong else ''}",
                        flush=True,
                    )
    own = {tool: grades(all_of) for tool, all_of in documents.items()}
    print("\n".join(tables(found, models, seconds, own)))


if __name__ == "__main__":
    main()
