"""What the cells of a Jupyter notebook do when they are run, and what their stored answers do when they are shown.

Specification: nbformat 4 (`cells`) and 3 (`worksheets`). Texts are one string or a list of lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from hilt.core.finding import Severity
from hilt.knowledge.metadata_code import DOWNLOADED, SCRIPT
from hilt.knowledge.python_code import Kind, uses

_SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|script|!|system|cmd|perl|ruby)\b")
_MAGIC = re.compile(r"^\s*(?:[!%?].*|\w+\s*=\s*!.*|.*\?)$", re.MULTILINE)
_STEERS = re.compile(r"kernel\s*\.\s*execute\s*\(|document\s*\.\s*cookie")
_TELLING = (Kind.COMMAND, Kind.CODE, Kind.NATIVE)


def judged(notebook: dict[str, Any]) -> Iterator[tuple[int, Severity, str]]:
    """(number of the cell, severity, what it does) for whatever is worth telling."""
    for number, cell in enumerate(_cells(notebook), 1):
        if cell.get("cell_type") == "code":
            for severity, message in _source(_text(cell.get("source", cell.get("input")))):
                yield number, severity, message
        for answer in _answers(cell):
            if _STEERS.search(answer):
                yield number, Severity.MEDIUM, "left an answer with a script for a browser that steers the notebook"
            elif SCRIPT.search(answer):
                yield number, Severity.LOW, "left an answer with a script for a browser"


def code_cells(notebook: dict[str, Any]) -> Iterator[ast.Module]:
    """The cells of code that Python would take, lines for the shell or the notebook left out."""
    for cell in _cells(notebook):
        tree = _tree(_text(cell.get("source", cell.get("input")))) if cell.get("cell_type") == "code" else None
        if tree is not None:
            yield tree


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    sheets = notebook.get("worksheets")
    for holder in (notebook, *(sheets if isinstance(sheets, list) else ())):
        cells = holder.get("cells") if isinstance(holder, dict) else None
        yield from (cell for cell in cells if isinstance(cell, dict)) if isinstance(cells, list) else ()


def _source(text: str) -> Iterator[tuple[Severity, str]]:
    if found := DOWNLOADED.search(text):
        yield Severity.MEDIUM, f"runs what it downloads: {found[0][:80]}"
    tree = _tree(text)
    if tree is None:
        return
    told = set[str]()
    for use in uses(tree):
        if use.kind in _TELLING and use.name not in told:
            told.add(use.name)
            yield Severity.MEDIUM, f"{use.kind.value}: {use.name}"


def _tree(text: str) -> ast.Module | None:
    if _SHELL_CELL.match(text):
        return None
    try:
        return ast.parse(_MAGIC.sub(_passed, text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _passed(line: re.Match[str]) -> str:
    """A line for the shell or the notebook becomes one that does nothing, in the same place."""
    text = line[0]
    return text[: len(text) - len(text.lstrip())] + "pass"


def _answers(cell: dict[str, Any]) -> Iterator[str]:
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        data = output.get("data", output) if isinstance(output, dict) else None
        for kind, value in data.items() if isinstance(data, dict) else ():
            if kind in ("text/html", "html", "image/svg+xml", "svg"):
                yield _text(value)
            elif kind in ("application/javascript", "javascript"):
                yield f"<script>{_text(value)}</script>"


def _text(value: Any) -> str:
    """A text of the notebook; empty where it is none."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
