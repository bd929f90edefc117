from __future__ import annotations

import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats.package_metadata import read
from hilt.knowledge.licences.metadata import of_card, of_debian, of_package, of_r
from hilt.knowledge.licences.works import Claim, Part
from licence_texts import MIT


def package(*fields: str) -> list[Claim]:
    data = "\n".join(("Metadata-Version: 2.1", "Name: x", *fields)) + "\n"
    return list(of_package(read(MemorySource(data.encode()), Limits()), "METADATA"))


def ids(claims: list[Claim]) -> list[tuple[str, ...]]:
    return [claim.ids or claim.unknown for claim in claims]


@pytest.mark.parametrize(
    ("front", "meant"),
    [
        ({"license": "apache-2.0"}, [("apache-2.0",)]),
        ({"license": ["mit", "apache-2.0"]}, [("mit", "apache-2.0")]),
        ({"license": "other", "license_name": "llama3.1"}, [("llama3.1",)]),
        ({"license": "other", "license_name": "mine", "license_link": "LICENSE"}, [("mine",)]),
        ({"license": "other"}, [("other",)]),
        ({"license": [1, {"a": "b"}]}, [("1", "{'a': 'b'}")]),
        ({"license": "AGPL-3.0 License (https://ultralytics.com/license)"}, [("agpl-3.0",)]),
        ({"license": "Apache 2.0 (see LICENSE)"}, [("apache-2.0",)]),
        ({"license": "https://creativecommons.org/licenses/by/4.0/"}, [("cc-by-4.0",)]),
        ({"license": "unknown"}, []),
        ({"license": None}, []),
        ({"license": None, "license_name": "cc-by-nc-4.0"}, [("cc-by-nc-4.0",)]),
        ({"License": "cc-by-nc-4.0"}, [("cc-by-nc-4.0",)]),
        ({"license": "mit", "Licence": "cc-by-nc-4.0"}, [("mit",), ("cc-by-nc-4.0",)]),
        ({"license": "mit", "tags": ["x", "license:cc-by-nc-4.0", 1]}, [("mit",), ("cc-by-nc-4.0",)]),
        ({"license": "mit?"}, [("mit?",)]),
        ({"license": "mit", "extra_gated_prompt": "Welcome. For research only."}, [("mit",), ("For research only.",)]),
        ({"license": "cc-by-nc-4.0", "extra_gated_prompt": "For research only."}, [("cc-by-nc-4.0",)]),
        ({"license": []}, []),
        ({}, []),
    ],
)
def test_a_card_names_its_licence_in_three_fields(front: dict[str, object], meant: list[tuple[str, ...]]) -> None:
    assert ids(list(of_card(front, "README.md"))) == meant


def test_ten_thousand_names_are_not_read_to_the_end_and_that_is_said() -> None:
    [claim] = of_card({"license": [f"l{number}" for number in range(10_000)]}, "README.md")
    assert len(claim.unknown) == 33
    assert claim.unknown[-1] == "and 9968 more"


def test_a_package_names_its_licence_in_fields_and_classes() -> None:
    assert ids(package("License-Expression: MIT OR Apache-2.0")) == [("mit", "apache-2.0")]
    assert package("License-Expression: MIT OR Apache-2.0")[0].choice
    assert ids(package("License: Apache 2.0", "Classifier: License :: OSI Approved :: MIT License")) == [
        ("apache-2.0",),
        ("mit",),
    ]
    assert ids(package("License: UNKNOWN", "Classifier: License :: OSI Approved", "Classifier: Topic :: X")) == []


def test_a_field_may_hold_the_whole_text() -> None:
    text = MIT.format(holder="2024 A").replace("\n", "\n        ")
    assert ids(package(f"License: {text}")) == [("mit",)]
    assert ids(package("License: all rights are mine " + "and mine " * 100))[0][0].startswith("all rights are mine")


DEBIAN = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: A
License: Boost-Software-License-1.0

Files: other/*
License: GPL-2.0+

Files: models/face.dat models/more.dat
License: MyMIT
{text}
"""


def test_a_debian_file_speaks_of_all_files_and_of_the_weights_that_it_names() -> None:
    text = "\n".join(f" {line}" if line else " ." for line in MIT.format(holder="A").splitlines())
    claims = list(of_debian(DEBIAN.replace("{text}", text), "copyright", frozenset({"face.dat"})))
    assert [(claim.part, claim.ids) for claim in claims] == [(Part.WHOLE, ("bsl-1.0",)), (Part.MODEL, ("mit",))]
    assert len(list(of_debian(DEBIAN, "copyright", frozenset()))) == 1


def test_an_r_package_may_leave_it_to_a_file() -> None:
    assert ids(list(of_r("Package: x\nLicense: GPL-3 | file LICENSE\n", "DESCRIPTION"))) == [("gpl-3.0",)]
    assert list(of_r("Package: x\nLicense: file LICENSE\n", "DESCRIPTION")) == []
    assert list(of_r("A description of a model.\n", "DESCRIPTION")) == []
