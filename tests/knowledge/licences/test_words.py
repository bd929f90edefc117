from __future__ import annotations

import pytest

from hilt.knowledge.licences.identify import identify
from hilt.knowledge.licences.words import MOST_CHARACTERS, words
from licence_texts import APACHE, bsd_3, mit

STATEMENTS = (
    "Copyright (c) 2024 Foo. Redistribution needs written consent.",
    "COPYRIGHT (C) 2024 FOO. REDISTRIBUTION NEEDS WRITTEN CONSENT.",
    "Copyright (c) 2024 Foo, students and hobbyists exclusively",
    "Copyright 2024 Foo - redistribution by arrangement with the author",
    "(c) 2024 Foo. Companies contact sales@foo.example beforehand.",
    "Copyright (c) 2024 Foo, hedge funds and oil firms apart",
    "Copyright (c) 2024 Foo, €5 each",
    "Copyright (c) 2024 Foo, \u0421ompanies pay \u00ad5 percent",
)
"""Copyright lines that say more than whose the rights are."""
HOLDERS = (
    "Copyright (c) 2015 holger krekel (rather uses bitbucket/hpk42)",
    "Copyright (c) 2014, Saurabh Kumar (python-dotenv), 2013, Ted Tieken (django-dotenv-rw)",
    "Copyright (c) 2011 by the Werkzeug Team, see AUTHORS for more details.",
    "Copyright 2016 Amazon.com, Inc. or its affiliates. All Rights Reserved.",
    "Copyright (c) 1994-2024 various authors, see <https://example.org/authors> and file AUTHORS",
)
"""Copyright lines as packages have them."""


@pytest.mark.parametrize("line", STATEMENTS)
def test_a_copyright_line_that_is_a_sentence_as_well_is_read(line: str) -> None:
    assert identify(f"{line}\n\n{mit()}").kind == "variant"
    assert identify(f"{APACHE}\n\n{line}\n").kind == "variant"


@pytest.mark.parametrize("line", HOLDERS)
def test_a_copyright_line_that_only_tells_whose_the_rights_are_is_none_of_the_words(line: str) -> None:
    assert identify(mit().replace("Copyright (c)", f"{line}\nCopyright (c)", 1)).kind == "exact"


def test_a_holder_to_whom_something_costs_is_no_name() -> None:
    assert identify(bsd_3("Acme to academics and hobbyists, five dollars each to others,")).kind == "variant"


@pytest.mark.parametrize("name", ["stability-community", "kimi-k2-modified-mit"])
def test_another_currency_is_another_amount(name: str) -> None:
    assert words(f"revenue of $1,000,000 ({name})").words != words(f"revenue of €1,000,000 ({name})").words


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sell\ncopies", "~~sell\ncopies~~"),
        ("sell", "<span style=text-decoration:line-through>sell</span>"),
        ("without restriction", "\u202ewithout restriction\u202c"),
    ],
    ids=["struck out in Markdown", "struck out in HTML", "turned round"],
)
def test_what_is_struck_out_or_turned_round_is_no_longer_the_same(old: str, new: str) -> None:
    assert identify(mit().replace(old, new)).kind == "variant"


def test_rules_of_tildes_and_fences_strike_nothing_out() -> None:
    assert identify(f"MIT License\n~~~~~~~~~~~\n\n~~~\n{mit()}~~~\n").kind == "exact"


def test_signs_that_grow_as_they_are_read_push_nothing_out_of_sight() -> None:
    grown = "\u2057" * (MOST_CHARACTERS // 2)  # four signs each, and no words
    assert identify(f"{mit()}\n{grown}\nNo commercial use.").kind == "variant"


@pytest.mark.parametrize("said", ["THIS SOFTWARE: GNU GENERAL PUBLIC LICENSE", "THIS PROJECT: MOZILLA PUBLIC LICENSE"])
def test_the_title_of_another_licence_is_no_trifle(said: str) -> None:
    assert identify(f"{APACHE}\n\n{said}\n").kind == "variant"
    assert identify(f"{APACHE}\n\nTHIS SOFTWARE: APACHE LICENSE\n").kind == "same"


def test_a_tower_of_marks_is_read_in_time_that_grows_with_its_height_alone() -> None:
    assert identify(mit() + "a" + "\u0301\u0316" * 150_000).kind == "variant"
