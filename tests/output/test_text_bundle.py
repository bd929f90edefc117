from __future__ import annotations

from dataclasses import replace

from hilt.core.bundled import Bundled
from hilt.core.events import DecisionMade, Recorded, Say, Words
from hilt.core.standing import Standing
from hilt.core.status import History
from hilt.core.verdict import Outcome
from hilt.output.bundle_json import bundle_data
from hilt.output.layout import Page
from hilt.output.text_bundle import write

HOSTILE = "mo\x1b[2Jdel\u202e"
DECISION = DecisionMade(
    subject="ab" * 32, use="search", say=Say.YES, policy_digest="", evidence="", why=Words(digest="", text="fine")
)
BUNDLED = Bundled(
    log="acme.example/models",
    use="",
    size=30,
    at="2026-11-21T23:57:00+00:00",
    until="2027-02-20",
    history=History(
        reference="/models/a",
        subject="ab" * 32,
        entries=(Recorded(index=7, at="2026-11-21T23:50:00+00:00", by="p-00000001", event=DECISION, roles=("legal",)),),
        names={"p-00000001": "Ada"},
    ),
    standings=(
        Standing(
            outcome=Outcome.ADMIT, subject="ab" * 32, use="search", at="", why=("because",), conditions=("indoors",)
        ),
    ),
)


def shown(told: Bundled) -> str:
    page = Page(100, colour=False)
    write(page, told)
    return " ".join(str(page).split())


def test_it_tells_by_whom_it_is_until_when_it_counts_and_what_it_cannot_show() -> None:
    text = shown(BUNDLED)
    for words in (
        "A bundle of acme.example/models whose key is trusted here",
        f"about sha256:{'ab' * 32}",
        "for every use",
        "complete so the log says of its first 30 entries, on 2026-11-21 23:57",
        "counts until 2027-02-20",
        "seen by no witness that is trusted here",
        "ADMIT for search because on condition indoors",
        "Ada (legal) admitted it for search why: fine",
        "It cannot show what was recorded after 2026-11-21 23:57, nor what whoever keeps the log left out.",
    ):
        assert words in text, words


def test_looking_importing_witnesses_and_missing_words_are_told() -> None:
    seen = (("witness.example", "2026-11-21T23:58:00+00:00"),)
    text = shown(replace(BUNDLED, trusted=False, words=False, seen=seen, entry=3, use="search"))
    for words in (
        "nothing of it counts here",
        "did not come along",
        "witness.example at 2026-11-21 23:58",
        "entry 3",
        "for search",
    ):
        assert words in text, words


def test_no_control_character_of_a_bundle_reaches_the_terminal() -> None:
    history = replace(BUNDLED.history, reference=HOSTILE, names={"p-00000001": HOSTILE})
    standing = replace(BUNDLED.standings[0], use=HOSTILE, why=(HOSTILE,), conditions=(HOSTILE,))
    text = shown(
        replace(BUNDLED, log=HOSTILE, use=HOSTILE, history=history, standings=(standing,), seen=((HOSTILE, ""),))
    )
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_as_json_it_says_the_same() -> None:
    told = bundle_data(BUNDLED)
    assert (told["log"], told["size"], told["subject"], told["recorded"]) == (
        "acme.example/models",
        30,
        f"sha256:{'ab' * 32}",
        None,
    )
    assert told["entries"][0]["name"] == "Ada"
    assert told["standings"][0]["outcome"] == "admit"
