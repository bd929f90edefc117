from __future__ import annotations

import csv

import pytest

from hilt.formats.pickle_machine import Global, Opaque
from hilt.knowledge.callables import dangerous, safe
from hilt.knowledge.callables.judge import Standing, judge_call, judge_name
from workplace import SHARED

NOTES = SHARED / "notes"

NO_GADGETS = {
    (
        "__builtin__",
        "dict",
    ): "builds a dictionary; it stands in a malicious sample beside the callable that does the harm",
}
SAFE_TO_NAME = {
    ("_collections", "deque"): "a container; called, it is safe with plain arguments only",
    ("collections", "deque"): "a container; called, it is safe with plain arguments only",
    ("torch", "device"): "called, it is safe with the name of a device",
    ("numpy", "prod"): "a function that FunctionTransformer holds; only setting its attributes does harm",
}


LAYERS = "torch.nn"
"""Its layers stand in malicious samples beside the callable that does the harm; pickles may hold them."""


def gadgets(name: str) -> list[tuple[str, str]]:
    file = NOTES / name
    if not file.exists():
        pytest.skip(f"NOT TESTED: {file} with the known gadgets is not here, so nothing proves that none passes")
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [(row["module"], row["name"]) for row in rows if row["module"] != "-"]


@pytest.mark.parametrize("name", ["gadgets.tsv", "gadgets-reexport.tsv"])
def test_no_known_gadget_is_known_safe(name: str) -> None:
    rows = gadgets(name)
    assert len(rows) > 300
    for module, spelled in rows:
        if (module, spelled) in NO_GADGETS:
            continue
        attribute = spelled.replace("*", "anything")
        called = judge_call(module, attribute, (Opaque("something"),)).standing
        assert called is not Standing.SAFE, (module, attribute)
        if (module, attribute) not in SAFE_TO_NAME and module != LAYERS:
            assert judge_name(module, attribute).standing is not Standing.SAFE, (module, attribute)


@pytest.mark.parametrize(("name", "share"), [("gadgets.tsv", 0.9), ("gadgets-reexport.tsv", 0.99)])
def test_most_known_gadgets_are_known_dangerous(name: str, share: float) -> None:
    rows = gadgets(name)
    known = [judge_call(*row, (Opaque("something"),)).standing is Standing.DANGEROUS for row in rows]
    assert sum(known) >= share * len(known)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("torch._utils", "os.system"), ("torch.nn.modules.linear", "Linear.forward"), ("sklearn.svm", "SVC.fit"),
        ("numpy", "ndarray.tofile"), ("sklearn.utils._joblib", "Parallel"), ("sklearn.datasets._base", "Path"),
        ("sklearn.utils.tests.test_x", "Thing"), ("sklearn.tests.thing", "Thing"), ("sklearn", "Thing.x"),
        ("sklearn.utils._available_if", "MethodType"), ("scipy.stats._distn_infrastructure", "rv_generic"),
        ("torch.optim.lr_scheduler", "LambdaLR"), ("collections", "namedtuple"), ("numpy", "anything"), ("torch", "anything"),
        ("", ""), ("sklearn.svm", "SVC\n"), ("sklearn.svm\n", "SVC"), ("sklearn..svm", "SVC"),
    ],
)  # fmt: skip
def test_families_have_bounds(module: str, name: str) -> None:
    assert judge_call(module, name, ()).standing is not Standing.SAFE
    assert judge_name(module, name).standing is not Standing.SAFE


@pytest.mark.parametrize(
    ("name", "args", "standing"),
    [
        ("functools.partial", (Global("builtins", "len"),), Standing.SAFE),
        ("functools.partial", (Global("acme", "f"),), Standing.UNKNOWN),
        ("functools.partial", (Global("os", "system"), "echo hilt"), Standing.DANGEROUS),
        ("functools.partial", (Opaque("x"),), Standing.DANGEROUS),
        ("operator.attrgetter", ("shape",), Standing.SAFE),
        ("operator.attrgetter", ("__globals__",), Standing.DANGEROUS),
        ("operator.attrgetter", ("os.system",), Standing.DANGEROUS),
        ("operator.itemgetter", (0, "a"), Standing.SAFE),
        ("operator.itemgetter", (Opaque("x"),), Standing.DANGEROUS),
        ("collections.deque", ((1, 2), 3), Standing.SAFE),
        ("collections.deque", (Opaque("x"),), Standing.UNKNOWN),
        ("operator.attrgetter", ("echo hilt",), Standing.UNKNOWN),
        ("builtins.dict", ("echo hilt",), Standing.UNKNOWN),
        ("torch.device", ("echo hilt",), Standing.UNKNOWN),
        ("codecs.encode", ("a", "latin1"), Standing.SAFE),
        ("codecs.encode", ("a", "rot13"), Standing.UNKNOWN),
        ("builtins.type", (None,), Standing.SAFE),
        ("builtins.type", ("X", (), {}), Standing.DANGEROUS),
        ("torch.device", ("cuda", 0), Standing.SAFE),
        ("numpy.core._ufunc_reconstruct", ("numpy", "log1p"), Standing.SAFE),
        ("numpy.core._ufunc_reconstruct", ("os", "system"), Standing.DANGEROUS),
        ("torch.storage._load_from_bytes", (b"",), Standing.UNKNOWN),
    ],
)  # fmt: skip
def test_arguments_decide_where_a_callable_does_not(name: str, args: tuple[object, ...], standing: Standing) -> None:
    module, _, attribute = name.rpartition(".")
    assert judge_call(module, attribute, args).standing is standing


def test_nothing_is_both_safe_and_a_road() -> None:
    both = {full for full in safe.EXACT | safe.BUILT | safe.NAMED if full in dangerous._NAME_ROADS}
    assert both == set()


@pytest.mark.parametrize(
    ("module", "name", "said"),
    [
        ("PIL.ImageFont", "FreeTypeFont", "by way of PIL.ImageFont.FreeTypeFont.__setstate__"),
        ("git.util", "LockFile", "by way of git.util.LockFile.__del__"),
    ],
)
def test_a_class_is_judged_by_what_runs_when_it_is_filled_and_dropped(module: str, name: str, said: str) -> None:
    judgement = judge_call(module, name, (), init=False)
    assert judgement.standing is Standing.DANGEROUS
    assert said in judgement.road


def test_a_class_that_opens_files_when_it_is_called_is_only_unknown_when_it_is_made_empty() -> None:
    assert judge_call("matplotlib.dviread", "Dvi", ()).standing is Standing.DANGEROUS
    assert judge_call("matplotlib.dviread", "Dvi", (), init=False).standing is Standing.UNKNOWN


@pytest.mark.parametrize("name", ["Parallel", "logging", "os.system", "NoSuchClass"])
def test_a_family_does_not_speak_for_what_its_modules_import(name: str) -> None:
    assert judge_call("sklearn.model_selection._search", name, (), init=False).standing is not Standing.SAFE


def test_models_of_ultralytics_may_be_made_empty_and_filled_but_not_called() -> None:
    """Called, they evaluate the configuration that they are given."""
    for module, name in (("ultralytics.nn.tasks", "DetectionModel"), ("ultralytics.nn.modules.conv", "Conv")):
        assert judge_call(module, name, (), init=False).standing is Standing.SAFE
        assert judge_call(module, name, ()).standing is not Standing.SAFE
    made = (Global("ultralytics.nn.tasks", "DetectionModel"), "evil.yaml")
    assert judge_call("functools", "partial", made).standing is not Standing.SAFE


def test_callbacks_of_lightning_may_be_named_but_not_called() -> None:
    module, name = "pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint"
    assert judge_name(module, name).standing is Standing.SAFE
    assert judge_call(module, name, ()).standing is not Standing.SAFE
