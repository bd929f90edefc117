from __future__ import annotations

import pytest

from attacks.small_formats import tesseract
from hilt.checks.inspect.tesseract_settings import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

NAME = "eng.traineddata"


def test_settings_of_real_languages_are_quiet() -> None:
    config = "# Japanese\nchop_enable 0\ntessedit_load_sublangs jpn_vert\ntextord_debug_tabfind 0\ndebug_file \n"
    assert findings(CHECK, tesseract(config), NAME) == []
    assert facts(CHECK, tesseract(config), NAME) == {}


@pytest.mark.parametrize(
    ("line", "severity", "words"),
    [
        ("debug_file /home/me/.bashrc", Severity.CRITICAL, "writes to that file"),
        ("tessedit_write_params_to_file\tout", Severity.CRITICAL, "writes to that file"),
        ("user_words_file /etc/passwd", Severity.HIGH, "reads that file"),
        ("tessedit_load_sublangs deu+../../tmp/x", Severity.HIGH, "outside Tesseract's folder"),
        ("tessedit_write_images T", Severity.MEDIUM, "images"),
        ("interactive_display_mode 1", Severity.MEDIUM, "viewer"),
        ("textord_show_blobs 1", Severity.MEDIUM, "viewer"),
    ],
)
def test_each_setting_that_reaches_outside_is_named(line: str, severity: Severity, words: str) -> None:
    (seen,) = findings(CHECK, tesseract(f"chop_enable 1\n{line}\n"), NAME)
    assert (seen.severity, seen.where.line, words in seen.message) == (severity, 2, True)


@pytest.mark.parametrize("padding", ["#" + "x" * 4094, "chop_enable 1" + " " * 4000])
def test_a_setting_at_the_end_of_a_line_that_tesseract_cuts_is_found(padding: str) -> None:
    (seen,) = findings(CHECK, tesseract(f"{padding} debug_file /tmp/x\n"), NAME)
    assert seen.severity is Severity.CRITICAL


def test_writing_files_is_code_on_load() -> None:
    assert facts(CHECK, tesseract("debug_file /tmp/x\n"), NAME) == {"inspect.code_on_load": True}
