"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from hilt.checks import CHECKS
from hilt.checks.line import Check
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.reader import Reader
from hilt.output import OUTPUTS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "hilt"
FILES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

MOST_LINES, MOST_IN_A_FUNCTION = 400, 50
MOST_IN_A_PARAGRAPH = 400
"""Letters of what stands in one cell of docs/formats.md."""
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "util", "helper"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_a_person_reads() -> None:
    sizes = {path.relative_to(ROOT): path.read_text(encoding="utf-8").count("\n") for path in FILES}
    assert {str(path): lines for path, lines in sizes.items() if lines > MOST_LINES} == {}


def test_no_function_is_longer_than_a_page() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in FILES
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > MOST_IN_A_FUNCTION
    }
    assert long == {}


def test_every_module_is_named_for_something() -> None:
    assert [str(path) for path in FILES if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES] == []


def test_every_module_says_what_it_is() -> None:
    silent = [path.relative_to(ROOT) for path in FILES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_one_file_that_explains_itself(check: Check) -> None:
    name = check.id.replace("-", "_")
    assert check.run.__name__ == name
    assert check.run.__module__ == f"hilt.checks.{check.family}.{name}"
    assert check.doc == importlib.import_module(check.run.__module__).__doc__
    assert (ROOT / "tests" / "checks" / check.family / f"test_{name}.py").is_file()
    for heading in ("What", "Why", "What it cannot see", "Fix"):
        assert len(check.paragraph(heading)) > 20, heading
    assert check.title.endswith(".")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.id)
def test_a_reader_says_what_can_bite_in_its_format_and_what_hilt_cannot_see(reader: Reader) -> None:
    for heading in ("What can bite", "What hilt cannot see"):
        assert 10 < len(reader.paragraph(heading)) < MOST_IN_A_PARAGRAPH, heading


def test_ids_are_unique() -> None:
    for ids in ([check.id for check in CHECKS], [reader.id for reader in READERS], [one.name for one in OUTPUTS]):
        assert len(ids) == len(set(ids))


def test_every_check_of_a_module_is_in_the_list() -> None:
    families = [path for path in (SOURCE / "checks").iterdir() if path.is_dir() and path.name != "__pycache__"]
    modules = [
        importlib.import_module(f"hilt.checks.{family.name}.{path.stem}")
        for family in families
        for path in family.glob("*.py")
    ]
    assert {module.CHECK.id for module in modules if hasattr(module, "CHECK")} == {check.id for check in CHECKS}


def test_every_reader_has_its_module_and_every_format_that_a_check_reads_its_reader() -> None:
    known = {reader.id for reader in READERS} | {"*", "unknown", "empty"}
    assert {name for check in CHECKS for name in check.reads} <= known
    for reader in READERS:
        assert callable(reader.module.read)


def test_every_limit_has_a_test_that_reaches_it() -> None:
    reached = set()
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reaches":
                reached |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    assert {field.name for field in fields(Limits)} - reached == set()


def test_imports_go_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nothing_unpickles_evaluates_or_imports_what_it_reads() -> None:
    banned = {"pickle", "marshal", "shelve", "dill", "torch", "tensorflow", "joblib"}
    found: list[str] = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import():
                    named = {alias.name.split(".")[0] for alias in node.names} & banned
                case ast.ImportFrom():
                    named = {(node.module or "").split(".")[0]} & banned
                case ast.Call(func=ast.Name(id=name)):
                    named = {name} & {"eval", "exec", "compile"}
                case _:
                    continue
            found += [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for name in named]
    assert found == []


def test_numpy_is_there_to_compare_and_to_pack_weights_and_reads_no_file() -> None:
    """It would unpickle, and it takes longer to import than most subjects take to be checked."""
    users = {
        path for path in FILES if re.search(r"^\s*(import|from) numpy", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    homes = {"/".join(path.relative_to(SOURCE).parts[:2]) for path in users}
    assert homes <= {"formats/tensors", "knowledge/lineage", "core/tensor_source.py", "record/blobs"}
    read = re.compile(r"\bnp\.(load|loadtxt|fromfile|memmap|genfromtxt|lib\.format)\b")
    assert [path.name for path in users if read.search(path.read_text(encoding="utf-8"))] == []
