"""What a chat template may call, and the roads that lead from a template to code.

A template is code that runs at every message. What honest ones need is short and listed here; whatever is not listed is
unknown, and the ways out of the template language are named for what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.tests import TESTS as JINJA_TESTS

from hilt.core.finding import Severity

FUNCTIONS = frozenset({"raise_exception", "strftime_now", "range", "namespace", "dict", "joiner", "cycler", "caller"})
"""What transformers, llama.cpp and vLLM give to a template, and Jinja's own functions without a road outside."""
METHODS = frozenset(
    "append capitalize casefold copy count cycle endswith extend find format get index insert isalnum isalpha isdecimal "
    "isdigit isnumeric islower isspace isupper items join keys lower lstrip partition pop removeprefix removesuffix "
    "replace reverse rfind rindex rpartition rsplit rstrip setdefault sort split splitlines startswith strip strftime "
    "swapcase title update upper values changed next isoformat".split()
)
"""Methods of strings, lists, dicts, dates and of `loop`."""
FILTERS = frozenset(JINJA_FILTERS) - {"attr"} | {"tojson", "from_json", "fromjson", "to_json", "strftime"}
TESTS = frozenset(JINJA_TESTS) | {"contains", "match", "search"}
INTERNALS = frozenset(
    "mro subclasses func_globals func_code gi_frame gi_code cr_frame cr_code ag_frame f_globals f_locals f_builtins "
    "f_back tb_frame tb_next im_func im_self environment".split()
)
"""Attributes that lead from a value to the interpreter without two underscores in their name."""
RUNS_CODE = frozenset(
    "eval exec compile open getattr setattr globals locals vars breakpoint input system popen Popen check_output "
    "check_call spawn import_module load_module loads execfile".split()
)
SURROUNDINGS = frozenset("self lipsum config request session g url_for get_flashed_messages application app".split())
"""Objects of Jinja and of web frameworks that attacks start from."""
DUNDER = re.compile(r"__[a-z]\w*__")
PART_OF_A_DUNDER = re.compile(r"__[a-z]{2,}|[a-z]{2,}__|__")
BUILDERS = (nodes.Add, nodes.Concat, nodes.Mul, nodes.Mod, nodes.Filter, nodes.Call)
"""Expressions that make a text out of others."""
HUGE = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One place in a template that no chat template needs; `line` counts from 1."""

    severity: Severity
    line: int
    message: str


def roads(tree: nodes.Template) -> Iterator[Road]:
    """Every place in the template that leads out of it, or may."""
    own = {macro.name for macro in tree.find_all(nodes.Macro)}
    own |= {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    built = _built(tree)
    for node in tree.find_all(nodes.Node):
        for severity, message in _judge(node, own, built):
            yield Road(severity=severity, line=node.lineno, message=message)


def _judge(node: nodes.Node, own: set[str], built: set[str]) -> Iterator[tuple[Severity, str]]:
    match node:
        case nodes.Getattr(attr=attr):
            yield from _attribute(attr)
        case nodes.Getitem(arg=arg):
            yield from _subscript(arg, built)
        case nodes.Const(value=str(text)) | nodes.Keyword(key=text):
            yield from _text(text)
        case nodes.Const(value=int(number)) if abs(number) > HUGE:
            yield Severity.MEDIUM, f"counts to {number}: rendering may never end"
        case nodes.Call(node=callee):
            yield from _call(callee, own)
        case nodes.Filter(name=name):
            yield from _filter(name, node)
        case nodes.Test(name=name) if name not in TESTS:
            yield Severity.MEDIUM, f"the test {name!r} is none of Jinja's"
        case nodes.Name(name=name, ctx="load") if name in SURROUNDINGS - own:
            yield Severity.MEDIUM, f"uses {name!r}, which no chat template needs"
        case nodes.Pow():
            yield Severity.MEDIUM, "raises to a power: rendering may never end"
        case nodes.Include() | nodes.Import() | nodes.FromImport() | nodes.Extends():
            yield Severity.HIGH, f"reads another template ({type(node).__name__.lower()})"
        case _:
            pass


def _attribute(name: str) -> Iterator[tuple[Severity, str]]:
    if name.startswith("__") or name in INTERNALS:
        yield Severity.CRITICAL, f"reaches for the attribute {name!r}, a road to the interpreter"
    elif name.startswith("_"):
        yield Severity.MEDIUM, f"reaches for the private attribute {name!r}"


def _built(tree: nodes.Template) -> set[str]:
    """Variables whose text is put together from pieces that all stand in the template."""
    constant: set[str] = set()
    built: set[str] = set()
    assigned = [
        (node.target.name, node.node) for node in tree.find_all(nodes.Assign) if isinstance(node.target, nodes.Name)
    ]
    before = -1
    while before != len(constant) + len(built):
        before = len(constant) + len(built)
        for name, value in assigned:
            names = {leaf.name for leaf in value.find_all(nodes.Name)} | (
                {value.name} if isinstance(value, nodes.Name) else set()
            )
            if names <= constant:
                constant.add(name)
                if names & built or isinstance(value, BUILDERS):
                    built.add(name)
    return built


def _subscript(key: nodes.Node, built: set[str]) -> Iterator[tuple[Severity, str]]:
    match key:
        case nodes.Const(value=str(name)):
            if not DUNDER.search(name):
                yield from _attribute(name)
        case nodes.Name(name=name) if name in built:
            yield Severity.HIGH, f"builds the name of an attribute or key from pieces (in {name!r})"
        case nodes.Add() | nodes.Concat() | nodes.Filter() | nodes.Call() | nodes.Mul() | nodes.Mod():
            pieces = [node.value for node in key.find_all(nodes.Const) if isinstance(node.value, str)]
            pieces += [node.key for node in key.find_all(nodes.Keyword)]
            if pieces or isinstance(key, nodes.Concat):
                yield (
                    Severity.HIGH,
                    f"builds the name of an attribute or key from pieces ({', '.join(map(repr, pieces))})",
                )
        case _:
            pass


def _text(text: str) -> Iterator[tuple[Severity, str]]:
    if found := DUNDER.search(text):
        yield Severity.CRITICAL, f"holds the name {found[0]!r}, a road to the interpreter"
    elif PART_OF_A_DUNDER.fullmatch(text):
        yield Severity.HIGH, f"holds {text!r}, a piece of a name that leads to the interpreter"


def _call(callee: nodes.Node, own: set[str]) -> Iterator[tuple[Severity, str]]:
    match callee:
        case nodes.Name(name=name) | nodes.Getattr(attr=name) if name in RUNS_CODE - own:
            yield Severity.HIGH, f"calls {name}(), which runs code or opens files where it exists"
        case nodes.Name(name=name) if name not in FUNCTIONS | own:
            yield Severity.MEDIUM, f"calls {name}(), which no loader of templates is known to give"
        case nodes.Getattr(attr=name) if name not in METHODS and not name.startswith("_"):
            yield Severity.MEDIUM, f"calls the method {name}(), which no string, list or dict has"
        case nodes.Name() | nodes.Getattr():
            pass
        case _:
            yield Severity.HIGH, "calls what an expression yields; templates call things by their name"


def _filter(name: str, node: nodes.Filter) -> Iterator[tuple[Severity, str]]:
    if name in ("map", "select", "reject") and node.args:
        match node.args[0]:
            case nodes.Const(value=str(inner)):
                name = inner
            case _:
                yield Severity.HIGH, f"applies a filter whose name is computed to a list ({name})"
    if name == "attr":
        yield Severity.CRITICAL, "looks up an attribute by a string (attr), past the template's own rules"
    elif name not in FILTERS | TESTS:
        yield Severity.MEDIUM, f"the filter {name!r} is none that loaders of templates give"
