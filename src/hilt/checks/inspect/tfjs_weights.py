"""TensorFlow.js weights that lie outside the model's folder.

What: a `weightsManifest`, in any JSON file, whose paths are absolute, climb out of the folder or are URLs.

Why: TensorFlow.js joins each path to the place of `model.json` and fetches it. In Node.js that reads any file of the
machine as weights; in a browser it sends requests, with the cookies of the page, to where the publisher likes.

What it cannot see: whether the numbers in the files inside the folder are the right ones.

Fix: ask the publisher for the model with its files (`group1-shard1of1.bin`, ...) in one folder, or convert it again with
`tensorflowjs_converter`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.json import Json


def tfjs_weights(file: ReadFile[Json]) -> Iterator[Finding]:
    match file.value.value:
        case {"weightsManifest": list(groups)} | list(groups):
            paths = [path for group in groups if isinstance(group, dict) for path in _paths(group)]
        case _:
            return
    for path in paths:
        if away := leads_away(path):
            message = f"weights are fetched from {path!r}, which {away}"
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=file.path), message=message)


def _paths(group: dict[str, object]) -> list[str]:
    """Of a group of weights; a list of such groups alone is the `weights_manifest.json` of old converters."""
    paths = group.get("paths")
    usable = isinstance(paths, list) and isinstance(group.get("weights"), list)
    return [path for path in paths if isinstance(path, str)] if usable and isinstance(paths, list) else []


CHECK = listed("tfjs-weights")
