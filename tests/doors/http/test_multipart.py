"""Forms with files, in whatever pieces they come: handed over part by part, and nothing of them kept."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from hilt.core.errors import HiltError, UsageError
from hilt.doors.http.multipart import LONGEST_FIELD, LONGEST_HEAD, MOST_AROUND, MOST_FIELDS, Parts

TYPE = "multipart/form-data; boundary=xyz"


class Heard:
    """What was told of a form."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.last = ""

    def field(self, name: str, value: str) -> None:
        self.fields.append((name, value))

    def begin_file(self, name: str) -> None:
        self.last, self.files[name] = name, b""

    def write(self, data: memoryview) -> None:
        self.files[self.last] += bytes(data)


def part(disposition: str | bytes, body: bytes) -> bytes:
    told = disposition.encode() if isinstance(disposition, str) else disposition
    return b"--xyz\r\nContent-Disposition: form-data; " + told + b"\r\n\r\n" + body + b"\r\n"


FORM = (
    part('name="csrf"', b"token")
    + part('name="folder"; filename=""', b"")
    + part('name="files"; filename="lid/gr\u00fc\u00df.bin"', b"\r\n--xy\r\n--" + bytes(range(256)) * 20)
    + part('name="files"; filename="b"', b"")
    + b"--xyz--\r\n"
)


def heard(pieces: Iterable[bytes], content_type: str = TYPE) -> Heard:
    sink = Heard()
    parts = Parts(content_type, sink)
    for piece in pieces:
        parts.feed(piece)
    parts.close()
    return sink


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1 << 20])
def test_a_form_means_the_same_in_whatever_pieces_it_comes(size: int) -> None:
    told = heard(FORM[begin : begin + size] for begin in range(0, len(FORM), size))
    assert told.fields == [("csrf", "token")]
    assert told.files == {"lid/grüß.bin": b"\r\n--xy\r\n--" + bytes(range(256)) * 20, "b": b""}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/mixed; boundary=xyz",
        f"multipart/form-data; boundary={'x' * 300}",
    ],
)
def test_what_is_no_form_with_files_is_refused(content_type: str) -> None:
    with pytest.raises(UsageError):
        Parts(content_type, Heard())


def test_a_form_that_was_cut_anywhere_has_no_end() -> None:
    for length in range(len(FORM) - 4):
        with pytest.raises(UsageError, match="has no end"):
            heard([FORM[:length]])


@pytest.mark.parametrize(
    "form",
    [
        part('name="' + "a" * LONGEST_HEAD, b""),
        b"--xyz\r\n" + b"A" * 2 * LONGEST_HEAD + b": b\r\n\r\n",
        b"--xyz\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
        part('name="why"', b"a" * (LONGEST_FIELD + 1)),
        part('name="why"', b"a") * (MOST_FIELDS + 1),
        part('name="files"; filename=""', b"") * (MOST_FIELDS + 1),
        part(b'name="files"; filename="\xff"', b""),
        part('name="why"', b"\xff"),
        b"no form at all",
    ],
)
def test_a_form_has_bounds(form: bytes) -> None:
    with pytest.raises(UsageError):
        heard([form, b"--xyz--\r\n"])


def test_what_belongs_to_no_file_has_a_bound_and_what_does_has_none_here() -> None:
    junk, none_chosen = b"a" * (MOST_AROUND // 4), part('name="files"; filename=""', b"")[:-2]
    for begin in (b"--xyz--\r\n", none_chosen):
        with pytest.raises(UsageError, match="belong to no file"):
            heard([begin, *[junk] * 5])
    file = part('name="files"; filename="a"', b"")[:-2]
    assert len(heard([file, *[junk] * 5, b"\r\n--xyz--\r\n"]).files["a"]) == 5 * len(junk)


def test_any_bytes_are_a_form_or_refused() -> None:
    chance = random.Random(9)
    for _ in range(300):
        form = bytearray(FORM)
        for _ in range(chance.randrange(1, 6)):
            form[chance.randrange(len(form))] = chance.randrange(256)
        try:
            heard([bytes(form)])
        except HiltError:
            continue


def test_names_of_forms_are_given_as_they_are() -> None:
    hostile = ("../../etc/passwd", "/etc/passwd", "C:\\windows\\x", "a\u202eb")
    told = heard([*(part(f'name="files"; filename="{name}"', b"1") for name in hostile), b"--xyz--\r\n"])
    assert set(told.files) == {"../../etc/passwd", "/etc/passwd", "x", "a\u202eb"}
