"""Builds skops models, honest and hostile, from their schema. What hostile ones would do is harmless, and never done."""

from __future__ import annotations

import json
from typing import Any

from attacks.archives import Part, zip_of

Node = dict[str, Any]


def node(loader: str, full: str, content: Any = None, **others: Any) -> Node:
    module, _, name = full.rpartition(".")
    return {"__class__": name, "__module__": module, "__loader__": loader, "content": content} | others


def text(value: str) -> Node:
    return node("JsonNode", "builtins.str", json.dumps(value), is_json=True)


def table(**items: Node) -> Node:
    keys = node("ListNode", "builtins.list", [node("TypeNode", "builtins.str") for _ in items])
    return node("DictNode", "builtins.dict", items, key_types=keys)


def estimator(full: str = "sklearn.linear_model._logistic.LogisticRegression", **attributes: Node) -> Node:
    array = node("NdArrayNode", "numpy.ndarray", None, type="numpy", file="1.npy")
    return node("ObjectNode", full, table(coef_=array, solver=text("lbfgs"), **attributes))


def skops(schema: Any, *parts: Part, version: str = "0.16.0") -> bytes:
    if isinstance(schema, dict):
        schema = schema | {"protocol": 2, "_skops_version": version}
    return zip_of(*parts, Part(name="schema.json", data=json.dumps(schema).encode()))


HONEST = (
    estimator(),
    estimator(
        "sklearn.ensemble._forest.RandomForestClassifier", tree=node("TreeNode", "sklearn.tree._tree.Tree", table())
    ),
    estimator(
        "sklearn.model_selection._search.GridSearchCV",
        by=node("FunctionNode", "sklearn.metrics._classification.f1_score"),
    ),
    estimator(
        "sklearn.preprocessing._function_transformer.FunctionTransformer", func=node("FunctionNode", "numpy.log1p")
    ),
)

_COMMAND = node("TupleNode", "builtins.tuple", [text("echo hilt")])

HOSTILE = {
    "a command as an operator": node("OperatorFuncNode", "os.system", attrs=_COMMAND),
    "an operator that calls": node("OperatorFuncNode", "operator.call", attrs=_COMMAND),
    "a command as a function": estimator(func=node("FunctionNode", "os.system")),
    "exec in a partial": node(
        "PartialNode", "functools.partial", {"func": node("TypeNode", "builtins.exec"), "args": _COMMAND}
    ),
    "a constructor that is called": node("ConstructorFromReduceNode", "subprocess.Popen", _COMMAND),
    "a table that is a process": node("DictNode", "subprocess.Popen", {}),
    "a method of another type": node(
        "MethodNode",
        "sklearn.linear_model._base.LinearRegression",
        {"func": "__globals__", "obj": node("ObjectNode", "builtins.Other", table())},
    ),
    "a method that reaches inside": node(
        "MethodNode",
        "sklearn.linear_model._base.LinearRegression",
        {"func": "__init__.__globals__", "obj": node("ObjectNode", "sklearn.linear_model._base.LinearRegression")},
    ),
    "a key type that is eval": node("DictNode", "builtins.dict", {}, key_types=node("TypeNode", "builtins.eval")),
    "a loss that is a command": node("LossNode", "os.system", table()),
}
"""Schemas that run code when they are loaded as trusted, or by an old skops."""
