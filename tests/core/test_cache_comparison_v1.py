from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hilt.core import cache_comparison_v1 as v1
from hilt.core.cache_comparison import Compared, RecordedModel, Wanted
from hilt.core.cache_scan import AdmittedFor, CacheState
from hilt.core.errors import ReportInvalid

A, B, C = "a" * 64, "b" * 64, "c" * 64
WANTED = Wanted(frozenset({A, B}), frozenset({C}), frozenset({("hf:org/\udcff", "1" * 40)}))
MODEL = RecordedModel(
    subject=C,
    reference="hf:org/name",
    revision="1" * 40,
    count=3,
    files=(("\udcff.bin", A),),
    shared=frozenset({A}),
    telling=frozenset({A, B}),
    state=CacheState.WITHDRAWN,
    why=("it is bad",),
    since="2026-11-22T10:17:28.123456Z",
    uses=(AdmittedFor("chat", "2099-01-31"), AdmittedFor("")),
    names=WANTED.names,
)
HIDDEN = replace(MODEL, subject="", reference="", revision="", count=0, files=(), since="", uses=())
TOLD = Compared(models=(MODEL, HIDDEN), count=7, problems=("one is damaged",), only=("acme/*",))
UNTOLD = replace(TOLD, count=None)


def sent(value: object) -> Any:
    return json.loads(json.dumps(value))


def test_what_is_asked_and_answered_arrives_as_it_was() -> None:
    assert v1.decode_question(sent(v1.encode_question(WANTED, "chat"))) == (WANTED, "chat")
    for told in (TOLD, UNTOLD):
        assert v1.decode_answer(sent(v1.encode_answer(told)), WANTED) == told


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("schema", "hilt.cache-question/2", "schema"),
        ("use", 1, "use"),
        ("use", "x" * 201, "201 letters"),
        ("files", [A.upper()], r"files\[0\]"),
        ("files", {A: 1}, "files"),
        ("files", [A] * (v1.FILES + 1), "200001 are more"),
        ("subjects", [""], r"subjects\[0\]"),
        ("names", [["hf:org/name"]], r"names\[0\]"),
        ("names", ["ab"], r"names\[0\]"),
        ("more", 1, "more"),
    ],
)
def test_a_question_of_another_shape_is_refused(key: str, value: object, where: str) -> None:
    with pytest.raises(ReportInvalid, match=where):
        v1.decode_question(sent(v1.encode_question(WANTED, "")) | {key: value})


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"schema": v1.ANSWER}])
def test_what_is_no_answer_is_refused(answer: object) -> None:
    with pytest.raises(ReportInvalid):
        v1.decode_answer(answer, WANTED)


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("count", -1, "count"),
        ("count", 1.5, "count"),
        ("count", {"int": "0x" + "f" * 9999}, "count"),
        ("problems", [""] * (v1.LINES + 1), "1001 are more"),
        ("problems", [1], r"problems\[0\]"),
        ("models", [sent(v1.encode_answer(TOLD))["models"][0]] * (v1.MODELS + 1), "1001 are more"),
    ],
)
def test_an_answer_of_another_shape_is_refused(key: str, value: object, where: str) -> None:
    with pytest.raises(ReportInvalid, match=where):
        v1.decode_answer(sent(v1.encode_answer(TOLD)) | {key: value}, WANTED)


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("subject", "x", "subject"),
        ("state", "not read", "state"),
        ("state", ["admitted"], "state"),
        ("since", "2026-11-22\x1b[2J", "since"),
        ("since", "soon", "since"),
        ("uses", [{"use": "chat", "until": "2026-11-22T10:00"}], r"uses\[0\].until"),
        ("files", [["README.md", C]], "not asked for"),
        ("telling", [C], "not asked for"),
        ("why", "it is bad", "why"),
        ("moved", "note.json", "moved"),
    ],
)
def test_a_model_of_another_shape_or_that_nobody_asked_for_is_refused(key: str, value: object, where: str) -> None:
    answer = sent(v1.encode_answer(TOLD))
    answer["models"][0] |= {key: value}
    with pytest.raises(ReportInvalid, match=where):
        v1.decode_answer(answer, WANTED)
