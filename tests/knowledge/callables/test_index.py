"""The index of callables, as it is shipped."""

from __future__ import annotations

import pytest

from hilt.knowledge.callables import dangerous
from hilt.knowledge.callables.index import VERSION, about, find, known_module


@pytest.mark.parametrize(
    ("module", "name", "target"),
    [
        ("os", "system", "os.system"),
        ("posix", "system", "os.system"),
        ("shlex", "os.system", "os.system"),
        ("random", "_os.system", "os.system"),
        ("asyncio.base_subprocess", "subprocess.Popen", "subprocess.Popen"),
        ("_operator", "attrgetter", "operator.attrgetter"),
        ("__builtin__", "eval", "builtins.eval"),
        ("builtins", "eval.__call__", "builtins.eval"),
        ("timeit", "timeit", "timeit.timeit"),
    ],
)
def test_a_name_leads_to_the_object_that_is_defined_and_to_its_road(module: str, name: str, target: str) -> None:
    entry = find(module, name)
    assert entry is not None
    assert f"{entry.module}.{entry.name}" == target
    assert entry.road


def test_a_road_of_several_steps_names_them() -> None:
    entry = find("profile", "Profile.run")
    assert entry is not None
    assert (entry.road, entry.through) == (dangerous.CODE, ("profile.Profile.runctx", "builtins.exec"))


def test_what_is_known_to_do_nothing_differs_from_what_is_not_known() -> None:
    entry = find("textwrap", "dedent")
    assert entry is not None
    assert not entry.road
    assert find("textwrap", "no_such_name") is None
    assert known_module("textwrap")
    assert not known_module("no_such_module")


def test_the_version_is_that_of_the_files() -> None:
    assert about()["version"] == VERSION
