"""How the index is built: a small package is scanned in this interpreter, and its calls are followed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[3] / "scripts" / "callables"

PACKAGE = {
    "toy/__init__.py": "from toy.inner import steered as shown\n",
    "toy/inner.py": """
import os
import subprocess as sp
from importlib import import_module

def steered(command):
    text = "cd / && " + command
    return os.system(text)

def fixed():
    return eval("1 + 1")

def imports_what_it_needs():
    return import_module("json")

def imports_what_it_is_told(name):
    return import_module(name)

def two_steps(value):
    return given(value, 1)

def given(expression, count):
    return eval(expression)

def calls(function, *args):
    return function(*args)

def decorator(function):
    def wrapper(*args):
        return function(*args)
    return wrapper

def alias(*args):
    run = sp.run
    return run(args)

def harmless(values):
    return [str(value) for value in values]

class Base:
    def __init__(self, text):
        self.text = text
        self.prepare(text)

    def prepare(self, text):
        return text

class Derived(Base):
    def prepare(self, text):
        exec(text)

    def __setstate__(self, state):
        exec(state["code"])
""",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the index says of each name of the toy package: road and chain."""
    folder = tmp_path_factory.mktemp("toy")
    for name, text in PACKAGE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    plan = folder / "plan.json"
    plan.write_text(
        json.dumps({"paths": [str(folder)], "roots": ["toy"], "builtins": True, "skip": []}), encoding="utf-8"
    )
    scan = folder / "scan.jsonl"
    subprocess.run([sys.executable, SCRIPTS / "scan.py", plan, scan], check=True, stdin=subprocess.DEVNULL)
    code = f"""
import json, sys
from pathlib import Path
sys.path.insert(0, {str(SCRIPTS)!r})
from primitives import PUBLIC
from roads import Roads
from shards import merge
from world import World
world, index = World([Path({str(scan)!r})], PUBLIC), {{}}
merge(index, world, Roads(world), {{"toy"}})
print(json.dumps({{m: {{n: [i.kind, i.target, i.road, i.chain, i.loads] for n, i in names.items()}} for m, names in index.items()}}))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("name", "road", "chain"),
    [
        ("steered", "SHELL", ["os.system"]),
        ("fixed", "", []),
        ("imports_what_it_needs", "", []),
        ("imports_what_it_is_told", "IMPORT", ["importlib.import_module"]),
        ("given", "CODE", ["builtins.eval"]),
        ("two_steps", "CODE", ["toy.inner.given", "builtins.eval"]),
        ("calls", "REACH", []),
        ("decorator", "", []),
        ("alias", "SHELL", ["subprocess.run"]),
        ("harmless", "", []),
        ("Base", "", []),
        ("Derived.prepare", "CODE", ["builtins.exec"]),
        ("Derived.__setstate__", "CODE", ["builtins.exec"]),
        ("Derived", "CODE", ["toy.inner.Derived.prepare", "builtins.exec"]),
    ],
)
def test_calls_are_followed_where_arguments_flow(built: dict[str, Any], name: str, road: str, chain: list[str]) -> None:
    assert built["toy.inner"][name][2:4] == [road, chain]


def test_a_name_from_elsewhere_leads_there(built: dict[str, Any]) -> None:
    assert built["toy"]["shown"][:2] == ["@", "toy.inner:steered"]
    assert built["toy.inner"]["os"][:2] == [">", "os"]


def test_a_class_tells_its_hooks(built: dict[str, Any]) -> None:
    assert built["toy.inner"]["Derived"][4] == ["__init__=toy.inner.Base", "__setstate__=toy.inner.Derived"]
