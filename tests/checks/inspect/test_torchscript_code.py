from __future__ import annotations

import pytest

from attacks.archives import Part, torchscript
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.checks.inspect.torchscript_code import CHECK
from hilt.core.finding import Severity
from hilt.core.report import Gap
from reading import facts, findings, read

HONEST = """
class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  conv : __torch__.torch.nn.modules.conv.Conv2d
  packed : __torch__.torch.classes.quantized.LinearPackedParamsBase
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    _0 = __torch__.torch.nn.functional.relu
    _1 = "size {}"
    y = (self.conv).forward(x, )
    if torch.ne(torch.len(torch.size(y)), 4):
      ops.prim.RaiseException(torch.format(_1, torch.size(y)), "builtins.ValueError")
    else:
      pass
    boxes = ops.torchvision.nms(y, annotate(List[int], []), 0.5)
    z = ops.quantized.linear(_0(boxes, ), self.packed, 9.9999999999999995e-08, 0)
    c = torch.add(z, CONSTANTS.c0)
    return torch.to(c, ops.prim.device(x))
"""


def method(body: str, name: str = "forward") -> str:
    return f"class Net(Module):\n  def {name}(self: __torch__.Net, x: Tensor) -> Tensor:\n    {body}\n    return x\n"


def test_code_that_computes_is_quiet() -> None:
    data = torchscript(HONEST)
    assert findings(CHECK, data, "model.pt") == []
    assert facts(CHECK, data, "model.pt") == {}


@pytest.mark.parametrize(
    ("body", "severity", "words"),
    [
        ('torch.save(x, "/tmp/hilt")', Severity.HIGH, "torch.save writes a file of its choice"),
        ('torch.from_file("/etc/passwd", True, 9)', Severity.HIGH, "torch.from_file maps a file"),
        ('ops.aten.save(x, "/tmp/hilt")', Severity.HIGH, "ops.aten.save writes a file"),
        ('torch.autograd.save(x, "/tmp/hilt")', Severity.HIGH, "torch.autograd.save writes a file"),
        ('ops.foo.autograd.save(x, "/tmp/hilt")', Severity.HIGH, "ops.foo.autograd.save writes a file"),
        ('f = torch.save\n    f(x, "/tmp/hilt")', Severity.HIGH, "torch.save writes a file"),
        ('ops.image.read_file("/etc/passwd")', Severity.HIGH, "ops.image.read_file reads a file"),
        ('ops.image.write_file("/tmp/hilt", x)', Severity.HIGH, "ops.image.write_file writes a file"),
        ("ops.c10d.broadcast(x)", Severity.HIGH, "ops.c10d.broadcast talks to other machines"),
        ('rpc_async("worker", f)', Severity.HIGH, "rpc_async calls another machine"),
        ("ops.evil.run(x)", Severity.MEDIUM, "names ops.evil.run, which hilt does not know"),
        ('system("echo hilt")', Severity.MEDIUM, "names system, which hilt does not know"),
        ("t = torch", Severity.MEDIUM, "names torch, which hilt does not know"),
        ("t = ops.aten", Severity.MEDIUM, "names ops.aten, which hilt does not know"),
        ("t = torch.autograd", Severity.MEDIUM, "names torch.autograd, which hilt does not know"),
        ("torch = ops", Severity.MEDIUM, "names ops, which hilt does not know"),
        ("import os", Severity.MEDIUM, "names import, which hilt does not know"),
        ("y : __torch__.torch.classes.evil.Engine = x", Severity.MEDIUM, "the C++ class evil.Engine"),
    ],
)
def test_code_that_reaches_further_is_named(body: str, severity: Severity, words: str) -> None:
    data = torchscript(method(body))
    found = [finding for finding in findings(CHECK, data, "model.pt") if words in finding.message]
    assert [finding.severity for finding in found] == [severity], findings(CHECK, data, "model.pt")
    assert found[0].where.path == "model.pt!/net/code/__torch__/net.py"
    assert facts(CHECK, data, "model.pt") == {}


def test_code_that_runs_while_loading_is_critical_and_a_fact() -> None:
    direct = torchscript(method('torch.save(x, "/tmp/hilt")', "__setstate__"))
    assert [finding.severity for finding in findings(CHECK, direct, "model.pt")] == [Severity.CRITICAL]
    assert facts(CHECK, direct, "model.pt") == {CODE_ON_LOAD.key: True}


def test_code_that_loading_leads_to_in_another_file_is_critical_too() -> None:
    other = Part(name="net/code/other.py", data=method('torch.save(x, "/tmp/hilt")', "helper").encode())
    data = torchscript(method("(self.other).helper(x)", "__setstate__"), other)
    assert [finding.severity for finding in findings(CHECK, data, "model.pt")] == [Severity.CRITICAL]


def test_code_that_cannot_be_parsed_is_a_gap() -> None:
    seen = list(CHECK.run(read(torchscript("def f(:"), "model.pt")))
    assert [type(item) for item in seen] == [Gap]
