from __future__ import annotations

import pytest

from attacks.pmml import HONEST, HOSTILE, pmml
from hilt.checks.inspect.pmml_functions import CHECK
from hilt.checks.inspect.xml_entities import CHECK as ENTITIES
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize("data", HONEST)
def test_what_converters_write_is_quiet(data: bytes) -> None:
    assert findings(CHECK, data, "model.pmml") == []
    assert findings(ENTITIES, data, "model.pmml") == []


@pytest.mark.parametrize("name", HOSTILE)
def test_code_that_the_engine_would_look_for_is_named(name: str) -> None:
    data, words = HOSTILE[name]
    (finding,) = findings(CHECK, data, "model.pmml")
    assert (finding.severity, words in finding.message) == (Severity.MEDIUM, True), finding.message
    assert finding.where.line is not None


def test_a_function_that_the_document_defines_is_its_own_even_with_dots() -> None:
    body = '<DefineFunction name="a.b"/><Apply function="a.b"/>'
    assert findings(CHECK, pmml(body), "model.pmml") == []


def test_entities_and_types_from_files_are_those_of_any_xml() -> None:
    for doctype in ('<!DOCTYPE PMML [<!ENTITY x SYSTEM "/etc/passwd">]>', '<!DOCTYPE PMML SYSTEM "/etc/passwd">'):
        (finding,) = findings(ENTITIES, pmml(start=doctype), "model.pmml")
        assert "'/etc/passwd'" in finding.message
