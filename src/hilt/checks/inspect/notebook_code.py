"""A notebook that does more than show how to use the model.

What: cells of a Jupyter notebook that run commands, make code at run time, load native libraries or reach the network by
themselves; shell lines that run what they download; and scripts among the answers that earlier runs left in the file,
above all those that steer the Python behind the page.

Why: people open the notebook of a model to try it, and press "run all". Answers that are scripts run before anybody has
pressed anything, once the notebook is trusted.

What it cannot see: what the packages do that a cell installs or imports; magic commands of extensions.

Fix: read the cells before you run them, and clear all answers (`jupyter nbconvert --clear-output`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Where

if TYPE_CHECKING:
    from hilt.formats.json import Json


def notebook_code(file: ReadFile[Json]) -> Iterator[Finding]:
    value = file.value.value
    if not isinstance(value, dict) or "nbformat" not in value:
        return
    from hilt.knowledge.notebooks import judged

    for number, severity, message in judged(value):
        said = f"cell {number} {message}"
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=said)


CHECK = listed("notebook-code")
