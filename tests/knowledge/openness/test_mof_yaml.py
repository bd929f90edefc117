from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.knowledge.openness.components import COMPONENTS
from hilt.knowledge.openness.mof_yaml import KINDS, Part, Release, is_release, read, write
from knowledge.openness import releases
from workplace import SHARED

FRAMEWORK = SHARED / "data" / "mof"
GOOD = releases.text({"architecture": "Apache-2.0", "model_card": None}, distribution="MIT")


def changed(*path: str | int, to: object) -> str:
    document = yaml.safe_load(GOOD)
    place = document
    for key in path[:-1]:
        place = place[key]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return yaml.safe_dump(document, sort_keys=False)


def test_a_licence_of_its_own_goes_before_that_of_its_type_and_that_before_the_distribution() -> None:
    told = releases.text(
        {"architecture": "Apache-2.0", "training_code": None, "model_card": None, "data_card": "unlicensed"},
        distribution="MIT",
        code="ISC",
    )
    assert read(told, Limits()).held() == {
        "architecture": ("Apache-2.0",),
        "training_code": ("ISC",),
        "model_card": ("MIT",),
        "data_card": (),
    }


def test_a_release_without_licences_may_write_an_empty_list_as_php_does() -> None:
    assert read(changed("release", "license", to=[]), Limits()).held()["model_card"] == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed("framework", "name", to="Another"), "framework.name"),
        (changed("framework", "version", to=None), "framework.version: this key is missing"),
        (changed("framework", "date", to="soon"), "framework.date: 'soon' is no day"),
        (changed("release", to=None), "release: keys are needed here"),
        (changed("release", "producer", to=None), "release.producer: this key is missing"),
        (changed("release", "name", to=""), "release.name: a name is needed here"),
        (changed("release", "name", to=["x"]), "release.name: a text is needed here"),
        (changed("release", "type", to="smell"), "release.type: 'smell' is none of language"),
        (
            changed("release", "license", "all", to={"name": "MIT"}),
            "release.license.all: this key does not belong here",
        ),
        (changed("release", "license", "code", to="MIT"), "release.license.code: keys are needed here"),
        (changed("release", "components", to="all"), "release.components: a list is needed here"),
        (
            changed("release", "components", 0, "name", to="Weights"),
            "release.components[0].name: 'Weights' is no component",
        ),
        (changed("release", "components", 1, "name", to="Model architecture"), "release.components[1].name"),
        (changed("release", "components", 0, "licence", to="MIT"), "release.components[0].licence: this key does not"),
        (changed("extra", to="x"), "extra: this key does not belong here"),
        (GOOD + "release: {}\n", "release: this key occurs twice (line"),
        (GOOD.replace("producer: Acme", "producer: !!python/name:os.system"), "release.producer: tags such as"),
        (GOOD.replace("producer: Acme", "producer: &a Acme").replace("contact: ''", "contact: *a"), "aliases"),
        ("", "the file is empty"),
        ("- 1\n", "the file: keys are needed here"),
        ("a: [", "not YAML"),
        ("a: " + "[" * 50 + "]" * 50, "levels inside each other"),
        ("? [a]\n: b\n", "the file: a key is a plain word (line 1)"),
        ("a: \x1b\n", "not YAML: "),
        (GOOD + "a: 'b\n", "not YAML: found unexpected end of stream in line"),
        (changed("framework", "date", to="2024-W50-7"), "framework.date: '2024-W50-7' is no day"),
        (GOOD.replace("'2026-01-31'", "2026-13-01"), "release.date: '2026-13-01' is no day"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(text: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text, Limits())
    assert said in str(caught.value)


@pytest.mark.reaches("yaml_nodes")
def test_a_file_of_too_many_values_is_refused() -> None:
    with pytest.raises(FormatError, match="yaml_nodes"):
        read(GOOD, Limits(yaml_nodes=10))


PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp"), exclude_characters="\ufeff\x85"),
    max_size=30,
)
PARTS = st.lists(
    st.builds(
        Part,
        component=st.sampled_from([one.id for one in COMPONENTS]),
        licence=st.none() | st.sampled_from(["", "MIT", "CC-BY-NC-4.0", "no", "1.0"]),
        licence_path=PLAIN,
        path=PLAIN,
        description=PLAIN.filter(bool),
    ),
    unique_by=lambda part: part.component,
)
RELEASES = st.builds(
    Release,
    name=PLAIN.filter(bool),
    producer=PLAIN,
    licences=st.dictionaries(st.sampled_from(KINDS), st.tuples(st.sampled_from(["MIT", "CC0-1.0"]), PLAIN)),
    parts=PARTS.map(tuple),
    about=st.fixed_dictionaries({"version": PLAIN, "type": st.sampled_from(["language", "3d", ""])}),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RELEASES)
def test_what_is_written_is_read_the_same(release: Release) -> None:
    assert read(write(release), Limits()) == release
    assert is_release(yaml.safe_load(write(release)))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200) | st.lists(st.sampled_from(list("-:?[]{}&*!|>'\"\n a"))).map("".join))
def test_any_text_is_an_error_that_says_why(text: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text, Limits())
    assert str(caught.value)


def test_every_prefix_of_a_file_is_a_release_or_an_error() -> None:
    for end in range(len(GOOD)):
        try:
            read(GOOD[:end], Limits())
        except FormatError:
            continue


@pytest.mark.skipif(
    not FRAMEWORK.is_dir(), reason="the framework's schema is not here: what is written was not held against it"
)
def test_what_is_written_is_valid_by_the_schema_of_the_framework() -> None:
    import json

    import jsonschema

    schema = json.loads((FRAMEWORK / "mof_schema.json").read_text())
    for path in sorted((FRAMEWORK / "tests").glob("*.yml")):
        release = read(path.read_text(), Limits())
        jsonschema.validate(yaml.safe_load(write(release)), schema)
        assert read(write(release), Limits()) == release
