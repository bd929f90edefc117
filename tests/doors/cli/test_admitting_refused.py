"""What lets nothing through: wrong people, keys, days, words, bytes and policies. Each says what is wrong, and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes

import pytest

from hilt.core.events import DecisionMade, Words
from hilt.gate import person
from hilt.gate.record import opened
from licence_texts import mit
from office import KNOWN_ROAD, OTHER_CALL, POLICY, USE, Done, Office

NOBODY = POLICY.replace("    by: security\n", "")
TWO = POLICY.replace("    by: security\n", "    by: security\n    approvals: 2\n").partition("  licence-has")[0]
ANSWER = ("--answer", "calls-are-known=It rebuilds layers")
TEXT = ("--answer", "licence-has-a-text=By mail")


@pytest.fixture
def model(office: Office) -> Path:
    return office.model()


@pytest.fixture
def case(office: Office, model: Path) -> str:
    """The number of the case in which Eve asks for the use."""
    assert office.run("admit", model, "--use", USE, "--why", "cheap", by="Eve").code == 10
    return "#12"


def refused(office: Office, done: Done, code: int, *words: str, model: Path | None = None) -> None:
    """It failed with these words, on one or two lines that name a way out; nothing was recorded and nothing may run."""
    assert (done.code, done.out) == (code, ""), done
    assert done.err.startswith("hilt: ")
    for one in words:
        assert one in done.text
    if model is not None:
        assert office.run("status", model, "--use", USE).code != 0


REFERENCES = {
    "sha256:" + "0" * 64: "the record holds no verdict of these bytes; `hilt status` lists what it holds",
    "sha256:abc": "64 lower-case hexadecimal digits",
    "sha256:" + "A" * 64: "64 lower-case hexadecimal digits",
    "#99": "#99 is no request to use a model: the log has 13 entries",
    "#0": "that entry of the log is a log-key",
    "#999999999999999999999": "named by its number",
    "#x": "named by its number",
    "#-1": "named by its number",
    "": "the reference is empty",
    "/nonexistent\x1b[2J\u202e": r"/nonexistent\x1b[2J\u202e: No such file or directory",
}
WORDS = (
    ("--why", "", "--why: say it in words"),
    ("--why", " \n", "--why: say it in words"),
    ("--use", " ", "--use: say for what"),
    ("--use", "a" * 201, "--use: 201 letters, where 200 are allowed"),
    ("--use", "translation", f"--use translation: #12 asks for '{USE}'; leave --use out"),
    ("--until", "2020-01-01", "--until 2020-01-01: this day is over"),
    ("--until", "soon", "--until soon: a day such as 2027-01-31 is needed"),
    ("--until", "2027-02-30", "a day such as 2027-01-31 is needed"),
    ("--conditions", " ", "--conditions: say it in words"),
    ("--answer", "calls-are-known", "RULE=TEXT is needed"),
    ("--answer", "calls-are-known=", "RULE=TEXT is needed"),
    ("--answer", "licence-has-a-text=mine", "--answer licence-has-a-text: you are asked about calls-are-known"),
)


def test_a_reference_that_means_nothing(office: Office, case: str) -> None:
    before = office.entries()
    for verb in ("admit", "refuse", "withdraw"):
        for reference, words in REFERENCES.items():
            refused(office, office.run(verb, reference, "--use", USE, "--why", "fine", by="Otto"), 2, words)
    assert office.entries() == before


def test_words_and_days_that_are_none(office: Office, model: Path, case: str) -> None:
    before = office.entries()
    for option, value, words in WORDS:
        refused(office, office.run("admit", case, "--why", "fine", *ANSWER, option, value, by="Otto"), 2, words)
    assert office.entries() == before
    assert office.run("status", model).code == 10


def test_an_answer_that_says_nothing(office: Office, model: Path, case: str) -> None:
    for said in ((), ("--answer", "calls-are-known="), ("--answer", "calls-are-known= \t")):
        done = office.run("admit", case, "--why", "fine", *said, by="Otto")
        refused(office, done, 2, "--answer calls-are-known=TEXT What does the code do that it calls?", model=model)


def test_the_request_of_ones_own(office: Office, model: Path, case: str) -> None:
    person.change_roles("Eve", ["security", "legal"], key=office.key("Ada"), settings=office.settings)
    done = office.run("admit", case, "--why", "fine", *ANSWER, *TEXT, by="Eve")
    refused(office, done, 1, "case #12 is your own request, and nobody approves their own", model=model)


def test_another_role(office: Office, model: Path, case: str) -> None:
    for name, roles in (("Ada", "admin"), ("Rita", "risk-officer")):
        done = office.run("admit", case, "--why", "fine", *ANSWER, by=name)
        refused(office, done, 1, f"{name} may not decide this: it takes security, legal", f"are: {roles}", model=model)


def test_a_role_that_was_taken_away(office: Office, model: Path, case: str) -> None:
    person.change_roles("Otto", [], key=office.key("Ada"), settings=office.settings)
    done = office.run("admit", case, "--why", "fine", *ANSWER, by="Otto")
    refused(office, done, 1, "Otto may not decide this", "your roles are: none", model=model)


def test_a_second_yes_by_the_same_person_with_another_key(office: Office, tmp_path: Path) -> None:
    office.policy(TWO)
    model = office.model()
    assert office.run("admit", model, "--use", USE, "--why", "cheap", by="Eve").code == 10
    person.new_key(tmp_path / "second", None)
    person.add_key("Otto", tmp_path / "second.pub", key=office.key("Ada"), settings=office.settings)
    assert office.run("admit", "#12", "--why", "fine", *ANSWER, by="Otto").code == 10
    done = office.run("admit", "#12", "--why", "fine", *ANSWER, "--key", tmp_path / "second")
    refused(office, done, 1, "you have said yes already (entry 14), with this key or another", model=model)
    assert "1 of security" not in done.text


def test_two_people_are_two_people(office: Office) -> None:
    office.policy(TWO)
    model = office.model()
    person.change_roles("Rita", ["security"], key=office.key("Ada"), settings=office.settings)
    assert "waits for 2 of Otto, Rita" in office.run("admit", model, "--use", USE, "--why", "cheap", by="Eve").text
    assert "waits for Otto, Rita" in office.run("admit", "#13", "--why", "fine", *ANSWER, by="Otto").text
    assert office.run("admit", "#13", "--why", "fine", *ANSWER, by="Rita").code == 0


def test_keys_that_do_not_count(office: Office, model: Path, case: str, tmp_path: Path) -> None:
    said = ("admit", case, "--why", "fine", *ANSWER)
    refused(office, office.run(*said), 2, "--key FILE, or in $HILT_KEY", model=model)
    person.new_key(tmp_path / "strange", None)
    refused(
        office, office.run(*said, "--key", tmp_path / "strange"), 1, "belongs to nobody in this record", model=model
    )
    person.new_key(tmp_path / "locked", b"open sesame")
    wrong = office.run(*said, "--key", tmp_path / "locked", "--password-env", "WRONG", WRONG="open barley")
    refused(office, wrong, 2, "locked: ", "password", model=model)
    refused(office, office.run(*said, "--key", tmp_path / "locked"), 2, "--password-file, --password-env", model=model)
    refused(office, office.run(*said, "--key", tmp_path / "none"), 2, "No such file or directory", model=model)
    public = f"{office.key('Otto')}.pub"
    refused(office, office.run(*said, "--key", public), 2, public, model=model)
    admin, settings = office.key("Ada"), office.settings
    person.revoke_key("Otto", public, why="lost", key=admin, settings=settings)
    refused(office, office.run(*said, by="Otto"), 1, "or was revoked", model=model)


def test_a_yes_of_a_key_that_turns_out_to_be_compromised_counts_no_more(office: Office, model: Path, case: str) -> None:
    assert office.run("admit", case, "--why", "fine", *TEXT, by="Lena").code == 10
    assert office.run("admit", case, "--why", "fine", *ANSWER, by="Otto").code == 0
    public, admin = f"{office.key('Otto')}.pub", office.key("Ada")
    person.revoke_key("Otto", public, why="stolen", compromised=True, key=admin, settings=office.settings)
    done = office.run("status", model)
    assert (done.code, "turned out to be compromised" in done.text) == (10, True)


def test_a_key_of_the_environment_decides_too(office: Office, model: Path, case: str) -> None:
    assert office.run("admit", case, "--why", "fine", *TEXT, HILT_KEY=str(office.key("Lena"))).code == 10
    pem = office.key("Otto").read_text()
    assert office.run("admit", case, "--why", "fine", *ANSWER, HILT_KEY=pem).code == 0


def test_a_policy_that_names_nobody(office: Office) -> None:
    office.policy(NOBODY)
    model = office.model()
    before = office.entries()
    done = office.run("admit", model, "--use", USE, "--why", "cheap", by="Eve")
    refused(office, done, 2, "rules.calls-are-known: policy acme", "names nobody who may decide", "add `by: ROLE`")
    assert office.entries() == before + 1  # the verdict


def test_a_block_that_nobody_may_override(office: Office) -> None:
    office.policy(POLICY.replace("override: {by: risk-officer}\n", ""))
    model = office.model(weights=KNOWN_ROAD)
    for name in ("Eve", "Rita", "Ada"):
        done = office.run("admit", model, "--use", USE, "--why", "must", "--until", "2099-01-01", by=name)
        assert (done.code, "nobody can make an exception" in done.text, "recorded:" in done.text) == (20, True, False)


def test_an_exception_needs_the_role_that_the_policy_names(office: Office) -> None:
    model = office.model(weights=KNOWN_ROAD, licence=mit())
    assert office.run("admit", model, "--use", USE, "--why", "must", by="Eve").code == 20
    said = ("admit", "#12", "--why", "must", "--until", "2099-01-01", "--answer", "no-known-attack=fine")
    refused(office, office.run(*said, by="Otto"), 1, "it takes risk-officer", model=model)
    refused(office, office.run(*said, by="Eve"), 1, "your own request", model=model)


def test_bytes_that_changed_since_they_were_checked(office: Office, model: Path, case: str) -> None:
    subject = office.told("status", model)["subject"]
    office.model(weights=OTHER_CALL)
    for verb in ("admit", "refuse"):
        done = office.run(verb, model, "--use", USE, "--why", "fine", by="Otto")
        assert done.code == 2
        now = office.told("status", model)["subject"]
        assert now != subject
        assert subject in done.text or verb == "refuse"
        assert now in done.text
        assert "hilt check --record" in done.text
    done = office.run("status", model)
    assert (done.code, f"others were, on {datetime.now(UTC).date()}: {subject}" in done.text) == (10, True)
    assert office.run("check", model, "--record").code == 10
    done = office.run("admit", model, "--use", USE, "--why", "fine", *ANSWER, by="Otto")
    refused(office, done, 2, "nobody has asked for the use")


def test_an_answer_to_a_request_for_a_use_that_is_spelled_otherwise(office: Office, model: Path, case: str) -> None:
    done = office.run("admit", model, "--use", "support chat", "--why", "fine", *ANSWER, by="Otto")
    refused(office, done, 2, "nobody has asked for the use 'support chat'", f"other uses: #12 ({USE})", model=model)
    late = office.run("admit", model, "--use", "search", "--why", "fine", "--until", "2099-01-01", by="Eve")
    refused(office, late, 2, "leave out --answer, --until and --conditions")


def test_a_weaker_policy_of_ones_own_admits_nothing(office: Office, model: Path, tmp_path: Path) -> None:
    (tmp_path / "lax.yaml").write_text("policy: lax\nversion: 1\nrules: {any: {require: 'true', else: review}}\n")
    for policy in ("permissive", tmp_path / "lax.yaml"):
        assert office.run("check", model, "--record", "-p", policy).code in (0, 10)
        done = office.run("admit", model, "--use", f"{policy}", "--why", "fine", "-p", policy, by="Eve")
        assert (done.code, "Lena licence-has-a-text" in done.text) == (10, True)


def test_an_approval_whose_day_is_over(office: Office, model: Path, case: str) -> None:
    assert office.run("admit", case, "--why", "fine", *TEXT, by="Lena").code == 10
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    with opened(office.settings, writing=True) as record:
        event = record.history(office.told("status", model)["subject"].removeprefix("sha256:"))[-1].event
        assert isinstance(event, DecisionMade)
        said = tuple((rule, Words.of("read", token_bytes(16))) for rule in ("calls-are-known", "licence-has-a-text"))
        late = replace(event, why=Words.of("fine", token_bytes(16)), answers=said, until=yesterday)
        record.commit([late], key=office.signing("Otto"))
    done = office.run("status", model)
    assert (done.code, f"it counted until {yesterday}" in done.text) == (10, True)
    assert office.run("admit", case, "--why", "fine", *ANSWER, by="Otto").code == 0


def test_a_later_yes_that_is_over_lets_the_same_person_say_it_again(office: Office) -> None:
    office.policy(TWO)
    assert office.run("admit", office.model(), "--use", USE, "--why", "cheap", by="Eve").code == 10
    again = ("admit", "#12", "--why", "fine", *ANSWER)
    assert office.run(*again, by="Otto").code == 10
    assert office.run(*again, by="Otto").code == 1
    with opened(office.settings, writing=True) as record:
        place = record.log.head().size - 1
        event = record.recorded(place).event
        assert isinstance(event, DecisionMade)
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        why, answers = (Words.of("briefly", token_bytes(16)) for _ in range(2))
        record.commit(
            [replace(event, why=why, answers=(("calls-are-known", answers),), until=yesterday)],
            key=office.signing("Otto"),
        )
    assert office.run(*again, by="Otto").code == 10
    done = office.run(*again, by="Otto")
    refused(office, done, 1, f"you have said yes already (entry {place + 2})", model=office.model())


def test_holdings_that_are_none(office: Office, model: Path, case: str) -> None:
    for option, words in (
        (("--where", "", "--holder", "x"), "--where: name the place"),
        (("--where", "here", "--holder", " "), "--holder: say it in words"),
    ):
        refused(office, office.run("hold", "add", model, *option, by="Eve"), 2, words)
    for entry in ("12", "#12", "99999", str((1 << 63) - 1)):
        refused(office, office.run("hold", "end", entry, by="Eve"), 2, "no number of a holding")


@pytest.mark.parametrize("verb", ["status", "history"])
def test_asking_needs_no_key_and_makes_no_record(office: Office, model: Path, verb: str) -> None:
    office.settings_file.write_text("policy: acme.yaml\nrecord: {database: elsewhere.db, checkpoint: gone}\n")
    refused(office, office.run(verb, model), 1, "elsewhere.db: there is no record here; `hilt init` makes one")
    assert not (office.settings_file.parent / "elsewhere.db").exists()


def test_hostile_names_move_no_cursor(office: Office) -> None:
    nasty = "\x1b[2J\u202eevil\n::error::owned"
    model = office.model(nasty)
    assert office.run("admit", model, "--use", "chat", "--why", nasty, by="Eve").code == 10
    office.asks("Eve", f"chat {nasty}", nasty)
    office.run("hold", "add", model, "--where", nasty, "--holder", nasty, "--use", "chat", by="Eve")
    for words in (("status", model), ("history", model), ("hold", "list"), ("status",)):
        done = office.run(*words)
        assert done.err == ""
        assert not {"\x1b", "\u202e"} & set(done.out)
        assert all(not line.strip().startswith("::") for line in done.out.splitlines())
        assert "evil" in done.out
