from __future__ import annotations

import sys
import textwrap
from importlib.metadata import Distribution, distributions

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hilt.knowledge.licences.grams import Grams, shipped
from hilt.knowledge.licences.identify import CHANGES, QUOTED, SAME, Identified, Texts, identify, known_texts
from hilt.knowledge.licences.words import MOST_CHARACTERS, words
from licence_texts import APACHE, bsd_3, mit, publishers_copy

COPIES = {
    "baichuan2-apache.txt": "apache-2.0",
    "chatglm2.txt": "chatglm2",
    "dbrx.txt": "databricks-open-model",
    "deepseek-code-mit.txt": "mit",
    "deepseek-llm-model.txt": "deepseek-model-1.0",
    "deepseek-v3-model.txt": "deepseek-model-1.0",
    "exaone-4.txt": "exaone-1.2-nc",
    "flux1-dev.txt": "flux-1-dev-nc",
    "flux1-schnell-apache.txt": "apache-2.0",
    "hunyuan-video.txt": "hunyuan-community",
    "kimi-k2-modified-mit.txt": "kimi-k2-modified-mit",
    "llama2.txt": "llama2",
    "llama3.txt": "llama3",
    "llama3_1.txt": "llama3.1",
    "llama3_2.txt": "llama3.2",
    "llama3_3.txt": "llama3.3",
    "llama4.txt": "llama4",
    "minimax-m2.txt": "minimax-m2-modified-mit",
    "openmdw-1.0.txt": "openmdw-1.0",
    "openmdw-1.1.txt": "openmdw-1.1",
    "qwen-research.txt": "qwen-tongyi-research",
    "qwen-tongyi.txt": "qwen-tongyi-2023",
    "sdxl-turbo-nc.txt": "stability-nc-2023",
    "sdxl1-openrail++.txt": "openrail++-m",
    "llama2-aup.txt": "llama2-use-policy",
    "llama3-aup.txt": "llama3-use-policy",
    "llama3_1-aup.txt": "llama3.1-use-policy",
    "llama3_2-aup.txt": "llama3.2-use-policy",
    "llama3_3-aup.txt": "llama3.3-use-policy",
    "llama4-aup.txt": "llama4-use-policy",
}


class Fewer(Grams):
    """The grams that come with hilt, without some texts: as before their licences were known."""

    def __init__(self, left_out: set[int]) -> None:
        self.__dict__.update(shipped().__dict__)
        self.left_out = left_out

    def likely(self, asked: set[int], most: int, least: float) -> list[int]:
        found = super().likely(asked, most + len(self.left_out), least)
        return [number for number in found if number not in self.left_out][:most]


def without(*ids: str) -> Texts:
    known = known_texts()
    left_out = {number for number, text in enumerate(known.texts) if text.id in ids}
    assert left_out
    digests = {digest: number for digest, number in known.digests.items() if number not in left_out}
    return Texts(known.texts, digests, lambda: Fewer(left_out))


def marked(found: Identified) -> set[tuple[str, str]]:
    return {(mark.kind, mark.words) for change in found.changes for mark in change.marks}


@pytest.mark.parametrize(("name", "licence"), COPIES.items(), ids=COPIES)
def test_a_publishers_copy_is_its_licence_to_the_word(name: str, licence: str) -> None:
    found = identify(publishers_copy(name))
    assert (found.kind, found.ids, found.changes) == ("exact", (licence,), ())
    assert found.of == ("policy" if "aup" in name else "licence")


@pytest.mark.parametrize(
    ("name", "own", "nearest", "mark"),
    [
        ("hunyuan-video.txt", ["hunyuan-community"], "hunyuan-3d-2.0", ("number", "100 million")),
        ("qwen-research.txt", ["qwen-tongyi-research"], "qwen-tongyi-2023", ("use", "commercial")),
        ("llama3.txt", ["llama3"], "llama3.1", ("number", "3")),
        ("llama3_1.txt", ["llama3.1"], "llama3.2", ("number", "3 1")),
        ("llama3_3.txt", ["llama3.3"], "llama3.2", ("number", "3 3")),
        ("minimax-m2.txt", ["minimax-m2-modified-mit"], "kimi-k2-modified-mit", ("number", "30 million")),
        (
            "kimi-k2-modified-mit.txt",
            ["kimi-k2-modified-mit", "minimax-m2-modified-mit"],
            "mit",
            ("number", "100 million"),
        ),
        ("openmdw-1.1.txt", ["openmdw-1.1"], "openmdw-1.0", ("number", "1 1")),
        ("sdxl1-openrail++.txt", ["openrail++-m"], "bigscience-openrail-m-2", ("number", "26 2023")),
        ("exaone-4.txt", ["exaone-1.2-nc"], "exaone-1.1-nc", ("use", "educational")),
        ("llama3_2-aup.txt", ["llama3.2-use-policy", "llama3.3-use-policy"], "llama4-use-policy", ("number", "3 2")),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_licence_that_is_not_known_yet_is_not_called_by_its_neighbours_name(
    name: str, own: list[str], nearest: str, mark: tuple[str, str]
) -> None:
    found = identify(publishers_copy(name), without(*own))
    assert found.kind == "variant"
    assert found.score < SAME or found.changes
    assert found.ids[0] == nearest
    assert mark in marked(found)


@pytest.mark.parametrize(
    "line", ["SPDX-License-Identifier: MIT", "<!-- SPDX-License-Identifier: MIT -->", "# SPDX-License-Identifier: MIT"]
)
def test_a_line_of_spdx_that_names_the_licence_of_the_text_changes_nothing(line: str) -> None:
    told = identify(f"{line}\n\n{mit('A. Person')}\n{line}\n")
    assert (told.kind, told.ids) == ("exact", ("mit",))


@pytest.mark.parametrize("named", ["Apache-2.0", "MIT-0", "LicenseRef-Own", "MIT AND LicenseRef-Own"])
def test_a_line_of_spdx_that_names_another_licence_is_a_change(named: str) -> None:
    assert identify(f"SPDX-License-Identifier: {named}\n\n{mit('A. Person')}").kind == "variant"


def test_what_is_like_nothing_is_unknown() -> None:
    found = identify(publishers_copy("dbrx.txt"), without("databricks-open-model"))
    assert (found.kind, found.ids) == ("unknown", ())
    assert identify("All of it is mine. Ask me.").kind == "unknown"
    assert identify("").kind == "unknown"


@pytest.mark.parametrize(
    "holder",
    [
        "2024 Ada Lovelace",
        "<year> <copyright holders>",
        "[year] [fullname]",
        "2019-2024, Microsoft Research and the Will Smith Foundation <info@example.org>. All rights reserved.",
        "2020 A\nCopyright (c) 2021 B\nCopyright (c) 2022 C",
        "2017 王小明",
    ],
)
def test_the_mit_licence_is_the_same_whoever_holds_the_rights(holder: str) -> None:
    assert identify(mit(holder)) == Identified(kind="exact", ids=("mit",), score=1.0)


def test_a_holder_is_no_place_to_hide_a_condition() -> None:
    assert identify(mit("2024 Ada. You may not use this commercially")).kind == "variant"
    assert identify(mit("2024 Ada, for research")).kind == "variant"
    assert identify(bsd_3("anyone who sells this must pay Ada")).kind == "variant"
    assert identify(mit().replace("MIT License\n", "MIT License, research only\n")).kind == "variant"
    assert identify(mit().replace("Software.\n\nTHE", "Software. <You must pay a fee>\n\nTHE")).kind == "variant"
    assert identify(mit().replace("without restriction", "with<p not> restriction")).kind == "variant"


@pytest.mark.parametrize(
    "holder", ["Ada", "the University of Analytical Engines, Department of Research", "<ORGANIZATION>"]
)
def test_the_names_in_a_bsd_licence_do_not_matter(holder: str) -> None:
    found = identify(bsd_3(holder))
    assert (found.kind, found.ids) == ("exact", ("bsd-3-clause",))


def test_apache_is_apache_with_its_appendix_without_it_and_with_it_filled_in() -> None:
    assert identify(APACHE).ids == ("apache-2.0",)
    end = APACHE.index("END OF TERMS AND CONDITIONS")
    for text in (
        APACHE,
        APACHE[:end],
        APACHE[: end + 27],
        APACHE.replace("[yyyy] [name of copyright owner]", "2024 Ada"),
    ):
        assert identify(text).kind == "exact"
        assert identify(f"Copyright 2024 Ada. All rights reserved.\n\n{text}").kind == "exact"
    notice = APACHE[APACHE.index("Licensed under the Apache License, Version 2.0") :]
    assert (identify(notice).kind, identify(notice).ids, identify(notice).of) == ("exact", ("apache-2.0",), "notice")


CONDITIONS = [
    ("If your product has more than 100 million users, display its name.", ("number", "100 million")),
    ("The Software may be used for research only.", ("use", "research")),
    ("You must not use the Software for any commercial purpose.", ("use", "commercial")),
    ("This licence does not apply in the European Union.", ("territory", "european union")),
    ("No rights are granted to the Analytical Engine Company.", ("name", "Analytical Engine Company")),
]


@pytest.mark.parametrize(("condition", "mark"), CONDITIONS, ids=[mark[1] for _, mark in CONDITIONS])
@pytest.mark.parametrize("text", [mit(), bsd_3(), APACHE], ids=["mit", "bsd-3-clause", "apache-2.0"])
def test_one_more_condition_makes_a_variant_and_is_what_is_shown(
    text: str, condition: str, mark: tuple[str, str]
) -> None:
    for changed in (f"{text}\n{condition}\n", text.replace("\n\n", f"\n\n{condition}\n\n", 3)):
        found = identify(changed)
        assert found.kind == "variant"
        assert mark in marked(found)
    told = " | ".join(change.words for change in identify(f"{text}\n\n{condition}\n").changes)
    assert condition[-20:-1] in told


def test_a_word_that_forbids_is_missed_in_a_long_text() -> None:
    found = identify(APACHE.replace("does not grant permission to use", "does grant permission to use"))
    assert found.score > SAME
    assert found.kind == "variant"
    assert [change.gap for change in found.changes] == [True]
    assert "does grant permission" in found.changes[0].words


def test_words_of_a_title_in_a_long_text_leave_it_the_same() -> None:
    found = identify(f"The full text of the Apache License\n\n{APACHE}")
    assert (found.kind, found.ids) == ("same", ("apache-2.0",))


ANCHOR = "each Contributor hereby grants to You a perpetual,"
HIDDEN = {
    "revocable": "no word of the lists",
    "n\u03bft": "a letter of another script",
    "n\u0336o\u0336t\u0336": "struck through",
    "n&shy;ot": "an entity",
    "n o t": "spaces",
    "n0t": "a digit",
    "n\u115fot": "a filler that is not seen",
    "com-\nmercially": "hyphenated",
    "nicht kommerziell": "another language",
    "for hobby purposes": "a use of no list",
    "excluding banks": "people",
    "until Licensor says so": "an end",
    "<br no commercial use by anyone>": "a tag",
    '<b title="no commercial use">': "an attribute",
    "](#no-commercial-use)": "a link",
}


@pytest.mark.parametrize("word", HIDDEN, ids=HIDDEN.values())
def test_a_word_put_into_a_long_text_makes_it_a_variant_whatever_the_word(word: str) -> None:
    assert ANCHOR in APACHE
    found = identify(APACHE.replace(ANCHOR, f"{ANCHOR} {word}"))
    assert (found.kind, found.ids) == ("variant", ("apache-2.0",))


@pytest.mark.parametrize("word", ["irrevocable", "royalty-free", "worldwide", "also"])
def test_a_word_taken_out_of_a_long_text_makes_it_a_variant(word: str) -> None:
    assert identify(APACHE.replace(word, "", 1)).kind == "variant"


def test_a_word_taken_out_of_one_of_several_texts_makes_them_a_variant() -> None:
    assert identify(f"{APACHE.replace('irrevocable', '', 1)}\n\n{mit()}").kind == "variant"


@pytest.mark.parametrize(
    "holder",
    [
        "2024 Acme. Banks and businesses are excluded from everything below.",
        "2024 Acme, whose approval by mail comes first",
        "2024 Acme, kommerzielle Nutzung ist untersagt",
    ],
)
def test_a_holder_who_takes_something_back_is_no_copyright_line(holder: str) -> None:
    assert identify(mit(holder)).kind == "variant"


def test_known_texts_one_after_the_other_are_several_in_their_order() -> None:
    found = identify(f"{mit()}\n----------\n{APACHE}\n----------\n\nThe 3-Clause BSD License\n\n{bsd_3()}")
    assert (found.kind, found.ids) == ("several", ("mit", "apache-2.0", "bsd-3-clause"))
    assert found.score > SAME


def test_known_texts_with_something_between_them_that_matters_are_a_variant() -> None:
    found = identify(f"{APACHE}\n\nUse in production costs 500 dollars a month.\n\n{mit()}")
    assert found.kind == "variant"
    assert found.ids == ("apache-2.0", "mit")
    assert [change.words for change in found.changes] == ["Use in production costs 500 dollars a month"]


def test_a_licence_with_its_policy_is_several() -> None:
    found = identify(publishers_copy("llama3_1.txt") + "\n\n" + publishers_copy("llama3_1-aup.txt"))
    assert (found.kind, found.ids) == ("several", ("llama3.1",))
    assert found.policies == ("llama3.1-use-policy",)


def test_a_short_licence_before_much_else_is_a_variant_with_what_follows_as_the_change() -> None:
    foreign = " ".join(f"Part {word} of it belongs to nobody yet." for word in "abcdefghijklmnopqrstuvwxyz") * 2
    found = identify(f"{mit()}\n\n{foreign}")
    assert (found.kind, found.ids) == ("variant", ("mit",))
    assert found.changes[-1].words.startswith("Part a of it belongs")
    assert len(found.changes[-1].words) <= QUOTED


def named(distribution: Distribution) -> str:
    expression = distribution.metadata.get("License-Expression") or ""
    return expression.lower() if expression in ("MIT", "Apache-2.0", "BSD-3-Clause") else ""


def test_licences_of_installed_packages_are_what_their_metadata_says() -> None:
    exact = 0
    for distribution in distributions():
        said = named(distribution)
        files = [
            file
            for file in distribution.files or ()
            if ".dist-info/" in str(file) and file.stem in ("LICENSE", "LICENCE")
        ]
        if not said or len(files) != 1:
            continue
        found = identify(files[0].read_text(encoding="utf-8"))
        if found.kind in ("exact", "same"):
            assert found.ids == (said,), files[0]
            exact += 1
        elif found.ids:
            assert said in found.ids, files[0]
    assert exact >= 5


SENTENCES = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=8, max_size=60).map(
    " ".join
)


@settings(max_examples=40)
@given(sentence=SENTENCES, place=st.floats(0, 1))
def test_a_sentence_put_in_anywhere_is_never_the_same_once_it_changes_enough(sentence: str, place: float) -> None:
    lines = mit().split("\n")
    at = round(place * len(lines))
    changed = "\n".join([*lines[:at], sentence, *lines[at:]])
    assume(len(words(changed).words) > len(words(mit()).words) * 1.03)
    assert identify(changed).kind not in ("exact", "same")


SHAPES = {
    "narrow": lambda text: rewrapped(text, 40),
    "wide": lambda text: rewrapped(text, 400),
    "capitals": str.upper,
    "small": str.lower,
    "windows": lambda text: text.replace("\n", "\r\n"),
    "comment": lambda text: "\n".join(f"// {line}" for line in text.split("\n")),
    "quoted": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
    "html": lambda text: "<html><body><p>" + text.replace("\n\n", "</p>\n\n<p>") + "</p></body></html>",
    "curly": lambda text: text.replace('"', "\u201c").replace("'", "\u2019"),
    "hidden": lambda text: text.replace("the ", "t\u200bhe "),
    "bold": lambda text: text.replace("Software", "**Software**").replace("the License ", "the _License_ "),
}


def rewrapped(text: str, width: int) -> str:
    return "\n\n".join(textwrap.fill(" ".join(part.split()), width) for part in text.split("\n\n"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("text", [mit(), bsd_3(), APACHE], ids=["mit", "bsd-3-clause", "apache-2.0"])
def test_how_a_text_is_written_does_not_matter(text: str, shape: str) -> None:
    found = identify(SHAPES[shape](text))
    assert found.kind in ("exact", "same")
    assert found.ids == identify(text).ids


def test_five_megabytes_are_told_by_their_beginning_and_what_was_not_read_is_told() -> None:
    found = identify(APACHE + "\n\nEverything else is mine.\n" * 200_000)
    assert found.kind == "variant"
    assert found.ids == ("apache-2.0",)
    assert found.unread > 4_000_000
    assert "Everything else is mine" in found.changes[-1].words
    assert identify("mine all mine " * 400_000).kind == "unknown"


def test_changes_beyond_a_number_are_counted() -> None:
    found = identify(mit() + "".join(f"\n\nNot {number}.\n\n{mit()}" for number in range(CHANGES + 10)))
    assert len(found.changes) == CHANGES
    assert found.more == 10


HOSTILE = {
    "words": "a b c d e f g ",
    "copyright": "copyright (c) 2024 ",
    "paragraphs": "\n\ncopyright ",
    "tags": "<a <b ",
    "holders": "neither the name of ",
    "as is": "is provided by ",
    "numbers": "\n1. 1.1.1 (a) ",
    "marks": "\n" + "#" * 40,
    "brackets": "](https://",
    "apache": APACHE,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_the_work_grows_with_the_length_of_the_text_alone(kind: str) -> None:
    def calls(length: int) -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        text = (HOSTILE[kind] * (length // len(HOSTILE[kind]) + 1))[:length]
        sys.setprofile(counted)
        try:
            identify(text)
        finally:
            sys.setprofile(None)
        return count

    calls(1_000)
    one, two = calls(60_000), calls(120_000)
    assert two < 2.5 * one + 5_000
    assert calls(4 * MOST_CHARACTERS) < 1.2 * calls(MOST_CHARACTERS) + 5_000
