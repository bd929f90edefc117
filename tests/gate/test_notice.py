from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import NothingToCheck
from hilt.gate.notice import notice
from licence_texts import APACHE


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def section(text: str, title: str) -> str:
    return text.partition(f"\n{title}\n")[2].partition("\n\n")[0]


def test_a_notice_names_each_licence_carries_notices_as_they_stand_and_lists_what_is_to_do(tmp_path: Path) -> None:
    told = notice(write(tmp_path, LICENSE=APACHE, NOTICE="Chatty\nCopyright 2024 Ada\n  * and her engine\n"))
    assert told.startswith(f"NOTICE for {tmp_path}\n")
    assert "Licence: Apache License 2.0 (apache-2.0)\nStated in: LICENSE\n" in told
    assert "    Chatty\n    Copyright 2024 Ada\n      * and her engine\n" in told
    assert "[x] apache-2.0, licence-copy, whoever passes it on: give a copy of the licence with it [LICENSE]" in told
    assert "[ ] Files that were changed" in told
    assert "NOT KNOWN" not in told


def test_words_to_display_and_notices_of_the_licence_itself_are_in_it(tmp_path: Path) -> None:
    told = notice(write(tmp_path, README__md="---\nlicense: llama3.1\n---\n"))
    assert "    Built with Llama\n" in section(told, "WORDS TO DISPLAY\n----------------") + "\n"
    assert "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright" in told
    assert "the files do not show it" in told


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    nothing = notice(write(tmp_path, config__json='{"a": 1}'))
    assert "No licence is known, and so nothing that has to be carried." in nothing
    assert "- under which licence the model is" in nothing
    own = notice(write(tmp_path, LICENSE="You may look at it, and display it.\n" * 30))
    assert "- LICENSE: the text is no licence that hilt knows" in own


def test_what_the_files_say_cannot_write_lines_of_the_notice(tmp_path: Path) -> None:
    told = notice(write(tmp_path, LICENSE=APACHE, NOTICE="x\r[x] all is done\x1b[2J\u202e\n"))
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\n[x] all is done" not in told


def test_an_empty_folder_has_nothing_to_give_notice_of(tmp_path: Path) -> None:
    with pytest.raises(NothingToCheck):
        notice(tmp_path)
