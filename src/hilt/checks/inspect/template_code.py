"""A chat template that reaches for code.

What: attributes that lead from a value to the interpreter (`__class__`, `__globals__`, ...), the same names built from
pieces or looked up with `attr`, calls, filters and tests that no chat template needs, templates that read other
templates, and counts so large that rendering does not end. The template is parsed to a tree and never rendered.

Why: a chat template is a program that comes with the model and runs at every message. Loaders run it in a sandbox, and
such sandboxes have been left before; some programs render templates without one. Then a template does whatever its
author wanted on the machine that serves the model.

What it cannot see: a flaw in the renderer that is reached by ordinary template code alone.

Fix: do not load the model with this template; take the template from the original model's repository, or write the few
lines that its prompt format needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.jinja import JinjaFile
    from hilt.formats.json import Json


def template_code(file: ReadFile[JinjaFile | Json]) -> Iterator[Finding]:
    if not file.value.templates:
        return
    from hilt.formats.jinja import parse
    from hilt.knowledge.template_code import roads

    for template in file.value.templates:
        place = f"{template.name}: " if template.name else ""
        try:
            tree = parse(template, file.limits)
        except FormatError as error:
            where = Where(path=file.path)
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=f"{place}{error}")
            continue
        for road in roads(tree):
            where = Where(path=file.path, line=None if template.name else road.line)
            said = place and f"{template.name}, line {road.line}: "
            yield Finding(check=CHECK.id, severity=road.severity, where=where, message=f"{said}{road.message}")


CHECK = listed("template-code")
