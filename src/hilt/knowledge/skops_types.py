"""What skops makes of the types that a model's schema names, and how bad that is.

Sources: skops/io/_general.py, _sklearn.py, _numpy.py and exceptions.py of skops 0.16; CVE-2025-54412 (before 0.12 an
OperatorFuncNode took any callable of any module), CVE-2025-54413 (before 0.12 a MethodNode took any attribute of an
object of another type than it stated).
"""

from __future__ import annotations

from hilt.core.finding import Severity
from hilt.formats.skops import SkopsNode
from hilt.knowledge.callables.judge import Judgement, Standing, judge_call, judge_name

_MADE = frozenset(["ObjectNode", "TreeNode", "ReduceNode", "LossNode", "QuantileForestNode"])
"""Loaders that make an object without `__init__`, or from what its own class hands out, and fill it."""
_NAMED = frozenset(["FunctionNode", "TypeNode"])
"""Loaders that look a function or a class up, and hand it on."""
_OWN = {
    "DictNode": "builtins.dict collections.OrderedDict sklearn.utils._bunch.Bunch",
    "DefaultDictNode": "collections.defaultdict",
    "ListNode": "builtins.list",
    "SetNode": "builtins.set builtins.frozenset",
    "TupleNode": "builtins.tuple",
    "BytesNode": "builtins.bytes",
    "BytearrayNode": "builtins.bytearray",
    "SliceNode": "builtins.slice",
    "PartialNode": "functools.partial",
    "JsonNode": "builtins.str builtins.int builtins.float builtins.bool builtins.NoneType",
    "ZoneInfoNode": "zoneinfo.ZoneInfo",
    "NdArrayNode": "numpy.ndarray numpy.matrix numpy.memmap",
    "MaskedArrayNode": "numpy.ma.MaskedArray numpy.ma.core.MaskedArray",
    "RandomStateNode": "numpy.random.RandomState numpy.random.mtrand.RandomState",
    "RandomGeneratorNode": "numpy.random.Generator numpy.random._generator.Generator",
    "DTypeNode": "numpy.dtype",
    "_DictWithDeprecatedKeysNode": "sklearn._loss.loss._DictWithDeprecatedKeys",
    "LossNode": "sklearn._loss._loss",
}
_OPERATORS = frozenset(["attrgetter", "itemgetter", "methodcaller"])

Told = tuple[Severity, str]


def told(node: SkopsNode) -> Told | None:
    """What is to be said of a node: how bad, and a sentence about its type; None where it is known to be harmless."""
    full = f"{node.module}.{node.name}"
    if node.loader == "OperatorFuncNode":
        if node.module != "operator" or node.name not in _OPERATORS:
            return (
                Severity.CRITICAL,
                f"{full}, which skops before 0.12 calls as if it were an operator (CVE-2025-54412)",
            )
        return Severity.MEDIUM, f"{full}, which reaches attributes or methods by their name"
    if node.loader == "MethodNode":
        return _method(node, full)
    if full in _OWN.get(node.loader, "").split():
        return None
    return _judged(full, _judgement(node))


def _method(node: SkopsNode, full: str) -> Told | None:
    if node.holds is not None and node.holds != (node.module, node.name):
        holds = ".".join(node.holds)
        why = "which skops before 0.12 takes as asked (CVE-2025-54413)"
        return Severity.CRITICAL, f"the attribute {node.method!r} of {holds}, said to be of {full}, {why}"
    return _judged(f"{full}.{node.method}", judge_name(node.module, f"{node.name}.{node.method}"))


def _judgement(node: SkopsNode) -> Judgement:
    if node.loader in _MADE:
        return judge_call(node.module, node.name, (), init=False)
    if node.loader in _NAMED:
        # A class that may be made may be named as well.
        return min(judge_name(node.module, node.name), judge_call(node.module, node.name, ()), key=_standing)
    return max(judge_name(node.module, node.name), judge_call(node.module, node.name, ()), key=_standing)


def _standing(judgement: Judgement) -> Standing:
    return judgement.standing


def _judged(full: str, judgement: Judgement) -> Told | None:
    if judgement.standing is Standing.SAFE:
        return None
    if judgement.standing is Standing.DANGEROUS:
        return Severity.CRITICAL, f"{full}, which {judgement.road}"
    return Severity.MEDIUM, f"{full}, which hilt does not know"
