"""What TorchScript code calls, and which of it reaches beyond the numbers.

Serialized code names operators of PyTorch itself `torch.name`, those of other libraries `ops.library.name`, methods of
the model's own modules by attribute, and classes of C++ libraries `__torch__.torch.classes.library.name`.
Source: PyTorch, torch/csrc/jit/serialization/{python_print,import_source}.cpp and aten/src/ATen/native.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FILES = {
    "torch.from_file": "maps a file of its choice into memory, and makes or grows it when told to share",
    "torch.save": "writes a file of its choice",
    "ops.image.read_file": "reads a file of its choice",
    "ops.image.write_file": "writes a file of its choice",
    "ops.video_reader.read_video_from_file": "reads a file of its choice",
    "ops.video_reader.probe_video_from_file": "reads a file of its choice",
    "ops.torchvision.read_file": "reads a file of its choice",
    "ops.torchaudio.sox_io_get_info": "reads a file of its choice",
    "ops.torchaudio.sox_io_load_audio_file": "reads a file of its choice",
    "ops.torchaudio.sox_io_save_audio_file": "writes a file of its choice",
    "ops.torchaudio.sox_effects_apply_effects_file": "reads a file of its choice",
    "ops.torchaudio.ffmpeg_load": "reads a file or address of its choice",
}
"""Operators that open files."""

NETWORK = {
    "rpc_async": "calls another machine", "rpc_sync": "calls another machine", "rpc_remote": "calls another machine",
    "ops.c10d": "talks to other machines", "ops._c10d_functional": "talks to other machines",
    "ops.c10d_functional": "talks to other machines", "ops.rpc": "calls another machine",
}  # fmt: skip
"""Names, and whole libraries, that reach other machines."""

LIBRARIES = frozenset(
    """
    aten prim prims quantized quantized_decomposed _quantized torchvision torchaudio image torch_scatter torch_sparse
    torch_cluster torch_spline_conv prepacked xnnpack mkldnn mkldnn_prepacked onednn sparse fb_quantized internal_aten
    static_runtime tensorexpr inductor metal metal_prepack vulkan vulkan_prepack nestedtensor profiler cuda
    """.split()
)
"""Libraries of operators that come with PyTorch or are widely used with it, and compute."""

CLASSES = frozenset(
    {"quantized", "rnn", "sparse", "xnnpack", "mkldnn", "onednn", "metal", "vulkan", "profiler", "cuda"}
)
"""Libraries whose C++ classes come with PyTorch."""

NAMES = frozenset(
    """
    annotate unchecked_cast unchecked_unwrap_optional uninitialized getattr hasattr isinstance int float bool str complex
    len range list dict print format min max abs sum pow round all any ord chr hex oct bin divmod hash id sorted zip
    enumerate reversed tuple set device fork wait awaitable await_ slice Tensor Exception _new_ super
    """.split()
)
"""What the language itself can call by a bare name."""

ROOTS = frozenset({"torch", "ops"})

ON_LOAD = "__setstate__"
"""The method that runs while the archive is loaded; all others wait until somebody calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One name in the code that does more than compute, or that nobody knows.

    `known` is what it does, empty where that is not known. `function` is where it stands, empty outside of all.
    """

    name: str
    known: str
    network: bool
    line: int
    function: str


def reaches(tree: ast.Module) -> Iterator[Reach]:
    """Everything that `tree` names beyond its own methods and the operators that compute."""
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own -= {*ROOTS, *NETWORK}
    for name, called, line, function in _names(tree):
        if name.partition(".")[0] in own:
            continue
        judged = _judge(name, called=called)
        if judged is not None:
            yield Reach(name=name, known=judged[0], network=judged[1], line=line, function=function)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield Reach(name="import", known="", network=False, line=node.lineno, function="")


def run_on_load(trees: Iterable[ast.Module]) -> frozenset[str]:
    """The names of the functions that `__setstate__` may call, directly or through others, in any file."""
    names: dict[str, set[str]] = {}
    for tree in trees:
        for name, _, _, function in _names(tree):
            names.setdefault(function, set()).add(name.rpartition(".")[2])
    reached: set[str] = set()
    pending = [ON_LOAD]
    while pending:
        name = pending.pop()
        if name in names and name not in reached:
            reached.add(name)
            pending += names[name]
    return frozenset(reached)


def foreign_classes(text: str) -> frozenset[str]:
    """The C++ classes named in `text` that do not come with PyTorch."""
    named = re.findall(r"__torch__\s*\.\s*torch\s*\.\s*classes\s*\.\s*(\w+)\s*\.\s*(\w+)", text)
    return frozenset(f"{library}.{name}" for library, name in named if library not in CLASSES)


def _judge(name: str, *, called: bool) -> tuple[str, bool] | None:
    """What `name` does and whether that is the network; an empty text where nobody knows, None where it computes."""
    root, *rest = name.split(".")
    if root in NETWORK:
        return NETWORK[root], True
    if root not in ROOTS:
        return ("", False) if called and not rest and name not in NAMES else None
    if rest[-1:] == ["autograd"] or rest == ["aten"]:
        return "", False
    if "autograd" in rest or rest[:1] == ["aten"]:  # PyTorch's importer takes both for its own operators
        root, rest = "torch", rest[-1:]
    if root == "torch" and rest:
        known = FILES.get(f"torch.{rest[-1]}")
        return (known, False) if known else None
    if len(rest) < 2:
        return "", False  # the library as a value, by which its operators could be called under other names
    library, operator = rest[0], rest[-1]
    if f"ops.{library}" in NETWORK:
        return NETWORK[f"ops.{library}"], True
    if f"ops.{library}.{operator}" in FILES:
        return FILES[f"ops.{library}.{operator}"], False
    return None if library in LIBRARIES else ("", False)


def _names(tree: ast.Module) -> Iterator[tuple[str, bool, int, str]]:
    """Each name with its dots, whether it is called, its line, and the function it stands in."""
    pending: list[tuple[ast.AST, bool, str]] = [(tree, False, "")]
    while pending:
        node, called, function = pending.pop()
        if isinstance(node, ast.FunctionDef):
            function = node.name
        name = _dotted(node)
        if name:
            yield name, called, getattr(node, "lineno", 0), function
            continue
        callee = node.func if isinstance(node, ast.Call) else None
        pending += [(child, child is callee, function) for child in ast.iter_child_nodes(node)]


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
