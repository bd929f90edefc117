from __future__ import annotations

from attacks.number_formats import LUA_FUNCTION, torch7
from hilt.checks.inspect.torch7_functions import CHECK
from hilt.core.finding import Severity
from reading import findings


def test_a_model_of_numbers_is_quiet() -> None:
    assert findings(CHECK, torch7(), "model.t7") == []


def test_a_function_is_found_where_it_stands() -> None:
    data = torch7(inside=LUA_FUNCTION)
    (seen,) = findings(CHECK, data, "model.t7")
    assert (seen.severity, "byte code of Lua" in seen.message) == (Severity.HIGH, True)
    assert data[seen.where.offset or 0 :].startswith(b"\x08\0\0\0\x1bLua own")
