from __future__ import annotations

from hilt.checks.rights.licence_text_missing import CHECK
from hilt.core.finding import Severity
from licence_texts import APACHE, MIT
from offered import found

CARD = "---\nlicense: {licence}\n---\n# Chatty\n"


def test_a_licence_that_asks_for_its_text_and_has_none_is_told() -> None:
    [one] = found(CHECK, {"README.md": CARD.format(licence="apache-2.0")})
    assert one.severity is Severity.LOW
    assert one.message == "the Apache License 2.0 asks for a copy of its text, and none of the files is one"


def test_a_text_that_is_there_and_a_licence_that_asks_for_none_are_quiet() -> None:
    assert found(CHECK, {"README.md": CARD.format(licence="apache-2.0"), "LICENSE": APACHE}) == []
    assert found(CHECK, {"README.md": CARD.format(licence="cc0-1.0")}) == []


def test_a_text_without_the_name_of_a_holder_is_told() -> None:
    [one] = found(CHECK, {"LICENSE": MIT.format(holder="<year> <copyright holders>")})
    assert "no name stands there" in one.message
    assert found(CHECK, {"LICENSE": MIT.format(holder="2024 Ada")}) == []
