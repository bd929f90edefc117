from __future__ import annotations

import pytest

from hilt.knowledge.licences.places import FileKind, Places, file_kind, part_of_name
from hilt.knowledge.licences.works import Part


def test_a_licence_belongs_to_the_subject_or_to_a_folder_with_some_of_the_weights() -> None:
    formats = {
        "LICENSE": "licence",
        "a/w.bin": "gguf",
        "b/LICENSE": "licence",
        "b/w.bin": "gguf",
        "vendor/LICENSE": "licence",
    }
    places = Places(formats)
    assert places.home("LICENSE") == ""
    assert places.home("b/LICENSE") == "b"
    assert places.home("vendor/LICENSE") is None


def test_a_folder_with_all_the_weights_and_the_metadata_of_a_package_belong_to_the_subject() -> None:
    formats = {"x-1.0.dist-info/licenses/LICENSE": "licence", "x/model/w.bin": "gguf", "x/model/LICENSE": "licence"}
    assert [Places(formats).home(path) for path in formats] == ["", "", ""]


def test_one_folder_around_everything_is_the_root() -> None:
    formats = {"repo-main/README.md": "text", "repo-main/a/w.bin": "gguf", "repo-main/b/w.bin": "gguf"}
    assert Places(formats).home("repo-main/LICENSE") == ""
    assert Places({}).home("LICENSE") == ""


def test_members_of_an_archive_stand_in_it_as_in_a_folder() -> None:
    formats = {"LICENSE": "licence", "w.gguf": "gguf", "m.zip!/LICENSE": "licence", "m.zip!/w.bin": "gguf"}
    assert Places(formats).home("m.zip!/LICENSE") == "m.zip!"


@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("LICENSE", FileKind.LICENCE, Part.WHOLE),
        ("LICENSE-MODEL", FileKind.LICENCE, Part.MODEL),
        ("LICENSE-CODE", FileKind.LICENCE, Part.CODE),
        ("dataset_licence.txt", FileKind.LICENCE, Part.DATA),
        ("data-license.md", FileKind.LICENCE, Part.DATA),
        ("NOTICE.md", FileKind.NOTICE, Part.WHOLE),
        ("LICENSES_SOURCES", FileKind.NOTICE, Part.DATA),
        ("THIRD_PARTY_LICENSES", FileKind.NOTICE, Part.WHOLE),
        ("USE_POLICY.md", FileKind.POLICY, Part.WHOLE),
    ],
)
def test_a_name_says_what_a_file_is_for(name: str, kind: FileKind, part: Part) -> None:
    assert (file_kind(name), part_of_name(name)) == (kind, part)
