from __future__ import annotations

import pytest

from attacks.arrow import COMMAND, HONEST, PYTHON, file, parquet, schema_in_base64, stream
from hilt.checks import listed
from hilt.checks.inspect.arrow_python_types import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

ATTACKS = {
    "stream": stream((PYTHON, COMMAND)),
    "file": file((PYTHON, COMMAND)),
    "footer": file(in_footer=(PYTHON, COMMAND)),
    "parquet": parquet([("ARROW:schema", schema_in_base64(COMMAND))]),
}


@pytest.mark.parametrize("kind", HONEST)
def test_honest_tables_are_quiet(kind: str) -> None:
    name, data = HONEST[kind]
    assert findings(CHECK, data, name) == []


@pytest.mark.parametrize("kind", ATTACKS)
def test_a_type_that_pyarrow_unpickles_is_found_and_what_it_runs_is_told(kind: str) -> None:
    (finding,) = findings(CHECK, ATTACKS[kind], "data")
    assert (finding.severity, "column 'outer/inner' is a pickle of 28 bytes" in finding.message) == (
        Severity.CRITICAL,
        True,
    )
    assert facts(CHECK, ATTACKS[kind], "data") == {"inspect.code_on_load": True}
    (told,) = findings(listed("pickle-code"), ATTACKS[kind], "data")
    assert "os.system" in told.message
