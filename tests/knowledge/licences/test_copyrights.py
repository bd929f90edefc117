from __future__ import annotations

from hanging import no_hanging
from hilt.knowledge.licences.copyrights import copyright_lines, is_template
from licence_texts import APACHE, MIT


def test_lines_that_name_a_holder_are_kept_as_they_stand() -> None:
    text = "# Copyright (c) 2019 Iv\u00e1n de Paz\n * \u00a9 2020 Ada Ltd.\nCopyright (c) 2019 Iv\u00e1n de Paz\ncopyright law applies\n"
    assert copyright_lines(text) == ("Copyright (c) 2019 Iv\u00e1n de Paz", "\u00a9 2020 Ada Ltd.")


def test_of_more_holders_than_are_kept_it_is_said_that_there_are_more() -> None:
    lines = [f"Copyright (c) 2024 Holder {number}" for number in range(150)]
    found = copyright_lines("\n".join(lines))
    assert list(found[:-1]) == lines[:100]
    assert found[-1] == "[more holders are named in the text itself: carry it]"
    assert copyright_lines("\n".join(lines[:100] * 2)) == tuple(lines[:100])


def test_a_line_that_is_too_long_is_cut_and_not_lost() -> None:
    [line] = copyright_lines("Copyright (c) 2024 " + "Ada, " * 200)
    assert line.startswith("Copyright (c) 2024 Ada, Ada")
    assert line.endswith("\u2026")


def test_a_place_for_a_holder_is_no_holder_and_that_of_the_apache_licence_belongs_to_it() -> None:
    template = MIT.format(holder="[year] [fullname]")
    assert copyright_lines(template) == ()
    assert is_template(template)
    assert not is_template(MIT.format(holder="2024 Ada"))
    assert not is_template(APACHE)


def test_blank_lines_without_end_are_read_quickly() -> None:
    with no_hanging():
        copyright_lines("\n" * 400_000)
        copyright_lines("#" * 400_000)
        copyright_lines("copyright " * 40_000)
