from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.keras import config, keras, keras_h5, lambda_3, shell
from attacks.pickles import LEGACY, PAYLOAD, called, npy, p, stacked, text
from hilt.checks.check import ReadFile
from hilt.checks.inspect import keras_lambda, pickle_code, pickle_unknown_call, remote_code
from hilt.checks.inspect.remedies import against_attack, converted_if_harmless, of_unknown
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from reading import findings
from repositories import findings_in

TORCH = LEGACY + p(2, PAYLOAD)


def file(path: str, format_id: str = "torch-legacy") -> ReadFile[object]:
    return ReadFile(path=path, format=format_id, value=None, source=MemorySource(b""), limits=Limits())


def commands(fix: str) -> Iterator[str]:
    """The Python code of each command, as a shell would hand it over."""
    for command in fix.split("`")[1::2]:
        if " " in command:
            python, option, code = shlex.split(command)
            assert (python, option) == ("python", "-c")
            ast.parse(code)
            yield code


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (TORCH, "model.bin", 'torch.load("model.bin", weights_only=True)'),
        (npy(p(3, PAYLOAD)), "array.npy", 'numpy.load("array.npy", allow_pickle=False)'),
    ],
)
def test_an_attack_comes_with_the_command_that_refuses_it(data: bytes, name: str, words: str) -> None:
    (finding,) = findings(pickle_code.CHECK, data, name)
    assert any(words in code for code in commands(finding.fix))
    assert finding.fix.startswith("Do not load this file")


def test_an_unknown_call_comes_with_the_command_that_converts_the_weights() -> None:
    strange = called(stacked("acme.models", "Chat"), text("x"))
    (finding,) = findings(pickle_unknown_call.CHECK, LEGACY + p(4, strange), "models/my chat.pt")
    (code,) = commands(finding.fix)
    assert 'save_file(torch.load("models/my chat.pt", weights_only=True), "models/my chat.safetensors")' in code
    assert "acme" in finding.fix


def test_scikit_learn_is_asked_for_as_skops() -> None:
    (code,) = commands(of_unknown(file("forest.pkl", "pickle"), "sklearn"))
    assert 'skops.io.get_untrusted_types(file="forest.skops")' in code


def test_a_lambda_of_keras_comes_with_the_mode_that_refuses_it_where_there_is_one() -> None:
    model = config(lambda_3(shell))
    (zipped,) = findings(keras_lambda.CHECK, keras(model), "chat.keras")
    assert any('load_model("chat.keras", safe_mode=True)' in code for code in commands(zipped.fix))
    (older,) = findings(keras_lambda.CHECK, keras_h5(model), "chat.h5")
    assert (list(commands(older.fix)), "Do not load" in older.fix) == ([], True)


def test_a_model_with_code_of_its_own_comes_with_the_command_that_leaves_it_out() -> None:
    config = json.dumps({"auto_map": {"AutoModel": "modeling_x.X"}}).encode()
    seen = findings_in(remote_code.CHECK, {"config.json": config, "modeling_x.py": b"class X: pass\n"})
    named = next(finding for finding in seen if finding.where.path == "config.json")
    (code,) = commands(named.fix)
    assert "trust_remote_code=False" in code


@given(st.text(min_size=1).filter(lambda name: "!/" not in name))
def test_whatever_a_file_is_called_its_command_names_it_and_nothing_else(name: str) -> None:
    for fix in (against_attack(file(name)), converted_if_harmless(file(name))):
        (code,) = commands(fix)
        assert fix.isprintable()
        call = re.search(r'torch\.load\(("(?:[^"\\]|\\.)*"), weights_only=True\)', code)
        assert call is not None
        assert ast.literal_eval(call[1]) == (name if len(name) <= 200 else "FILE")


@pytest.mark.parametrize("package", ["x`rm -rf /`", "a b", "", "builtins", "\x1b[2J"])
def test_a_name_that_is_no_name_stays_out_of_the_remedy(package: str) -> None:
    fix = of_unknown(file("model.pt"), package)
    assert not package or package not in fix


def test_a_member_of_an_archive_is_named_as_it_is_once_unpacked() -> None:
    assert 'torch.load("model.pt"' in against_attack(file("models.zip!/model.pt"))
