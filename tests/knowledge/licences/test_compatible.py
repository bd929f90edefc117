from __future__ import annotations

import pytest

from hilt.knowledge.licences import compatible
from hilt.knowledge.licences.compatible import clash, lacking, meets
from hilt.knowledge.licences.licence import ids, licence


def test_the_table_speaks_of_licences_of_the_pack() -> None:
    named = set(compatible._INTO) | {one for those in compatible._INTO.values() for one in those}
    assert named <= set(ids())


@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        ("cc-by-sa-4.0", "gpl-3.0", True),
        ("gpl-3.0", "cc-by-sa-4.0", False),
        ("gpl-2.0-or-later", "agpl-3.0", True),
        ("agpl-3.0", "gpl-3.0", False),
        ("agpl-3.0", "mit", False),
        ("lgpl-2.1-or-later", "gpl-3.0", True),
        ("cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", True),
        ("cc-by-nc-sa-4.0", "cc-by-sa-4.0", False),
    ],
)
def test_compatibility_goes_one_way(asked: str, offered: str, *, expected: bool) -> None:
    assert meets(asked, [offered]) is expected


def test_no_licence_clashes_with_itself_and_a_clash_has_no_direction() -> None:
    some = [licence(one) for one in ids()]
    for one in some:
        assert not clash(one, one)
        assert lacking(one, [one]) == ()
        for other in some:
            assert clash(one, other) == clash(other, one)


def test_permissive_licences_clash_with_none() -> None:
    for free in ("mit", "apache-2.0", "bsd-3-clause", "cc-by-4.0"):
        assert not any(clash(licence(free), licence(other)) for other in ids()), free


def test_gates_of_a_kind_are_lacking_and_research_covers_commerce() -> None:
    assert lacking(licence("llama3.1"), [licence("mit")]) == ("users", "use-policy")
    assert lacking(licence("llama3.1"), [licence("llama3.2")]) == ()
    assert lacking(licence("cc-by-nc-4.0"), [licence("exaone-1.1-nc")]) == ()
    assert lacking(licence("mit"), []) == ()
