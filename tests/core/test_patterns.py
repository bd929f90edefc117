from __future__ import annotations

import re
import sys
from importlib import import_module
from pkgutil import walk_packages

import hilt
from hilt.core.patterns import LazyPattern, lazy_pattern


def test_a_lazy_pattern_does_what_a_pattern_does_and_is_compiled_once() -> None:
    pattern = lazy_pattern(r"(\d+) models?", re.IGNORECASE)
    assert not vars(pattern).keys() & {"_compiled", "search"}
    found = pattern.search("all 12 Models")
    assert found is not None
    assert found[1] == "12"
    assert pattern.sub(r"\1", "1 model") == "1"
    assert pattern.search is pattern.search
    assert pattern.pattern == r"(\d+) models?"


def test_every_lazy_pattern_of_hilt_can_be_compiled() -> None:
    for module in walk_packages(hilt.__path__, "hilt."):
        if module.name not in (
            "hilt.__main__",
            "hilt.checks.worker",
            "hilt.record.migrations.env",
        ):  # run, not imported
            import_module(module.name)
    values = [
        value
        for name, module in list(sys.modules.items())
        if name.startswith("hilt.")
        for value in vars(module).values()
    ]
    each = [one for value in values for one in (value if isinstance(value, tuple | list) else (value,))]
    patterns = [one for one in each if isinstance(one, LazyPattern)]
    assert len(patterns) > 150
    assert all(pattern.flags >= 0 for pattern in patterns)
