"""What a search of the library found, on a terminal and as JSON."""

from __future__ import annotations

from typing import Any

from hilt.core.library import Found, KeptFile, KeptRevision, Repository, Shelved
from hilt.core.standing import Standing
from hilt.core.verdict import Outcome
from hilt.output.layout import Page
from hilt.output.library_json import found_data
from hilt.output.text_library import write_found
from told_of_records import HOSTILE

FILE = KeptFile(path="w", size=24 * 10**9, sha256="a" * 64, blob="b" * 40)
KEPT = KeptRevision(repository=Repository("models", "acme/chat"), commit="c" * 40, files=(FILE,), upstream="hub")


def one(told: dict[str, Any] | None = None, **more: Any) -> Shelved:
    kept = KeptRevision(
        repository=KEPT.repository, commit=KEPT.commit, files=KEPT.files, upstream="hub", told=told or {}
    )
    return Shelved(kept, Outcome.ADMIT, ("mit",), 3, 17, 40)._replace(**more)


def stands(outcome: Outcome) -> Standing:
    return Standing(
        outcome=outcome, subject="s", use="chat", at="2026-01-01", why=("nobody has admitted it",), until="2027-01-01"
    )


def text_of(found: Found) -> str:
    page = Page(100, colour=False)
    write_found(page, found)
    return str(page)


def test_a_model_is_told_on_two_lines_and_why_it_does_not_stand() -> None:
    told = text_of(Found((one({"pipeline_tag": "chat"}, holders=2, standing=stands(Outcome.REVIEW)),), None))
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert lines == [
        "review hf:acme/chat cccccccccccc",
        "24 GB · chat · mit · openness class 3 · verdict admit · 2 have it",
        "nobody has admitted it",
    ]
    assert "nobody has" not in text_of(Found((one(standing=stands(Outcome.ADMIT)),), None))
    assert "block hf:acme/chat" in text_of(Found((one(withdrawn=True),), None))
    assert "verdict admit · withdrawn" in text_of(Found((one(withdrawn=True),), None))
    assert "one has it" in text_of(Found((one(holders=1),), None))


def test_what_is_missing_from_the_list_is_said() -> None:
    told = " ".join(text_of(Found((), None, ("models/acme/x: not JSON",), has_more=True)).split())
    assert "The library has nothing of the kind. Data sets, spaces and kernels are found with --kind." in told
    assert "damaged models/acme/x: not JSON" in told
    assert "more repositories than can be searched" in told
    assert text_of(Found((), 500)).strip() == "There is more: --after 500"


def test_nothing_that_a_publisher_says_moves_the_terminal() -> None:
    told = text_of(Found((one({"pipeline_tag": HOSTILE}, licences=(HOSTILE,)),), None, (HOSTILE,)))
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_programs_are_told_the_same() -> None:
    told = found_data(
        Found((one({"pipeline_tag": ["no", "text"]}, holders=2, standing=stands(Outcome.BLOCK)),), 7, ("x",))
    )
    assert told == {
        "models": [
            {
                "reference": "hf:acme/chat",
                "commit": "c" * 40,
                "subject": KEPT.subject.digest,
                "upstream": "hub",
                "bytes": 24 * 10**9,
                "files": 1,
                "memory": 17,
                "task": None,
                "licences": ["mit"],
                "openness": 3,
                "verdict": "admit",
                "entry": 40,
                "holders": 2,
                "withdrawn": False,
                "standing": {
                    "use": "chat",
                    "outcome": "block",
                    "until": "2027-01-01",
                    "why": ["nobody has admitted it"],
                },
            }
        ],
        "after": 7,
        "damaged": ["x"],
        "has_more": False,
    }
    assert found_data(Found((), None)) == {"models": [], "after": None, "damaged": [], "has_more": False}
