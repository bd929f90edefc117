from __future__ import annotations

import pytest

from hilt.checks.inspect.requirements_elsewhere import CHECK
from hilt.core.finding import Severity
from hilt.core.report import Gap
from reading import findings, read

COMMIT = "0123456789abcdef" * 2 + "01234567"


@pytest.mark.parametrize(
    ("line", "words", "severity"),
    [
        ("--trusted-host example.org", "whatever its certificate says", Severity.HIGH),
        ("--index-url http://example.org/simple", "without encryption", Severity.HIGH),
        ("-i https://example.org/simple", "is another index of packages", Severity.MEDIUM),
        ("--extra-index-url=https://example.org/simple", "is another index of packages", Severity.MEDIUM),
        ("--extra-index-url https://download.pytorch.org/whl/cu118", "is another index", Severity.LOW),
        ("--extra-index-url https://download.pytorch.org.example.org/x", "another index of packages", Severity.MEDIUM),
        ("-f https://data.pyg.org/whl/torch-2.1.0.html", "is another index", Severity.LOW),
        ("--find-links https://example.org/x", "is another index of packages", Severity.MEDIUM),
        ("git+https://github.com/acme/x", "on the day of installing", Severity.MEDIUM),
        ("x @ git+https://github.com/acme/x@main", "on the day of installing", Severity.MEDIUM),
        (f"git+https://github.com/acme/x@{COMMIT}", "at one commit", Severity.LOW),
        ("git+https://github.com/huggingface/transformers", "on the day of installing", Severity.LOW),
        ("git+http://github.com/acme/x", "without encryption", Severity.HIGH),
        ("-e git+https://github.com/acme/x#egg=x", "on the day of installing", Severity.MEDIUM),
        ("-egit+https://github.com/acme/x", "on the day of installing", Severity.MEDIUM),
        ("x[extra] @ https://example.org/x-1.0.whl ; python_version > '3.8'", "from an address", Severity.MEDIUM),
        ("https://example.org/x.tar.gz --hash=sha256:00", "from an address", Severity.LOW),
        ("https://example.org/x.whl#sha256=00", "from an address", Severity.LOW),
        ("torch \\\n  == 2.1 # note\nhttps://example.org/x.whl", "from an address", Severity.MEDIUM),
        ("../x", "climbs out", Severity.MEDIUM),
        ("/opt/x.whl", "an absolute path", Severity.MEDIUM),
        ("x @ file:///opt/x", "is a URL", Severity.MEDIUM),
        ("./x", "from the folder", Severity.LOW),
        ("-e .", "from the folder", Severity.LOW),
        ("wheels/x-1.0-py3-none-any.whl", "from the folder", Severity.LOW),
        ("-r https://example.org/more.txt", "from an address", Severity.MEDIUM),
        ("--pre --extra-index-url https://example.org/x", "another index of packages", Severity.MEDIUM),
        ("--index https://example.org/x", "another index of packages", Severity.MEDIUM),
        ("--extra=https://example.org/x", "another index of packages", Severity.MEDIUM),
        ("--pypi-url https://example.org/x", "another index of packages", Severity.MEDIUM),
        ("--extra-index-\\\nurl https://example.org/x", "another index of packages", Severity.MEDIUM),
        ("# note \\\n-i https://example.org/x", "another index of packages", Severity.MEDIUM),
    ],
)
def test_a_place_that_pip_is_sent_to_is_told(line: str, words: str, severity: Severity) -> None:
    (finding,) = findings(CHECK, f"torch>=2\n{line}\nnumpy\n".encode(), "requirements.txt")
    assert (finding.severity, words in finding.message) == (severity, True), finding.message
    assert finding.where.line == (4 if line.startswith("torch") else 3 if line.startswith("#") else 2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "requirements.txt",
            "# see https://example.org\ntorch==2.1.0 --hash=sha256:00\nnumpy>=1,<3 ; sys_platform == 'x'\n-r more.txt\n\n--pre\nx[a,b]\n",
        ),
        ("notes.txt", "git+https://github.com/acme/x\n"),
        (
            "environment.yml",
            "channels: [conda-forge, pytorch]\ndependencies:\n- python=3.11\n- pip\n- pip: [torch, 'x==1']\n",
        ),
        ("python_env.yaml", "python: 3.11\nbuild_dependencies: [pip]\ndependencies: [-r requirements.txt]\n"),
        (
            "pyproject.toml",
            "[project]\ndependencies = ['torch']\nauthors = [{email = 'a@b.org'}]\n[project.urls]\nurl = 'https://example.org'\n",
        ),
        ("setup.py", "setup(name='x', author_email='a @ b', install_requires=['torch'], url='https://example.org')"),
    ],
)
def test_packages_by_name_are_quiet(name: str, text: str) -> None:
    assert findings(CHECK, text.encode(), name) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("environment.yml", "dependencies:\n- pip:\n  - git+https://github.com/acme/x\n"),
        ("conda.yaml", "dependencies:\n- pip:\n  - x @ https://example.org/x.whl\n"),
        ("python_env.yaml", "dependencies: ['https://example.org/x.whl']\n"),
        ("pyproject.toml", "[project]\ndependencies = ['x @ git+https://github.com/acme/x']\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nx = {git = 'https://github.com/acme/x'}\n"),
        ("pyproject.toml", "[[tool.uv.index]]\nurl = 'https://example.org/simple'\n"),
        ("setup.py", "setup(install_requires=['x @ git+https://github.com/acme/x'])"),
        ("custom_generate/requirements.txt", "https://example.org/x.whl\n"),
    ],
)
def test_other_lists_of_packages_are_read(name: str, text: str) -> None:
    assert [finding.severity for finding in findings(CHECK, text.encode(), name)] == [Severity.MEDIUM]


def test_another_channel_is_told() -> None:
    (finding,) = findings(CHECK, b"channels: ['https://example.org/x', defaults]\n", "environment.yml")
    assert (finding.severity, "another channel" in finding.message) == (Severity.LOW, True)


def test_a_list_that_is_none_is_a_gap() -> None:
    (gap,) = CHECK.run(read(b"[project\n", "pyproject.toml"))
    assert isinstance(gap, Gap)
    assert "not TOML" in gap.why


@pytest.mark.parametrize("end", ["\f", "\r", "\x85", "\u2028"])
def test_whatever_ends_a_line_for_pip_ends_it_here(end: str) -> None:
    (finding,) = findings(CHECK, f"torch{end}-i https://example.org/x\n".encode(), "requirements.txt")
    assert finding.severity == Severity.MEDIUM


def test_of_several_options_in_a_line_each_is_told() -> None:
    line = b"--index-url https://download.pytorch.org/whl/cpu --extra-index-url 'https://example.org/x' --trusted-host=example.org\n"
    severities = [finding.severity for finding in findings(CHECK, line, "requirements.txt")]
    assert severities == [Severity.LOW, Severity.MEDIUM, Severity.HIGH]


def test_an_encoding_that_only_pip_reads_the_list_in_is_told() -> None:
    text = b"# -*- coding: utf-7 -*-\n+AC0ALQ-extra-index-url https://example.org/x\n"
    (finding,) = findings(CHECK, text, "requirements.txt")
    assert (finding.severity, "'utf-7' is the encoding" in finding.message) == (Severity.MEDIUM, True)
    assert findings(CHECK, b"# coding: utf-8\ntorch\n", "requirements.txt") == []
