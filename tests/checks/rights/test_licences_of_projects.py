"""What the files of a project say of its licence is held beside what cards and texts say."""

from __future__ import annotations

import pytest

from hilt.checks.rights.licence_disagreement import CHECK as DISAGREEMENT
from hilt.checks.rights.licence_terms import CHECK as TERMS
from hilt.checks.rights.licence_unknown import CHECK as UNKNOWN
from hilt.core.fact import Known
from hilt.core.rights import Term
from hilt.knowledge.licences.manifests import LONGEST
from licence_texts import APACHE
from offered import WEIGHTS, found, offered, stated

CITATION = "cff-version: 1.2.0\ntitle: X\nlicense: {licence}\n"
PROJECT = '[project]\nname = "x"\nlicense = "{licence}"\n'


@pytest.mark.parametrize(("name", "text"), [("CITATION.cff", CITATION), ("pyproject.toml", PROJECT)])
def test_the_licence_of_a_project_alone_is_that_of_the_subject(name: str, text: str) -> None:
    files = {name: text.format(licence="CC-BY-NC-4.0"), "w.safetensors": WEIGHTS}
    assert stated(TERMS, files)["rights.licences"] == ("cc-by-nc-4.0",)
    terms = [seen for seen in TERMS.run(offered(files)) if isinstance(seen, Term)]
    assert [(term.id, term.source, term.known) for term in terms] == [("commercial", name, Known.CLAIMED)]


@pytest.mark.parametrize(("name", "text"), [("CITATION.cff", CITATION), ("pyproject.toml", PROJECT)])
def test_a_project_that_says_another_licence_than_the_text_is_told_with_its_line(name: str, text: str) -> None:
    files = {"LICENSE": APACHE, "w.safetensors": WEIGHTS}
    assert found(DISAGREEMENT, files | {name: text.format(licence="Apache-2.0")}) == []
    [one] = found(DISAGREEMENT, files | {name: text.format(licence="GPL-3.0-only")})
    assert (one.where.path, one.where.line) == (name, 3)


def test_a_name_that_nobody_knows_is_told_with_its_line() -> None:
    [one] = found(UNKNOWN, {"CITATION.cff": CITATION.format(licence="Acme-1.0"), "w.safetensors": WEIGHTS})
    assert "'Acme-1.0'" in one.message
    assert one.where.line == 3


def test_the_project_of_a_folder_that_came_along_is_none_of_the_subject() -> None:
    files = {"vendor/pyproject.toml": PROJECT.format(licence="GPL-3.0-only"), "w.safetensors": WEIGHTS}
    assert "rights.licences" not in stated(TERMS, files)


def test_a_project_file_that_is_too_long_is_a_gap() -> None:
    long = PROJECT.format(licence="MIT") + "#" * LONGEST
    gaps = [seen for seen in TERMS.run(offered({"pyproject.toml": long})) if not isinstance(seen, Term)]
    assert [getattr(gap, "path", "") for gap in gaps] == ["pyproject.toml"]
