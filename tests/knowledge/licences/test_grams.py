from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.knowledge.licences.grams import COUNTS, Grams, grams, pack, shipped
from hilt.knowledge.licences.index import index
from hilt.knowledge.licences.marks import COUNTED, Mark, counted, marks
from hilt.knowledge.licences.words import MOST_CHARACTERS, words
from licence_texts import APACHE, mit

WORDS = st.lists(
    st.sampled_from("may not use the software for any other purpose than that of Größe 漢字".split()), max_size=30
)


@given(WORDS)
def test_there_is_a_gram_for_each_four_words(said: list[str]) -> None:
    found = grams(said)
    assert len(found) == (max(len(said) - 3, 1) if said else 0)
    for place in range(len(said) - 3):
        assert found[place] == grams(said[place : place + 4])[0]


@given(st.lists(WORDS, max_size=5))
def test_what_is_packed_is_read_again(texts: list[list[str]]) -> None:
    read = Grams(pack(texts))
    assert [list(read.of(number)) for number in range(len(texts))] == [sorted(set(grams(text))) for text in texts]
    for number, text in enumerate(texts):
        assert read.counts[number] == counted(text).ljust(COUNTS, b"\0")
        if text:
            assert number in read.likely(set(grams(text)), 100, 1.0)


def test_a_file_of_another_kind_is_none() -> None:
    with pytest.raises(ValueError, match="no grams"):
        Grams(b"GGUF" + bytes(40))


def test_the_index_and_the_grams_are_of_one_making() -> None:
    texts = index().texts
    assert len(texts) == len(shipped().sizes) == len(shipped().counts)
    assert {text.id for text in texts if text.of == "licence"} <= set(index().licences)
    assert {text.of for text in texts} == {"licence", "policy", "notice"}
    known = {one.id: one.texts for one in index().licences.values() if one.texts}
    assert known == {key: sum(text.id == key and text.of == "licence" for text in texts) for key in known}
    assert len(index().digests) == len(texts)


def test_no_text_is_kept() -> None:
    data = shipped().of(index().digests[next(text.digest for text in index().texts if text.id == "mit")])
    assert 100 < len(data) < 300  # as many numbers as MIT has groups of words
    assert len(COUNTED) <= COUNTS


def test_the_words_of_a_text_know_their_places() -> None:
    read = words(f"Das ist Größe, İstanbul und ﬁne.\n\n{APACHE}")
    assert len(read.words) == len(read.places)
    for word, (begin, end) in zip(read.words, read.places, strict=True):
        assert len(word) == end - begin or word == "license"
    assert read.quote(0, 3, 100) == "Das ist Größe, İstanbul"
    assert read.quote(0, 500, 40).endswith("…")


def test_what_is_too_long_is_not_read() -> None:
    read = words("word " * MOST_CHARACTERS)
    assert len(read.words) == MOST_CHARACTERS // 5
    assert read.unread == 4 * MOST_CHARACTERS


def test_a_title_and_copyright_lines_are_no_words_of_a_licence() -> None:
    assert words(mit()).words[:4] == ["permission", "is", "hereby", "granted"]
    assert words(f"# The MIT License (MIT)\n\n{mit()}").words == words(mit()).words


def test_marks_name_what_changes_a_meaning() -> None:
    written = (
        "No more than 100 million users in South Korea or the European Union may sell Engines commercially".split()
    )
    found = marks([word.lower() for word in written], written)
    assert found == (
        Mark(kind="number", words="100 million"),
        Mark(kind="territory", words="south korea"),
        Mark(kind="territory", words="european union"),
        Mark(kind="forbids", words="no"),
        Mark(kind="use", words="commercially"),
        Mark(kind="name", words="Engines"),
    )


def test_shouted_words_are_no_names() -> None:
    written = "THE SOFTWARE IS PROVIDED BY ENGINES".split()
    assert marks([word.lower() for word in written], written) == ()
