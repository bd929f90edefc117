from __future__ import annotations

import random

import pytest

from attacks.archives import honest_zip
from attacks.media_files import HONEST, jpeg, tiff
from hilt.core.limits import Limits
from reading import read
from told import told

FREE = ("film.mp4", "voice.ogg", "paper.pdf")
"""What may well end between two parts."""


@pytest.mark.parametrize("name", HONEST)
def test_a_picture_a_sound_or_a_document_is_read_to_its_end(name: str) -> None:
    file = read(HONEST[name], name)
    assert (file.format, file.error) == ("media", None)
    assert file.value.unowned == ()


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("behind", [b"hilt" * 50, honest_zip(), b"\x7fELF" + bytes(60)])
def test_bytes_behind_the_end_are_named(name: str, behind: bytes) -> None:
    said = told(name, HONEST[name] + behind)
    assert not {"hidden-bytes", "unreadable-file"}.isdisjoint(finding.check for finding in said.findings)
    assert said.stopped


@pytest.mark.parametrize("name", [name for name in HONEST if name not in FREE])
def test_what_breaks_off_is_an_error_of_the_format(name: str) -> None:
    data = HONEST[name]
    for length in range(16, len(data) - 4):
        file = read(data[:length], name)
        assert file.format == "media"
        assert file.error is not None, length


@pytest.mark.parametrize("name", HONEST)
def test_whatever_is_changed_it_stays_a_matter_of_the_format(name: str) -> None:
    rolls = random.Random(4)
    for _ in range(300):
        data = bytearray(HONEST[name])
        for _ in range(rolls.randint(1, 4)):
            data[rolls.randrange(len(data))] = rolls.randrange(256)
        read(bytes(data), name)


def test_pictures_in_a_row_are_one_file_of_a_camera() -> None:
    assert read(jpeg() + jpeg(), "photo.jpg").value.unowned == ()
    assert read(jpeg() + jpeg()[:-1], "photo.jpg").error is not None


def test_a_picture_of_endless_parts_is_given_up() -> None:
    data = HONEST["logo.png"]
    file = read(data[:33] + b"\0\0\0\0tEXt\0\0\0\0" * 20 + data[33:], "logo.png", Limits(header_entries=10))
    assert "header_entries" in str(file.error)


def test_a_sound_that_was_written_before_its_length_was_known_ends_with_the_file() -> None:
    data = HONEST["voice.wav"]
    assert read(data[:4] + b"\xff" * 4 + data[8:], "voice.wav").value.unowned == ()


def test_a_picture_that_asks_for_more_numbers_than_allowed_is_given_up() -> None:
    assert "header_entries" in str(read(tiff(), "scan.tif", Limits(header_entries=3)).error)


def test_a_picture_whose_directories_lead_back_comes_to_an_end() -> None:
    data = bytearray(tiff())
    data[124:128] = (8).to_bytes(4, "little")
    assert read(bytes(data), "scan.tif").value.unowned == ()
