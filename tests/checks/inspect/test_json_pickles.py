from __future__ import annotations

import base64
import json

import pytest

from hilt.checks.inspect.json_pickles import CHECK
from hilt.core.fact import Fact
from hilt.core.finding import Finding, Severity
from reading import read

RUNS_CODE = b"\x80\x04cposix\nsystem\nX\x09\0\0\0echo hilt\x85R."
OWN_CLASS = b"\x80\x04cacme.policies\nPolicy\n)R."
NUMBERS = b"\x80\x04](K\x01K\x02e."


def seen(document: object) -> list[Finding]:
    return [one for one in CHECK.run(read(json.dumps(document).encode(), "data")) if isinstance(one, Finding)]


def text(pickle: bytes) -> str:
    return base64.b64encode(pickle).decode()


def test_what_stable_baselines_would_unpickle_is_judged_as_a_pickle() -> None:
    (finding,) = seen({"policy_class": {":type:": "<class 'abc.ABCMeta'>", ":serialized:": text(RUNS_CODE)}})
    assert finding.severity is Severity.CRITICAL
    assert "the pickle at 'policy_class.:serialized:'" in finding.message
    assert "it calls os.system('echo hilt')" in finding.message


def test_classes_that_nobody_knows_are_sent_to_a_person() -> None:
    (finding,) = seen({":serialized:": text(OWN_CLASS)})
    assert finding.severity is Severity.MEDIUM
    assert "acme.policies.Policy" in finding.message


@pytest.mark.parametrize("written", [text(RUNS_CODE), f"\n{text(RUNS_CODE)[:20]}\n{text(RUNS_CODE)[20:]}"])
def test_blanks_in_the_text_hide_nothing(written: str) -> None:
    assert seen({"a": [{":serialized:": written}]})[0].severity is Severity.CRITICAL


def test_a_pickle_under_any_key_is_found() -> None:
    assert seen({"model": {"state": text(RUNS_CODE)}})[0].severity is Severity.CRITICAL
    assert seen(["x", text(RUNS_CODE)])[0].severity is Severity.CRITICAL


def test_a_value_that_a_later_one_hides_is_read_too() -> None:
    document = f'{{":serialized:": "{text(RUNS_CODE)}", ":serialized:": "{text(NUMBERS)}"}}'.encode()
    found = [one for one in CHECK.run(read(document, "data")) if isinstance(one, Finding)]
    assert [finding.severity for finding in found] == [Severity.CRITICAL]


@pytest.mark.parametrize(
    "honest", [text(NUMBERS), "gAAAA is how some texts begin", "gAQ", "plain", text(b"\x89PNG" * 9)]
)
def test_numbers_and_other_texts_are_quiet(honest: str) -> None:
    assert seen({"a": honest}) == []


def test_a_pickle_that_breaks_off_is_told() -> None:
    (finding,) = seen({":serialized:": text(RUNS_CODE[:-1])})
    assert finding.severity >= Severity.MEDIUM


def test_loading_it_runs_code_is_a_fact() -> None:
    file = read(json.dumps({":serialized:": text(RUNS_CODE)}).encode(), "data")
    facts = {one.key: one.value for one in CHECK.run(file) if isinstance(one, Fact)}
    assert facts["inspect.code_on_load"] is True
    assert facts["inspect.unsafe_calls"] == 1
