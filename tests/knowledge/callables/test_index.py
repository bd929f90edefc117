"""The index of callables, as it is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from hilt.knowledge.callables import INDEX_VERSION, dangerous, index
from hilt.knowledge.callables.index import about, find, known_module

FOLDER = Path(index.__file__).with_name("index")


@pytest.mark.parametrize(
    ("module", "name", "target"),
    [
        ("os", "system", "os.system"),
        ("posix", "system", "os.system"),
        ("nt", "startfile", "os.startfile"),
        ("shlex", "os.system", "os.system"),
        ("random", "_os.system", "os.system"),
        ("asyncio.base_subprocess", "subprocess.Popen", "subprocess.Popen"),
        ("_operator", "attrgetter", "operator.attrgetter"),
        ("builtins", "eval.__call__", "builtins.eval"),
        ("numpy.random._common", "__builtins__.eval", "builtins.eval"),
        ("torch._utils", "importlib.import_module", "importlib.import_module"),
        ("__builtin__", "eval", "builtins.eval"),
        ("__builtin__", "reduce", "functools.reduce"),
        ("commands", "getoutput", "subprocess.getoutput"),
        ("urllib2", "urlopen", "urllib.request.urlopen"),
        ("concurrent.futures", "ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor"),
        ("pathlib.Path", "unlink", "pathlib.Path.unlink"),
        ("timeit", "timeit", "timeit.timeit"),
    ],
)
def test_a_name_leads_to_the_object_that_is_defined_and_to_its_road(module: str, name: str, target: str) -> None:
    entry = find(module, name)
    assert entry is not None
    assert f"{entry.module}.{entry.name}" == target
    assert entry.road


@pytest.mark.parametrize(
    ("module", "name", "road"),
    [
        ("idlelib.calltip", "get_entity", dangerous.CODE),
        ("lib2to3.pgen2.grammar", "Grammar.loads", dangerous.UNPICKLE),
        ("numpy.f2py.crackfortran", "myeval", dangerous.CODE),
        ("torch.fx.graph_module", "reduce_graph_module", dangerous.CODE),
        ("numpy.testing._private.utils", "runstring", dangerous.CODE),
        ("uuid", "_get_command_stdout", dangerous.SHELL),
        ("joblib.numpy_pickle", "load", dangerous.UNPICKLE),
        ("asyncio.windows_utils", "Popen", dangerous.SHELL),
        ("distutils.util", "execute", dangerous.REACH),
    ],
)
def test_the_roads_of_libraries_are_found_by_following_calls(module: str, name: str, road: str) -> None:
    entry = find(module, name)
    assert entry is not None
    assert entry.road == road


def test_a_road_of_several_steps_names_them() -> None:
    entry = find("profile", "Profile.run")
    assert entry is not None
    assert (entry.road, entry.through) == (dangerous.CODE, ("profile.Profile.runctx", "builtins.exec"))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("textwrap", "dedent"),
        ("collections", "OrderedDict"),
        ("numpy", "mean"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch.nn.modules.linear", "Linear"),
        ("sklearn.linear_model._logistic", "LogisticRegression"),
        ("sklearn.tree._tree", "Tree"),
        ("pandas.core.frame", "DataFrame"),
    ],
)
def test_what_honest_pickles_use_is_known_and_has_no_road(module: str, name: str) -> None:
    entry = find(module, name)
    assert entry is not None
    assert not entry.road


def test_what_is_known_to_do_nothing_differs_from_what_is_not_known() -> None:
    assert find("textwrap", "dedent") is not None
    assert find("textwrap", "no_such_name") is None
    assert find("textwrap", "dedent.no_such_attribute") is None
    assert known_module("textwrap")
    assert not known_module("no_such_module")


def test_a_module_is_an_entry_of_its_own() -> None:
    entry = find("torch._utils", "torch")
    assert entry is not None
    assert (entry.module, entry.name, entry.kind) == ("torch", "", "module")


def test_a_class_tells_what_runs_when_a_pickle_loads_it() -> None:
    entry = find("sklearn.linear_model._logistic", "LogisticRegression")
    assert entry is not None
    assert entry.kind == "class"
    assert "__setstate__=sklearn.base.BaseEstimator" in entry.loads
    plain = find("collections", "OrderedDict")
    assert plain is not None
    assert plain.loads == ()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a\nb", "\x00", "= os\n", "é" * 100, "a." * 5000, "x" * 10**6, "\ud800"]
)
def test_hostile_names_are_not_known(name: str) -> None:
    assert find(name, "system") is None
    assert not known_module(name)
    assert find("os", name) is None or name == ""


def test_the_version_is_that_of_the_files_and_the_sets_are_told() -> None:
    assert about()["version"] == INDEX_VERSION
    assert about()["sets"]["torch"]["torch"].startswith("2.13.0")  # type: ignore[index]


def test_the_files_are_small_so_that_the_first_look_is_quick() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3.5 * (1 << 20)
    largest = max(FOLDER.glob("*.txt.gz"), key=lambda path: path.stat().st_size).name.removesuffix(".txt.gz")
    assert len(index._text(largest)) < 16 * (1 << 20)
