"""What hilt reads of licences is what `scripts/build_licence_index.py` makes of the entries and the texts, as the code is now."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import build_licence_index as build

from hilt.knowledge.licences.grams import COUNTS, grams, shipped
from hilt.knowledge.licences.identify import digest
from hilt.knowledge.licences.index import index
from hilt.knowledge.licences.marks import counted
from licence_texts import APACHE, BSD_3, FOLDER, MIT, ROOT

NAMES = ("entries.jsonl", "index.json")
EVERY_TEXT = ROOT / "build" / "licences"
"""Where the first lines of the script unpack the lists of SPDX and ScanCode."""
SPDX, SCANCODE = EVERY_TEXT / "package", EVERY_TEXT / "scancode" / "licensedcode" / "data" / "licenses"

needs_copies = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the publishers' copies are not here: none was read again"
)
needs_lists = pytest.mark.skipif(
    not (FOLDER.is_dir() and SPDX.is_dir() and SCANCODE.is_dir()),
    reason="the lists of SPDX and ScanCode are not unpacked (see scripts/build_licence_index.py): not all was built again",
)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["build_licence_index.py", *map(str, arguments)])
    build.main()


def held(licence_id: str, of: str, words: Sequence[str]) -> None:
    """The index knows the text with these words, and its grams are those that its words make now."""
    number = index().digests.get(digest(words))
    assert number is not None, f"{licence_id}: its words are read in another way: run scripts/build_licence_index.py"
    assert (index().texts[number].id, index().texts[number].of) == (licence_id, of)
    assert list(shipped().of(number)) == sorted(set(grams(words)))
    assert shipped().counts[number] == counted(words).ljust(COUNTS, b"\0")


def test_entries_and_names_are_what_the_script_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index.json").write_bytes((build.FOLDER / "index.json").read_bytes())
    run(monkeypatch, "--out", tmp_path)
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (build.FOLDER / name).read_bytes(), (
            "run scripts/build_licence_index.py"
        )


def test_the_words_of_all_texts_were_told_by_the_code_as_it_is_now() -> None:
    made = json.loads((build.FOLDER / "index.json").read_text(encoding="utf-8"))
    assert made["told_by"] == build.told_by(), (
        "words.py has changed: build the index from all texts, as the script says"
    )


@pytest.mark.parametrize(
    ("licence_id", "text"),
    [("apache-2.0", APACHE), ("mit", MIT), ("bsd-3-clause", BSD_3)],
    ids=lambda given: given[:12],
)
def test_the_words_of_a_text_are_those_that_were_kept(licence_id: str, text: str) -> None:
    for form in build.forms(build.Found(id=licence_id, of="licence", words=[]), text):
        held(form.id, form.of, form.words)


@needs_copies
def test_the_words_of_every_publishers_copy_are_those_that_were_kept() -> None:
    assert {path.name for path in FOLDER.iterdir()} == _files("texts")
    for form in build.distinct(build.listed({"texts": FOLDER})):
        held(form.id, form.of, form.words)


@needs_lists
def test_the_whole_is_what_the_script_makes_of_every_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "--texts", FOLDER, "--spdx", SPDX, "--scancode", SCANCODE, "--out", tmp_path)
    for name in (*NAMES, "grams.bin"):
        assert (tmp_path / name).read_bytes() == (build.FOLDER / name).read_bytes(), (
            "run scripts/build_licence_index.py"
        )


def _files(source: str) -> set[str]:
    rows = [line.split("\t") for line in build.TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    return {row[1] for row in rows if row[0] == source}
