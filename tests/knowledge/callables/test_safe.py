from __future__ import annotations

import pickle

import pytest
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import Bunch

from attacks.pickles import p, stacked, text
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats import pickle as reader
from hilt.knowledge.callables.judge import Standing, judge_call, judge_name
from hilt.knowledge.callables.machine import trace


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("torch.optim.lr_scheduler", "CosineAnnealingLR"), ("torch.optim.sparse_adam", "SparseAdam"),
        ("torch.optim.swa_utils", "AveragedModel"), ("torch.nn.parallel.data_parallel", "DataParallel"),
        ("torch.distributions.normal", "Normal"), ("torch.utils.hooks", "RemovableHandle"),
        ("torch.ao.nn.quantized.dynamic.modules.linear", "Linear"), ("pandas", "CategoricalDtype"),
        ("scipy.stats._kde", "gaussian_kde"), ("scipy.spatial._qhull", "Delaunay"), ("numpy", "vectorize"),
        ("numpy.core._internal", "_reconstruct"), ("numpy._core._internal", "_convert_to_stringdtype_kwargs"),
    ],
)  # fmt: skip
def test_what_honest_pickles_make_empty_and_fill_is_safe(module: str, name: str) -> None:
    assert judge_call(module, name, (), init=False).standing is Standing.SAFE


@pytest.mark.parametrize("name", ["numpy.vectorize", "torch.optim.lr_scheduler.CosineAnnealingLR", "pandas.eval"])
def test_calling_them_is_not(name: str) -> None:
    assert judge_call(*name.rsplit(".", 1), ()).standing is not Standing.SAFE


def test_the_makers_of_bit_generators_may_be_held() -> None:
    assert judge_name("numpy.random._pickle", "__bit_generator_ctor").standing is Standing.SAFE


def test_vectorize_is_a_tool_when_it_is_only_named() -> None:
    assert judge_name("numpy", "vectorize").standing is Standing.DANGEROUS


@pytest.mark.parametrize(
    ("owner", "name", "safe"),
    [
        (("torch._C", "_VariableFunctionsClass"), "relu", True),
        (("torch._C", "_VariableFunctionsClass"), "from_file", False),
        (("builtins", "str"), "split", True),
        (("builtins", "str"), "format", False),
        (("zoneinfo", "ZoneInfo"), "_unpickle", True),
    ],
)
def test_functions_that_are_named_through_their_class(owner: tuple[str, str], name: str, safe: bool) -> None:
    data = p(4, stacked("builtins", "getattr") + stacked(*owner) + text(name) + b"\x86R")
    calls = trace(reader.read(MemorySource(data), Limits()).pickles[0], Limits()).calls
    assert (calls == ()) is safe


@pytest.mark.parametrize(("given", "safe"), [(b"(K\x01K\x02", True), (b"", False)])
def test_a_named_tuple_holds_what_stands_in_it_and_does_not_go_over_an_object(given: bytes, safe: bool) -> None:
    estimator = stacked("sklearn.linear_model._bayes", "BayesianRidge") + b")\x81"
    fields = given + estimator + (b"t" if given else b"")
    maker = stacked("copyreg", "_reconstructor") + stacked("sklearn.impute._iterative", "_ImputerTriplet")
    data = p(4, maker + stacked("builtins", "tuple") + fields + b"\x87R")
    assert (trace(reader.read(MemorySource(data), Limits()).pickles[0], Limits()).calls == ()) is safe


def test_classes_of_modules_saved_whole_before_pytorch_1_6_are_judged_by_their_name() -> None:
    def saved(module: str, name: str) -> bytes:
        identity = b"(" + text("module") + stacked(module, name) + text("linear.py") + text("class Linear: ...") + b"t"
        return p(4, identity + b"Q)\x81")

    def standing(data: bytes) -> Standing:
        return trace(reader.read(MemorySource(data), Limits()).pickles[0], Limits()).worst

    assert standing(saved("torch.nn.modules.linear", "Linear")) is Standing.SAFE
    assert standing(saved("some.where", "Net")) is Standing.UNKNOWN
    assert standing(saved("subprocess", "Popen")) is Standing.DANGEROUS


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_bunch_only_holds_the_estimators_that_it_is_made_of(protocol: int) -> None:
    data = pickle.dumps(Bunch(first=DecisionTreeClassifier(), second=[DecisionTreeClassifier()]), protocol)
    assert trace(reader.read(MemorySource(data), Limits()).pickles[0], Limits()).calls == ()
