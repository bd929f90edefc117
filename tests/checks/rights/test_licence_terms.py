from __future__ import annotations

import pytest

from hilt.checks.rights.licence_terms import CHECK
from hilt.core.fact import Known
from hilt.core.report import Gap
from hilt.core.rights import Obligation, Term
from licence_texts import APACHE, MIT
from offered import WEIGHTS, offered, stated

CARD = "---\nlicense: {licence}\n---\n# Chatty\n"
NOTICE_WORDS = "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright (C) Meta Platforms, Inc. All Rights Reserved."
LLAMA = {"README.md": CARD.format(licence="llama3.1"), "w.safetensors": WEIGHTS}


def terms(files: dict[str, str | bytes], reference: str = "memory") -> list[Term]:
    return [seen for seen in CHECK.run(offered(files, reference)) if isinstance(seen, Term)]


def obligations(files: dict[str, str | bytes], reference: str = "memory") -> dict[str, Obligation]:
    return {seen.id: seen for seen in CHECK.run(offered(files, reference)) if isinstance(seen, Obligation)}


def test_the_licences_of_a_subject_and_what_they_come_to_are_facts() -> None:
    assert stated(CHECK, {"LICENSE": APACHE, "README.md": CARD.format(licence="mit")}) == {
        "rights.licences": ("apache-2.0", "mit"),
        "rights.grants": ("modify", "sell", "share", "use"),
        "rights.open_licence": True,
        "rights.eu_open_source": True,
        "rights.share_alike": False,
    }
    found = stated(CHECK, LLAMA)
    assert (found["rights.open_licence"], found["rights.eu_open_source"]) == (False, False)


def test_nothing_is_known_of_a_subject_that_names_no_licence() -> None:
    assert stated(CHECK, {"w.safetensors": WEIGHTS}) == {}


def test_a_text_that_is_unknown_leaves_open_what_all_of_them_come_to() -> None:
    found = stated(CHECK, {"README.md": CARD.format(licence="mit"), "LICENSE": "You may look at it. " * 30})
    assert found["rights.licences"] == ("mit",)
    assert found["rights.open_licence"] is None
    assert "rights.grants" not in found


def test_what_the_grant_depends_on_is_a_term_with_its_condition() -> None:
    users = next(term for term in terms(LLAMA) if term.id == "users")
    assert users.licence == "llama3.1"
    assert users.needs == "profile.users <= 700000000"
    assert (users.source, users.known, users.of) == ("README.md", Known.CLAIMED, "")


def test_a_copy_a_notice_and_displayed_words_are_done_where_a_file_shows_them() -> None:
    before = obligations(LLAMA)
    assert (before["licence-copy"].done, before["notice"].done, before["display"].done) == (False, False, None)
    readme = LLAMA["README.md"] + "\nBuilt with Llama\n"
    after = obligations({**LLAMA, "README.md": readme, "NOTICE": NOTICE_WORDS})
    assert (after["notice"].done, after["notice"].where) == (True, "NOTICE")
    assert (after["display"].done, after["display"].where) == (True, "README.md")
    copy = obligations({"LICENSE": APACHE})["licence-copy"]
    assert (copy.done, copy.where) == (True, "LICENSE")


@pytest.mark.parametrize(
    ("reference", "done"),
    [
        ("hf:acme/Llama-3.1-Chatty", True),
        ("hf:acme/Chatty@main", False),
        ("/x/hub/models--acme--Chatty/snapshots/0123", False),
        ("/x/models/Chatty", None),
    ],
)
def test_a_name_counts_only_where_the_model_is_offered_under_it(reference: str, done: bool | None) -> None:
    assert obligations(LLAMA, reference)["name-prefix"].done is done


def test_copyright_lines_and_notices_are_what_must_be_carried() -> None:
    carried = obligations({"LICENSE": APACHE, "NOTICE": "Chatty\nCopyright 2024 Ada\n"})["attribution"]
    assert carried.words.endswith("Chatty\nCopyright 2024 Ada")
    assert obligations({"LICENSE": MIT.format(holder="2024 Ada")})["licence-copy"].words == "Copyright (c) 2024 Ada"


def test_of_an_unknown_text_the_clauses_are_terms_under_its_path() -> None:
    own = "You may use the weights for non-commercial purposes only.\n" * 2
    [term] = [term for term in terms({"LICENSE": own, "w.safetensors": WEIGHTS}) if term.id == "commercial"]
    assert (term.licence, term.needs) == ("LICENSE", "!profile.commercial")


def test_a_condition_for_models_that_see_is_none_of_one_that_reads_text_alone() -> None:
    def territory(architecture: str) -> list[str]:
        config = f'{{"architectures": ["{architecture}"]}}'
        files = {"README.md": CARD.format(licence="llama3.2"), "config.json": config}
        return [term.id for term in terms(files) if term.id == "territory"]

    assert territory("LlamaForCausalLM") == []
    assert territory("MllamaForConditionalGeneration") == ["territory"]


def test_a_folder_with_a_licence_of_its_own_has_terms_of_its_own() -> None:
    files = {
        "LICENSE": APACHE,
        "a/w.safetensors": WEIGHTS,
        "b/w.safetensors": WEIGHTS,
        "b/README.md": CARD.format(licence="cc-by-nc-4.0"),
    }
    assert {(term.licence, term.of) for term in terms(files)} == {("cc-by-nc-4.0", "b")}


def test_files_that_are_too_many_to_be_read_are_told() -> None:
    files: dict[str, str | bytes] = {
        f"LICENSE.{number}": f"You may look at it {number} times." for number in range(205)
    }
    gaps = [seen for seen in CHECK.run(offered(files)) if isinstance(seen, Gap)]
    assert len(gaps) == 5
