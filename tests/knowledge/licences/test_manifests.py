from __future__ import annotations

import pytest

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.knowledge.licences.manifests import LONGEST, of_citation, of_pyproject
from hilt.knowledge.licences.works import Claim
from licence_texts import MIT


def citation(*lines: str) -> list[Claim]:
    return list(of_citation("\n".join(("cff-version: 1.2.0", "title: X", *lines)), "CITATION.cff", Limits()))


def pyproject(text: str) -> list[Claim]:
    return list(of_pyproject(text, "pyproject.toml"))


def ids(claims: list[Claim]) -> list[tuple[str, ...]]:
    return [claim.ids or claim.unknown for claim in claims]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("license: Apache-2.0", [("apache-2.0",)]),
        ('"license": CC-BY-NC-4.0', [("cc-by-nc-4.0",)]),
        ("license: [MIT, Apache-2.0]", [("mit", "apache-2.0")]),
        ("license: Our-Own", [("Our-Own",)]),
        ("license-url: https://creativecommons.org/licenses/by-nc/4.0/", [("cc-by-nc-4.0",)]),
        ("license-url: https://example.org/terms", [("https://example.org/terms",)]),
        ("license: {a: b}", [("{'a': 'b'}",)]),
        ("license:", []),
        ("message: cite us", []),
        ("keywords: [a", []),
    ],
)
def test_a_citation_file_names_its_licence_by_an_id_a_list_or_a_link(line: str, meant: list[tuple[str, ...]]) -> None:
    found = citation(line)
    assert ids(found) == meant
    assert [claim.line for claim in found] == [3] * len(meant)


def test_any_licence_of_the_list_of_a_citation_file_may_be_chosen() -> None:
    assert citation("license: [MIT, Apache-2.0]")[0].choice
    assert not citation("license: [MIT]")[0].choice


def test_a_citation_file_that_is_no_yaml_still_says_what_stands_in_its_lines() -> None:
    [found] = citation("license: 'CC-BY-NC-4.0'  # for now", "title: a: b: [")
    assert (found.ids, found.line) == (("cc-by-nc-4.0",), 3)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('[project]\nlicense = "MIT OR Apache-2.0"', [("mit", "apache-2.0")]),
        ('[project]\nlicense = {text = "CC BY-NC 4.0"}', [("cc-by-nc-4.0",)]),
        ('[project.license]\ntext = "MIT"', [("mit",)]),
        ('[project]\nlicense.text = "MIT"', [("mit",)]),
        ('[project]\nlicense = {file = "LICENSE"}', []),
        ('[project]\nlicense-expression = "AGPL-3.0-only"', [("agpl-3.0",)]),
        ('[project]\nlicense = ["MIT", 1]', [("mit",)]),
        ('[project]\nlicense = "Our own"', [("Our own",)]),
        ('[tool.poetry]\nlicense = "MIT"', [("mit",)]),
        ('[tool.flit.metadata]\nlicense = "MIT"', [("mit",)]),
        ('[tool.other]\nlicense = "MIT"', []),
        ('project = "license"', []),
        ("", []),
    ],
)
def test_a_project_file_names_its_licence_where_its_tools_look(text: str, meant: list[tuple[str, ...]]) -> None:
    assert ids(pyproject(text)) == meant


def test_classifiers_and_whole_texts_are_heard_with_their_lines() -> None:
    whole = MIT.format(holder="2024 A")
    found = pyproject(
        f'[project]\nlicense = {{text = """{whole}"""}}\nclassifiers = [\n'
        '  "Topic :: X",\n  "License :: OSI Approved :: Apache Software License",\n]\n'
    )
    assert ids(found) == [("mit",), ("apache-2.0",)]
    assert [claim.line for claim in found] == [2, whole.count("\n") + 5]


@pytest.mark.parametrize("text", ["[project", "a = " + "[" * 50_000, "\0", "a." * 50_000 + "a = 1"])
def test_what_is_no_toml_is_an_error_of_the_format(text: str) -> None:
    with pytest.raises(FormatError, match="not TOML"):
        pyproject(text)


def test_many_classifiers_and_the_longest_file_take_no_long_time() -> None:
    many = "[project]\nclassifiers = [" + '"License :: OSI Approved :: MIT License",\n' * (LONGEST // 44) + "]"
    assert len(pyproject(many)) <= 32
    assert citation(" " * LONGEST, "license: MIT")[0].ids == ("mit",)
