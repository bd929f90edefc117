"""From a request to a withdrawal: four people, one model, and what the record says of it at every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.seeds import seeds
from hub_server import File, Repository, serving
from licence_texts import mit
from office import OTHER_CALL, POLICY, STRICTER, USE, Office
from terminal import typed

TENSORS = next(data for _, data in seeds()["safetensors"])
BLOCKING = POLICY.replace("f.severity >= HIGH", "f.severity >= MEDIUM")


def asked(office: Office, model: Path) -> str:
    """The number of the case in which Eve asks for the use."""
    done = office.run("admit", model, "--use", USE, "--why", "tells languages apart on a CPU", by="Eve")
    assert (done.code, done.err) == (10, "")
    return f"#{office.told('status', model)['uses'][0]['case']}"


def admitted(office: Office, model: Path) -> str:
    case = asked(office, model)
    code = "calls-are-known=It rebuilds layers, nothing else"
    text = "licence-has-a-text=The publisher sent the text by mail"
    until, conditions = ("--until", "2099-06-30"), ("--conditions", "carry the notice")
    first = office.run("admit", case, "--why", "fine", "--answer", text, *until, *conditions, by="Lena")
    assert first.code == 10
    assert office.run("admit", case, "--why", "read it", "--answer", code, by="Otto").code == 0
    return case


def test_a_request_says_who_may_decide_and_what_they_are_asked(office: Office) -> None:
    done = office.run("admit", office.model(), "--use", USE, "--why", "cheap", by="Eve")
    assert done.code == 10
    assert done.text.startswith(f"REVIEW {office.folder}/acme-lid for {USE} The verdict is review by policy acme")
    for line in (
        "waits for Otto calls-are-known: What does the code do that it calls?",
        "hilt admit '#12' --why TEXT --answer calls-are-known=TEXT",
        "waits for Lena licence-has-a-text: Which text grants us this use?",
        "Eve (engineer) asked to use it for support chatbot, EU",
        "why: cheap",
        "recorded: entry 12 of the log",
    ):
        assert line in done.text


def test_it_is_admitted_once_every_question_is_answered(office: Office) -> None:
    model = office.model()
    admitted(office, model)
    done = office.run("status", model, "--use", " Support  CHATBOT, eu")
    assert done.code == 0
    assert done.out.startswith("ADMIT ")
    for line in (
        "until 2099-06-30",
        "on condition carry the notice",
        "calls-are-known: yes by security on",
        "Otto (security) said yes to case #12",
        "calls-are-known: It rebuilds layers, nothing else",
    ):
        assert line in done.text
    assert office.run("status", model, "--use", "translation").code == 10


def test_json_says_the_same(office: Office) -> None:
    model = office.model()
    admitted(office, model)
    told = office.told("status", model)
    (use,) = told["uses"]
    assert (told["outcome"], use["outcome"], use["until"], use["exception"]) == ("admit", "admit", "2099-06-30", False)
    assert use["conditions"] == ["carry the notice"]
    assert [(act["kind"], act["name"], act["why"]) for act in use["acts"]] == [
        ("request", "Eve", "tells languages apart on a CPU"),
        ("decision", "Lena", "fine"),
        ("decision", "Otto", "read it"),
    ]
    assert told["verdict"]["outcome"] == "review"


def test_a_stricter_policy_ends_an_admission_and_the_case_is_open_again(office: Office) -> None:
    model = office.model()
    case = admitted(office, model)
    office.policy(STRICTER)
    assert office.run("check", model, "--record").code == 10
    done = office.run("status", model)
    assert done.code == 10
    assert "does not count: it rests on another policy" in done.text
    both = ("--answer", "calls-are-known=still nothing", "--answer", "no-code-on-load=It is a list")
    text = "licence-has-a-text=as before"
    assert office.run("admit", case, "--why", "read it anew", *both, by="Otto").code == 10
    assert office.run("admit", case, "--why", "as before", "--answer", text, by="Lena").code == 0


def test_the_policy_is_that_of_the_day_on_which_somebody_decides(office: Office) -> None:
    model = office.model()
    case = asked(office, model)
    office.policy(STRICTER)
    done = office.run("admit", case, "--why", "fine", "--answer", "calls-are-known=read", by="Otto")
    assert done.code == 2
    assert "--answer no-code-on-load=TEXT" in done.err


def test_a_block_gives_way_only_to_an_exception_with_an_end(office: Office) -> None:
    office.policy(BLOCKING)
    model = office.model()
    assert office.run("admit", model, "--use", USE, "--why", "nothing else does", by="Eve").code == 20
    case = f"#{office.told('status', model)['uses'][0]['case']}"
    answers = {"Lena": "licence-has-a-text", "Otto": "calls-are-known", "Rita": "no-known-attack"}
    for name, rule in answers.items():
        said = ("admit", case, "--why", "until there are safetensors", "--answer", f"{rule}=in a sandbox")
        endless = office.run(*said, by=name)
        assert (endless.code, "an exception to a block has an end" in endless.err) == (2, True)
        done = office.run(*said, "--until", "2099-02-28", by=name)
        assert done.code == (0 if name == "Rita" else 20)
    assert "exception it runs against its verdict" in done.text
    assert office.told("status", model)["uses"][0]["exception"] is True


def test_what_is_withdrawn_names_who_runs_it(office: Office) -> None:
    model = office.model()
    admitted(office, model)
    held = office.run("hold", "add", model, "--where", "cluster eu-1", "--holder", "Team Chat", "--use", USE, by="Eve")
    assert held.code == 0
    done = office.run("withdraw", model, "--why", "its publisher took it back", by="Otto")
    assert done.code == 20
    assert "runs at cluster eu-1: Team Chat for support chatbot, EU" in done.text
    assert "tell whoever is named there" in done.text
    assert office.run("status", model).code == 20
    asked_again = office.run("admit", model, "--use", USE, "--why", "it was a mistake", by="Eve")
    assert (asked_again.code, "Withdrawn for every use by security" in asked_again.out) == (20, True)


def test_a_withdrawal_for_one_use_leaves_the_others(office: Office) -> None:
    model = office.model(licence=mit(), weights=b"")
    office.policy(POLICY.partition("  licence-has")[0])
    for use in (USE, "search"):
        assert office.run("admit", model, "--use", use, "--why", "small", by="Eve").code == 0
    assert office.run("withdraw", model, "--use", "Search", "--why", "slow", by="Eve").code == 20
    assert [one["outcome"] for one in office.told("status", model)["uses"]] == ["admit", "block"]
    assert office.run("status", model, "--use", USE).code == 0


def test_a_refusal_ends_the_case(office: Office) -> None:
    model = office.model()
    case = asked(office, model)
    done = office.run("refuse", case, "--why", "nobody needs it", by="Lena")
    assert done.code == 20
    assert "Lena (legal) said no to case #12: not for support chatbot, EU" in done.text
    late = office.run("admit", case, "--why", "fine", "--answer", "calls-are-known=read", by="Otto")
    assert (late.code, "nobody has asked for the use" in late.err) == (2, True)


def test_what_nobody_admitted_is_in_the_inventory_all_the_same(office: Office) -> None:
    model = office.model()
    assert office.run("check", model, "--record").code == 10
    done = office.run("hold", "add", model, "--where", "a laptop", "--holder", "Team Odd", by="Eve")
    assert done.code == 10
    assert "runs without being admitted" in done.err
    listed = office.run("hold", "list")
    assert listed.code == 10
    assert "at a laptop for a use that nobody named by Team Odd" in listed.text
    (held,) = office.told("hold", "list", model)
    assert (held["place"], held["standing"]["outcome"]) == ("a laptop", "review")
    assert office.run("hold", "end", held["entry"], by="Eve").code == 0
    assert office.run("hold", "list").code == 0
    over = office.run("hold", "end", f"#{held['entry']}", by="Eve")
    assert (over.code, "over already" in over.err) == (2, True)


def test_history_tells_it_all_and_what_the_path_led_to_before(office: Office) -> None:
    model = office.model()
    admitted(office, model)
    office.run("hold", "add", model, "--where", "cluster eu-1", "--holder", "Team Chat", "--use", USE, by="Eve")
    office.model(weights=OTHER_CALL)
    assert office.run("check", model, "--record").code == 10
    done = office.run("history", model)
    kinds = [entry["kind"] for one in office.told("history", model) for entry in one["entries"]]
    assert kinds == ["verdict", "request", "decision", "decision", "holding", "verdict"]
    assert done.out.count("sha256:") == 2
    for line in (
        "hilt judged it review by policy acme because of calls-are-known, licence-has-a-text",
        "licence-has-a-text: The publisher sent the text by mail",
        "Eve (engineer) noted that it runs at cluster eu-1",
        "holder: Team Chat",
    ):
        assert line in done.text


def test_the_list_tells_how_everything_stands(office: Office) -> None:
    one, other = office.model("one"), office.model("other", weights=OTHER_CALL)
    admitted(office, one)
    assert office.run("check", other, "--record").code == 10
    done = office.run("status")
    assert done.code == 0
    assert f"review {other} nobody has asked to use it" in done.text
    assert f"admit {one} for {USE} until 2099-06-30" in done.text
    for option, references in (
        (("--standing", "admit"), [one]),
        (("--standing", "review"), [other]),
        (("--standing", "block"), []),
        (("--expiring", "36000"), [one]),
        (("--expiring", "30"), []),
        (("--matching", "oth"), [other]),
        (("--use", USE), [other, one]),
        (("--limit", "1"), [other]),
        (("--limit", "1", "--after", str(office.told("status", "--limit", "1")["after"])), [one]),
    ):
        told = office.told("status", *option)
        assert [told["reference"] for told in told["models"]] == list(map(str, references)), option
    assert "there are more: --after" in office.run("status", "--limit", "1").out


def test_on_a_terminal_the_evidence_is_shown_before_the_questions(office: Office) -> None:
    case = asked(office, office.model())
    said = ("admit", case, "--why", "fine", "--config", office.settings_file, "--key", office.key("Otto"))
    code, shown = typed(said, "It rebuilds layers", "n", env=office.homes)
    assert (code, "interrupted; nothing was decided" in shown) == (130, True)
    assert office.entries() == 13
    code, shown = typed(said, "It rebuilds layers", "y", env=office.homes)
    assert code == 10
    places = [shown.index(words) for words in ("acme.layers.Rebuild()", "(folded", "your answer", "Yes to")]
    assert places == sorted(places)
    decision = office.told("status", case)["uses"][0]["acts"][-1]
    assert (decision["answers"], decision["opened"] != "") == ([["calls-are-known", "It rebuilds layers"]], True)


def test_what_was_admitted_before_download_counts_once_the_bytes_match(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = office.model(weights=b"", licence=mit())
    (model / "model.safetensors").write_bytes(TENSORS)
    paths = [path for path in model.iterdir() if path.is_file()]
    with serving() as hub:
        files = {one.name: File.of(one.read_bytes(), large=one.suffix == ".safetensors") for one in paths}
        hub.repositories["models/acme/lid"] = Repository(files)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HOME", str(office.folder / "none"))
        done = office.run("admit", "hf:acme/lid", "--use", USE, "--why", "small", by="Eve")
        assert (done.code, "nobody here has read these bytes" in done.text) == (0, True)
        asked = len(hub.asked)
        assert office.told("status", "hf:acme/lid")["uses"][0]["claimed"] is True
        assert len(hub.asked) > asked  # the hub says again what its digests are
        before = office.told("status", model)
        assert (before["outcome"], before["uses"][0]["claimed"]) == ("admit", True)
        assert office.run("admit", model, "--use", USE, "--why", "still small", by="Eve").code == 0
        after = office.told("status", model)
        assert (after["outcome"], after["uses"][0]["claimed"]) == ("admit", False)
        assert after["subject"] == before["subject"]
        assert office.told("status", "hf:acme/lid")["uses"][0]["claimed"] is True
