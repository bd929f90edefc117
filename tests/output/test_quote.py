from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated_reports import texts
from hilt.output.quote import LIMIT, quote


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pytorch_model.bin", "pytorch_model.bin"),
        ("模型/重み.safetensors", "模型/重み.safetensors"),
        ("prêt-à-porter über 😀", "prêt-à-porter über 😀"),
        ("हिन्दी ภาษาไทย", "हिन्दी ภาษาไทย"),
        ("\x1b[2J\x1b[31mADMIT", r"\x1b[2J\x1b[31mADMIT"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m\x7f\x00", r"\x9b31m\x7f\x00"),
        ("model\u202egnp.exe", r"model\u202egnp.exe"),
        ("\u2066isolate\u2069", r"\u2066isolate\u2069"),
        ("ad\u200bmit \ufeff\u00ad", r"ad\u200bmit \ufeff\xad"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("\u3164\u2800\u115f", r"\u3164\u2800\u115f"),
        ("a\u00a0b\u3000c", r"a\xa0b\u3000c"),
        ("weights\udcff.bin", r"weights\udcff.bin"),
        ("\ue000\ufdd0", r"\ue000\ufdd0"),
        ("z" + "\u0301" * 7, "z" + "\u0301" * 4 + r"\u0301" * 3),
        ("a\ufe0f", r"a\ufe0f"),
        ("::error file=a::x", r":\x3aerror file=a::x"),
        ("\n::stop-commands::x", r"\n:\x3astop-commands::x"),
        ("##[add-mask]secret ##vso[task]", r"#\x23[add-mask]secret #\x23vso[task]"),
        ("torch::jit::load", "torch::jit::load"),
        ("[click me](https://evil.example) {0}", r"[click me]\x28https://evil.example) {\x30}"),
        ("[bold red]x[/] F32 [2, 3]", "[bold red]x[/] F32 [2, 3]"),
    ],
)
def test_what_could_do_more_than_be_read_is_escaped_and_the_rest_stays(text: str, shown: str) -> None:
    assert quote(text) == shown


@given(texts | st.text(st.characters(exclude_categories=())), st.integers(min_value=40, max_value=200))
def test_whatever_comes_is_one_short_line_without_controls(text: str, limit: int) -> None:
    shown = quote(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    assert not {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} & {unicodedata.category(character) for character in shown}
    shown.encode("utf-8")


@given(st.text(alphabet="a: \n]([{}0#", max_size=600), st.integers(min_value=40, max_value=100))
def test_no_cut_lets_a_command_through(text: str, limit: int) -> None:
    shown = quote(text, limit)
    assert not shown.startswith("::")
    assert not any(command in shown for command in (" ::", "##[", "](", "{0}"))


def test_a_long_path_keeps_its_start_and_its_suffix() -> None:
    shown = quote("models/" + "a" * 10_000 + "/model.safetensors")
    assert len(shown) == LIMIT
    assert shown.startswith("models/aaa")
    assert shown.endswith("aaa/model.safetensors")
    assert "…10025 characters…" in shown


def test_a_text_that_grows_past_the_limit_by_escaping_is_cut_too() -> None:
    assert len(quote("\U000e0041" * 200, 200)) <= 200
