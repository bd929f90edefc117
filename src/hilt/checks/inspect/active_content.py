"""A file that runs when somebody opens it.

What: scripts, shortcuts and settings that Windows, a Mac or a Linux desktop acts upon at a double click (`.bat`, `.ps1`,
`.vbs`, `.hta`, `.lnk`, `.desktop`, `.url`, ...); `.pth` files with lines that Python runs when it starts, in wheels and eggs too,
and what such a line does; `sitecustomize.py`; pages and pictures (HTML, SVG) with scripts in them, and PDF documents that
run, start or carry something.

Why: nothing that loads a model needs them. They wait for the person who looks into the folder. Pages are less of a
danger, for a browser keeps their scripts to themselves; hubs and viewers that show them as their own do not.

What it cannot see: what the scripts do. Scripts in compressed parts of a PDF document; those of programs that are not in
the list, such as macros of office documents.

Fix: use the model without these files. If you need what one of them does, read it first, and start it yourself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Severity, Where
from hilt.core.patterns import lazy_pattern
from hilt.knowledge.file_names import OPENED_SUFFIXES, suffix

PAGES = (".html", ".htm", ".xhtml", ".svg")
_PAGE = lazy_pattern(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype (html|svg)|<(html|svg)[\s>])", re.IGNORECASE | re.DOTALL
)
_SCRIPT = lazy_pattern(
    rb"<script[\s>/]|javascript:|<[^>]{1,400}\son[a-z]{3,20}\s*=|<iframe[\s>]|<foreignobject", re.IGNORECASE
)
_IN_PDF = lazy_pattern(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])")
_ESCAPED = lazy_pattern(rb"#([0-9A-Fa-f]{2})")
_AT_START = lazy_pattern(r"import[ \t]")
_CUSTOMIZE = ("sitecustomize.py", "usercustomize.py")
_SHORTCUT = b"L\0\0\0\x01\x14\x02\0"
_HEAD = 4096


def active_content(file: ReadFile[object]) -> Iterator[Finding]:
    def seen(severity: Severity, message: str, offset: int | None = None) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path, offset=offset), message=message)

    name, start = suffix(file.name), file.source.read(0, _HEAD)
    if name in OPENED_SUFFIXES:
        yield seen(Severity.MEDIUM, f"{OPENED_SUFFIXES[name]}, which runs when it is opened")
    elif start.startswith(_SHORTCUT):
        yield seen(Severity.MEDIUM, f"{OPENED_SUFFIXES['.lnk']}, under another name")
    elif name == ".pth":
        yield from _lines_at_start(file)
    elif file.name in _CUSTOMIZE:
        yield seen(Severity.MEDIUM, "code that Python runs for its name whenever it starts, once the file is installed")
    elif name in PAGES or _PAGE.match(start):
        if found := _SCRIPT.search(_content(file)):
            yield seen(Severity.LOW, f"a page with a script: {found[0][:40]!r}", found.start())
    elif start.startswith(b"%PDF-"):
        plain = _ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), _content(file))
        if names := sorted({found[1].decode() for found in _IN_PDF.finditer(plain)}):
            yield seen(Severity.LOW, f"a document that runs, starts or carries something: {', '.join(names)}")


def _lines_at_start(file: ReadFile[object]) -> Iterator[Finding]:
    """The lines of a `.pth` file that Python runs, and what they do."""
    from hilt.formats import python
    from hilt.knowledge.python_code import uses

    for number, line in enumerate(_content(file).decode("utf-8-sig", "replace").splitlines(), 1):
        if _AT_START.match(line):
            severity, does = Severity.MEDIUM, ""
            with suppress(FormatError):  # Python tells of it, and goes on
                found = uses(python.read(MemorySource(line.encode()), file.limits).tree)
                if worst := max(found, key=lambda use: use.severity, default=None):
                    severity, does = max(severity, worst.severity), f"; it {worst.kind.value}: {worst.name}"
            message = f"a line that Python runs whenever it starts, once the file is installed{does}"
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path, line=number), message=message)


def _content(file: ReadFile[object]) -> bytes:
    return file.source.read(0, file.limits.text_bytes)


CHECK = listed("active-content")
