"""Texts in `LICENSES/`, as REUSE has them, are heard, and of what they are as far as a file says so."""

from __future__ import annotations

import pytest

from hilt.checks.rights.licence_disagreement import CHECK as DISAGREEMENT
from hilt.checks.rights.licence_terms import CHECK as TERMS
from hilt.checks.rights.licence_text_missing import CHECK as MISSING
from hilt.checks.rights.licence_unknown import CHECK as UNKNOWN
from hilt.knowledge.licences.reuse import id_of
from licence_texts import APACHE, MIT
from offered import WEIGHTS, found, stated

BOTH = {
    "LICENSES/MIT.txt": MIT.format(holder="2024 A"),
    "LICENSES/Apache-2.0.txt": APACHE,
    "w.safetensors": WEIGHTS,
}
ANNOTATION = '[[annotations]]\npath = {path}\nSPDX-License-Identifier = "{licence}"\n'


def annotated(path: str, licence: str) -> str:
    return "version = 1\n" + ANNOTATION.format(path=path, licence=licence)


def licences(files: dict[str, str | bytes]) -> object:
    return stated(TERMS, files).get("rights.licences")


def test_all_texts_hold_at_once_where_nothing_says_of_what_they_are() -> None:
    assert licences(BOTH) == ("apache-2.0", "mit")
    assert [*found(DISAGREEMENT, BOTH), *found(UNKNOWN, BOTH), *found(MISSING, BOTH)] == []


def test_the_text_of_the_root_agrees_with_a_copy_of_it_and_a_card_that_says_another_licence_does_not() -> None:
    assert found(DISAGREEMENT, BOTH | {"LICENSE": APACHE}) == []
    assert len(found(DISAGREEMENT, BOTH | {"README.md": "---\nlicense: gpl-3.0\n---\n"})) == 1


@pytest.mark.parametrize("path", ['"**"', '["docs/x", "*.safetensors"]', '"w.safetensors"'])
def test_the_licence_of_the_weights_is_that_of_their_annotation(path: str) -> None:
    assert licences(BOTH | {"REUSE.toml": annotated(path, "Apache-2.0")}) == ("apache-2.0",)


def test_an_annotation_of_other_files_tells_nothing_of_the_weights() -> None:
    assert licences(BOTH | {"REUSE.toml": annotated('"docs/**"', "MIT")}) == ("apache-2.0", "mit")


def test_an_annotation_that_leaves_some_of_the_weights_out_leaves_all_texts_standing() -> None:
    some = BOTH | {"v.safetensors": WEIGHTS, "REUSE.toml": annotated('"w.safetensors"', "Apache-2.0")}
    assert licences(some) == ("apache-2.0", "mit")


def test_the_older_file_of_reuse_tells_the_same() -> None:
    stanza = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: MIT\n"
    assert licences(BOTH | {".reuse/dep5": stanza}) == ("mit",)


def test_weights_under_stricter_terms_than_everything_else_are_told_with_the_line() -> None:
    text = annotated('"**"', "MIT") + ANNOTATION.format(path='"*.safetensors"', licence="CC-BY-NC-4.0")
    [one] = found(DISAGREEMENT, {"REUSE.toml": text, "w.safetensors": WEIGHTS})
    assert one.message.startswith("the package says MIT License (REUSE.toml:4), but its models are under Creative")
    assert one.where.line == 7


def test_a_text_that_is_not_what_its_name_says_is_told() -> None:
    [one] = found(DISAGREEMENT, {"LICENSES/MIT.txt": APACHE, "w.safetensors": WEIGHTS})
    assert "LICENSES/MIT.txt is Apache License 2.0; LICENSES/MIT.txt says MIT License" in one.message


def test_a_text_of_ones_own_is_not_lost() -> None:
    own = "You may use it for research purposes only. No commercial use is permitted.\n" * 9
    [one] = found(UNKNOWN, BOTH | {"LICENSES/LicenseRef-Acme.txt": own})
    assert one.where.path == "LICENSES/LicenseRef-Acme.txt"


def test_a_project_file_of_reuse_that_is_broken_leaves_all_texts_standing() -> None:
    assert licences(BOTH | {"REUSE.toml": "[[annotations"}) == ("apache-2.0", "mit")
    odd = "annotations = [1, {path = 1}, {SPDX-License-Identifier = [2]}]"
    assert licences(BOTH | {"REUSE.toml": odd}) == ("apache-2.0", "mit")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("LICENSES/MIT.txt", "MIT"),
        ("a/LICENSES/GPL-3.0-or-later.txt", "GPL-3.0-or-later"),
        ("LICENSES/LicenseRef-X.txt", "LicenseRef-X"),
        ("LICENSES/libfoo.txt", ""),
        ("LICENSES/NUMPY_LICENSE", ""),
        ("licenses/MIT.txt", ""),
        ("MIT.txt", ""),
    ],
)
def test_a_text_of_reuse_is_called_by_an_id(path: str, said: str) -> None:
    assert id_of(path) == said
