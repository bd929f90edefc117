from __future__ import annotations

import pytest

from attacks.r_data import (
    GLOBAL,
    HARMLESS,
    HONEST,
    Item,
    bytecode,
    call,
    closure,
    environment,
    integers,
    pairs,
    promise,
    r_data,
    strings,
    symbol,
    vector,
)
from hilt.checks.inspect.r_code import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

MADE = call("paste0", strings("sys"), strings("tem"))


def test_an_honest_model_with_functions_and_their_arguments_is_quiet() -> None:
    seen = findings(CHECK, r_data(HONEST), "model.rds")
    assert [(finding.severity, finding.message) for finding in seen] == [
        (Severity.LOW, "code in it calls native code by way of .Call, of a package"),
        (Severity.INFO, "2 functions, which run when the model is used"),
    ]
    assert facts(CHECK, r_data(HONEST), "model.rds") == {}


@pytest.mark.parametrize(
    ("data", "severity", "words"),
    [
        (r_data(promise(HARMLESS)), Severity.CRITICAL, "a promise that calls system as soon as"),
        (r_data(promise(symbol("x"))), Severity.CRITICAL, "a promise that reads a variable"),
        (r_data(vector(promise(HARMLESS))), Severity.CRITICAL, "a promise that calls system"),
        (r_data(pairs(m=promise(HARMLESS)), workspace=True), Severity.CRITICAL, "a promise that calls system"),
        (r_data(pairs(f=promise(HARMLESS))), Severity.CRITICAL, "a promise that calls system"),
        (r_data(pairs(**{".First": closure(symbol("x"))}), workspace=True), Severity.CRITICAL, "holds .First, which R"),
        (r_data(pairs(print=closure(symbol("x"))), workspace=True), Severity.HIGH, "'print', which stands before"),
        (r_data(closure(HARMLESS)), Severity.HIGH, "code in it calls system"),
        (r_data(closure(bytecode())), Severity.HIGH, "code in it calls system"),
        (r_data(environment(pairs(f=promise(HARMLESS)))), Severity.HIGH, "code in it calls system"),
        (
            r_data(closure(call(call("::", symbol("base"), symbol("dyn.load")), strings("x.so")))),
            Severity.HIGH,
            "code in it calls dyn.load",
        ),
        (r_data(closure(call("do.call", strings("system")))), Severity.HIGH, "system by way of do.call"),
        (r_data(closure(call("sapply", strings("id"), symbol("system")))), Severity.HIGH, "system by way of sapply"),
        (r_data(closure(call("eval", call("parse", symbol("t"))))), Severity.MEDIUM, "calls parse, which makes code"),
        (r_data(closure(call("get", MADE))), Severity.MEDIUM, "a name that it makes by paste0"),
        (r_data(closure(call("do.call", args=vector(), what=MADE))), Severity.MEDIUM, "a name that it makes by paste0"),
        (r_data(closure(call("do.call", symbol("rbind"), MADE))), Severity.LOW, "a name that it makes by paste0"),
        (r_data(closure(call("as.name", MADE))), Severity.LOW, "a name that it makes by paste0"),
        (r_data(closure(call(".Call", strings("evil"), symbol("C_x")))), Severity.MEDIUM, "by way of .Call: 'evil'"),
        (r_data(closure(call(".C", symbol("C_x"), PACKAGE=strings("e")))), Severity.MEDIUM, "by way of .C: 'e'"),
        (r_data(closure(call(".Primitive", strings("C_x")))), Severity.MEDIUM, "by way of .Primitive"),
        (r_data(closure(call("do.call", strings(".External2")))), Severity.MEDIUM, ".External2 by way of do.call"),
        (
            r_data(closure(call("reg.finalizer", symbol("e"), symbol("f")))),
            Severity.MEDIUM,
            "which has code called later",
        ),
        (r_data(closure(call("reticulate::import", strings("os")))), Severity.MEDIUM, "of another language"),
        (r_data(closure(call("assign", strings("x"), envir=call("globalenv")))), Severity.MEDIUM, "everybody's"),
        (r_data(closure(call("library.dynam", strings("x")))), Severity.HIGH, "code in it calls library.dynam"),
        (r_data(closure(call(".Internal", call("inspect", symbol("x"))))), Severity.HIGH, "code in it calls .Internal"),
        (r_data([247, 0, 1, *strings("x")[2:]]), Severity.MEDIUM, "a function of the loader must supply"),
    ],
)
def test_code_that_runs_or_reaches_out_is_named(data: bytes, severity: Severity, words: str) -> None:
    worst = max(findings(CHECK, data, "model.rds"), key=lambda finding: finding.severity)
    assert (worst.severity, words in worst.message) == (severity, True), worst.message


@pytest.mark.parametrize(
    "value",
    [promise(HARMLESS, integers(1)), environment(pairs(f=promise(symbol("x")))), [*closure(GLOBAL)]],
    ids=["evaluated", "argument", "function"],
)
def test_what_waits_for_nothing_is_no_code_on_load(value: Item) -> None:
    assert facts(CHECK, r_data(value), "model.rds") == {}


def test_a_promise_that_waits_is_code_on_load() -> None:
    assert facts(CHECK, r_data(promise(HARMLESS)), "model.rds") == {"inspect.code_on_load": True}
