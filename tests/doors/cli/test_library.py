from __future__ import annotations

import json

import pytest

from hilt.core.verdict import Outcome
from office import USE, Office
from shelves import shelve


@pytest.fixture
def shelved(office: Office) -> Office:
    told = {"pipeline_tag": "text-generation"}
    shelve(
        office, "acme/chat", told=told, size=16 * 10**9, facts={"rights.licences": ("mit",), "fit.reserved": 17 * 10**9}
    )
    shelve(office, "acme/tell", outcome=Outcome.BLOCK, facts={"openness.class": 2})
    return office


def test_the_library_is_searched_on_the_terminal(shelved: Office) -> None:
    every = shelved.run("library", "search")
    assert (every.code, every.err) == (0, "")
    assert every.text.index("hf:acme/tell") < every.text.index("hf:acme/chat")
    assert "16 GB · text-generation · mit · verdict admit" in every.text
    assert "licence not known · openness class 2 · verdict block" in every.text
    assert "nobody" not in every.text
    assert "review hf:acme/chat" in shelved.run("library", "search", "chat", "--use", USE).text
    assert "The library has nothing of the kind." in shelved.run("library", "search", "none").text
    assert "There is more: --after 1" in shelved.run("library", "search", "--limit", "1").text
    assert "hf:acme/chat" in shelved.run("library", "search", "--limit", "1", "--after", "1").text


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--author", "acme"], ["hf:acme/tell", "hf:acme/chat"]),
        (["--task", "text-generation"], ["hf:acme/chat"]),
        (["--licence", "mit"], ["hf:acme/chat"]),
        (["--openness", "2"], ["hf:acme/tell"]),
        (["--verdict", "block"], ["hf:acme/tell"]),
        (["--largest", "1GB"], ["hf:acme/tell"]),
        (["--fits", "24GB"], ["hf:acme/chat"]),
        (["--fits", "16.5 GB"], []),
        (["--kind", "datasets"], []),
    ],
)
def test_programs_read_it_as_json(shelved: Office, options: list[str], names: list[str]) -> None:
    told = json.loads(shelved.run("library", "search", *options, "--json").out)
    assert ([one["reference"] for one in told["models"]], told["after"], told["damaged"]) == (names, None, [])


@pytest.mark.parametrize(
    "options", [["--fits", "much"], ["--largest", "0"], ["--verdict", "maybe"], ["--openness", "4"]]
)
def test_what_cannot_be_searched_for_is_refused(shelved: Office, options: list[str]) -> None:
    assert shelved.run("library", "search", *options).code == 2
