from __future__ import annotations

from hilt.knowledge.licences.agreement import agree, asks_more, disagreements, taken, unknown
from hilt.knowledge.licences.works import Claim, How, Part


def claim(how: How, *ids: str, part: Part = Part.WHOLE, choice: bool = False, path: str = "") -> Claim:
    return Claim(said=" ".join(ids), path=path or how.value, how=how, ids=ids, part=part, choice=choice)


def test_a_choice_agrees_with_the_one_that_was_taken_and_a_list_with_its_parts() -> None:
    assert agree(("mit", "apache-2.0"), ("mit",))
    assert agree(("gpl-3.0",), ("gpl-3.0-or-later",))
    assert not agree(("mit",), ("apache-2.0",))
    assert not agree(("mit", "zlib"), ("mit", "apache-2.0"))


def test_sources_that_contradict_each_other_are_one_disagreement_that_names_each_once() -> None:
    claims = [
        claim(How.TEXT, "mit", path="LICENSE"),
        claim(How.TEXT, "apache-2.0", path="LICENSE.txt"),
        claim(How.TEXT, "gpl-3.0", path="COPYING"),
        claim(How.CARD, "mit"),
    ]
    [found] = disagreements(claims)
    assert [one.path for one in found.claims] == ["LICENSE", "LICENSE.txt", "COPYING"]
    assert not found.stricter


def test_a_package_that_asks_less_than_its_models_is_told_and_one_that_asks_as_much_is_not() -> None:
    package = claim(How.PACKAGE, "apache-2.0")
    [found] = disagreements([claim(How.PROSE, "cc-by-nc-sa-4.0", part=Part.MODEL), package])
    assert found.stricter
    assert [one.ids for one in found.claims] == [("apache-2.0",), ("cc-by-nc-sa-4.0",)]
    assert disagreements([claim(How.PROSE, "mit", part=Part.MODEL), package]) == []


def test_a_header_speaks_against_a_card_and_headers_of_two_files_not_against_each_other() -> None:
    one = claim(How.HEADER, "mit", part=Part.MODEL, path="a.gguf")
    other = claim(How.HEADER, "apache-2.0", part=Part.MODEL, path="b.gguf")
    assert disagreements([one, other]) == []
    assert len(disagreements([one, claim(How.CARD, "llama3.1")])) == 1


def test_texts_whose_names_say_what_they_are_stand_side_by_side() -> None:
    mit = claim(How.TEXT, "mit", path="LICENSE-MIT")
    assert disagreements([mit, claim(How.TEXT, "apache-2.0", path="LICENSE-APACHE")]) == []
    assert len(disagreements([mit, claim(How.TEXT, "apache-2.0", path="COPYING")])) == 1


def test_data_sets_may_each_have_their_own() -> None:
    assert disagreements([claim(How.PROSE, "mit", part=Part.DATA), claim(How.PROSE, "cc0-1.0", part=Part.DATA)]) == []


def test_all_that_is_named_holds_and_of_a_choice_what_asks_least() -> None:
    named = [claim(How.TEXT, "apache-2.0"), claim(How.PROSE, "cc-by-nc-4.0", part=Part.MODEL)]
    assert taken(named) == ("apache-2.0", "cc-by-nc-4.0")
    assert taken([claim(How.PACKAGE, "gpl-3.0", "mit", choice=True)]) == ("mit",)
    assert taken([claim(How.PACKAGE, "gpl-3.0", "mit", choice=True), claim(How.TEXT, "gpl-3.0")]) == ("mit",)
    assert taken([claim(How.PROSE, "cc-by-nc-4.0", part=Part.DATA)]) == ()


def test_a_name_that_means_nothing_does_not_matter_beside_the_text_of_a_known_licence() -> None:
    name = Claim(said="BSD", path="METADATA", how=How.PACKAGE, unknown=("BSD",))
    assert unknown([name]) == ("BSD",)
    assert unknown([name, claim(How.TEXT, "bsd-3-clause")]) == ()


def test_asking_more_is_a_condition_or_a_duty_that_the_other_lacks() -> None:
    assert asks_more(("apache-2.0",), ("mit",))
    assert not asks_more(("mit",), ("apache-2.0",))
    assert not asks_more(("no such licence",), ("mit",))
