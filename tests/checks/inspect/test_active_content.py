from __future__ import annotations

import pytest

from attacks.media_files import pdf, png
from hilt.checks.inspect.active_content import CHECK
from hilt.core.finding import Severity
from hilt.knowledge.file_names import OPENED_SUFFIXES
from told import Told, told

SHORTCUT = bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60)


def said(name: str, data: bytes) -> list[tuple[Severity, str]]:
    seen: Told = told(name, data)
    return [(finding.severity, finding.message) for finding in seen.findings if finding.check == CHECK.id]


@pytest.mark.parametrize("end", OPENED_SUFFIXES)
def test_what_runs_when_it_is_opened_is_named_whatever_it_holds(end: str) -> None:
    for data in (b"echo hilt\r\n", b"[Desktop Entry]\nExec=echo hilt\n", b"<job/>", SHORTCUT):
        ((severity, message),) = said(f"setup{end.upper()}", data)
        assert (severity, message) == (Severity.MEDIUM, f"{OPENED_SUFFIXES[end]}, which runs when it is opened")


@pytest.mark.parametrize(
    ("name", "data", "severity", "words"),
    [
        ("logo.dat", SHORTCUT, Severity.MEDIUM, "a shortcut, under another name"),
        ("start.pth", b"/a\nimport hooks\n", Severity.MEDIUM, "whenever it starts, once the file is installed"),
        ("start.pth", b"# paths\nimport os; os.system('echo hilt')\n", Severity.CRITICAL, "it runs commands: os.system"),
        ("start.pth", b"\xef\xbb\xbfimport\tos; os.system('echo hilt')\n", Severity.CRITICAL, "os.system"),
        ("start.pth", b"/a\x0cimport os; os.system('echo hilt')\n", Severity.CRITICAL, "os.system"),
        ("start.pth", b"---\na: 1\n---\nimport os; os.system('echo hilt')\n", Severity.CRITICAL, "os.system"),
        ("start.pth", b"# {{ a }}\nimport os; os.system('echo hilt')\n", Severity.CRITICAL, "os.system"),
        ("start.pth", b"import os; (\n", Severity.MEDIUM, "whenever it starts"),
        ("sitecustomize.py", b"x = 1\n", Severity.MEDIUM, "for its name whenever it starts"),
        ("demo.html", b"<!doctype html><body><SCRIPT src=x></SCRIPT>", Severity.LOW, "a page with a script: b'<SCRIPT '"),
        ("demo", b"<html><body onload='x()'>", Severity.LOW, "a page with a script"),
        ("demo.html", b"<a href='JavaScript:x()'>", Severity.LOW, "a page with a script"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", Severity.LOW, "a script"),
        ("logo.svg", b"<?xml version='1.0'?><svg><foreignObject/></svg>", Severity.LOW, "a script"),
        ("logo.txt", b"<!-- a --><svg onclick = 'x()'/>", Severity.LOW, "a script"),
        ("paper.pdf", pdf().replace(b"/Type", b"/OpenAction<</S/J#61vaScript/JS(x)>>/Type"), Severity.LOW, "JS, JavaScript"),
    ],
)  # fmt: skip
def test_what_runs_inside_of_pages_and_documents_is_named(
    name: str, data: bytes, severity: Severity, words: str
) -> None:
    ((found, message),) = said(name, data)
    assert found is severity
    assert words in message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("run.sh", b"#!/bin/sh\necho hilt\n"),
        ("paths.pth", b"/opt/models\n./important\n# import this\nimportant\n"),
        ("page.html", b"<!doctype html><html><body><p on='x'>A description.</p></body></html>"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>"),
        ("notes.md", b"# A page\n<script> is a tag.\n"),
        ("paper.pdf", pdf()),
        ("logo.png", png()),
        ("app.js", b"window.onload = () => 1\n"),
        (".gitattributes", b"*.bin filter=lfs diff=lfs merge=lfs -text\n"),
        ("Dockerfile", b"FROM python:3.12\n"),
    ],
)
def test_what_does_nothing_by_itself_is_quiet(name: str, data: bytes) -> None:
    assert said(name, data) == []


@pytest.mark.parametrize(
    "line",
    [
        (
            "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; enabled and"
            " __import__('_distutils_hack').add_shim(); "
        ),
        "import coverage; coverage.process_startup()",
        (
            "import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('google',));importlib ="
            " __import__('importlib.util');m = sys.modules.setdefault('google', importlib.util.module_from_spec("
            "importlib.machinery.PathFinder.find_spec('google', [os.path.dirname(p)])));mp = (m or []) and"
            " m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)"
        ),
    ],
)
def test_lines_that_well_known_packages_have_are_for_a_person_to_look_at(line: str) -> None:
    assert [severity for severity, _ in said("start.pth", line.encode())] == [Severity.MEDIUM]
