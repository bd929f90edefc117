"""Waivers from a settings file to a verdict, on real folders."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid, UsageError
from hilt.core.verdict import Outcome, Verdict
from hilt.core.waiver import Idle
from hilt.gate.check import check
from hilt.gate.settings import Settings, read_settings
from hilt.gate.waive import Proposal, as_yaml, waive

UNKNOWN_CALL = b"\x80\x02cacme.layers\nRebuild\n)R."
KNOWN_ROAD = b"cposix\nsystem\n(S'echo hilt'\ntR."
UNTIL = f"{datetime.now(UTC).year + 1}-06-30"
DIGEST = "sha256:" + "0" * 64


def folder(at: Path, **files: bytes) -> Path:
    at.mkdir(exist_ok=True)
    for name, data in files.items():
        (at / name.replace("__", ".")).write_bytes(data)
    return at


def proposed(model: Path, *checks: str, path: str | None = None) -> list[Proposal]:
    return [
        one
        for check_id in checks
        for one in waive(str(model), check=check_id, path=path, reason="read", until=UNTIL, settings=Settings())
    ]


def settings(beside: Path, proposals: Sequence[Proposal]) -> Settings:
    """The settings file that these are pasted into, read."""
    path = beside / "settings.yaml"
    path.write_text(as_yaml(proposals), encoding="utf-8")
    return read_settings(path)


def waived(model: Path, *checks: str, policy: str = "default") -> Verdict:
    return check(model, policy=policy, settings=settings(model.parent, proposed(model, *checks)))


def rules(verdict: Verdict) -> list[str]:
    return [reason.rule for reason in verdict.reasons]


def test_an_unknown_call_that_is_waived_is_admitted(tmp_path: Path) -> None:
    model = folder(tmp_path / "m", model__pkl=UNKNOWN_CALL)
    assert check(model).outcome is Outcome.REVIEW
    verdict = waived(model, "pickle-unknown-call")
    assert (verdict.outcome, rules(verdict)) == (Outcome.ADMIT, [])
    assert [one.waiver.reason for one in verdict.waived] == ["read"]


def test_a_file_that_changed_is_judged_anew(tmp_path: Path) -> None:
    model = folder(tmp_path / "m", model__pkl=UNKNOWN_CALL)
    given = settings(tmp_path, proposed(model, "pickle-unknown-call"))
    folder(model, model__pkl=UNKNOWN_CALL.replace(b"Rebuild", b"Rebuilt"))
    verdict = check(model, settings=given)
    assert (verdict.outcome, verdict.waived) == (Outcome.REVIEW, ())


def test_everything_else_is_still_judged(tmp_path: Path) -> None:
    model = folder(tmp_path / "m", model__pkl=UNKNOWN_CALL, other__pkl=UNKNOWN_CALL + b" ", evil__pkl=KNOWN_ROAD)
    one = settings(tmp_path, proposed(model, "pickle-unknown-call", path="model.pkl"))
    assert rules(check(model, settings=one)) == ["no-known-attack", "no-code-on-load", "no-open-question"]
    both = waived(model, "pickle-unknown-call")
    assert rules(both)[:2] == ["no-known-attack", "no-code-on-load"]
    assert {one.finding.where.path for one in both.waived} == {"model.pkl", "other.pkl"}


def test_what_was_not_read_is_not_waived(tmp_path: Path) -> None:
    model = folder(tmp_path / "m", model__pkl=UNKNOWN_CALL, torn__safetensors=b"\xff" * 9)
    assert "everything-was-read" in rules(waived(model, "pickle-unknown-call"))


def test_a_proposal_says_what_it_does_not_take_out(tmp_path: Path) -> None:
    model = folder(tmp_path / "m", notes__xyz=b"\x01\x02\x03nobody knows")
    (proposal,) = proposed(model, "unknown-file")
    assert "  # stays a gap, which no waiver takes out: no reader knows this file" in as_yaml([proposal])
    assert check(model, settings=settings(tmp_path, [proposal])).outcome is Outcome.REVIEW


def test_without_digests_nothing_is_waived_and_that_is_told(tmp_path: Path) -> None:
    model = folder(tmp_path / "m", model__pkl=UNKNOWN_CALL)
    given = settings(tmp_path, proposed(model, "pickle-unknown-call"))
    verdict = check(model, settings=given, hashed=False)
    assert verdict.outcome is Outcome.REVIEW
    assert [one.why for one in verdict.unwaived] == [Idle.NOT_HASHED]


def test_a_waived_attack_is_admitted_by_default_and_reviewed_by_strict(tmp_path: Path) -> None:
    model = folder(tmp_path / "m", LICENSE=b"MIT")
    with zipfile.ZipFile(model / "all.zip", "w") as archive:
        archive.writestr("model.pkl", KNOWN_ROAD)
    assert waived(model, "pickle-code").outcome is Outcome.ADMIT
    assert rules(waived(model, "pickle-code", policy="strict")) == ["no-waived-attack", "obligations-are-met"]


def test_remote_code_is_waived_for_the_code_that_was_read_and_no_other(tmp_path: Path) -> None:
    config = json.dumps({"architectures": ["A"], "auto_map": {"AutoModel": "modeling.A"}}).encode()
    model = folder(tmp_path / "m", config__json=config, modeling__py=b"class A: pass\n")
    assert "no-remote-code" in rules(check(model))
    given = settings(tmp_path, proposed(model, "remote-code", path="config.json"))
    assert check(model, settings=given).outcome is Outcome.ADMIT
    folder(model, modeling__py=b"class A: x = 1\n")
    assert "no-remote-code" in rules(check(model, settings=given))


def test_whatever_a_file_is_called_its_waiver_names_it(tmp_path: Path) -> None:
    model = tmp_path / "m"
    for number, name in enumerate(("a: b#.pkl", "'\"&.pkl", "\u202egnp.pkl", "emoji\U0001f600.pkl", "lone\udcff.pkl")):
        folder(model, **{name: UNKNOWN_CALL + b" " * number})
    proposals = proposed(model, "pickle-unknown-call")
    remarks = as_yaml(proposals).splitlines()
    assert all(line.isprintable() for line in remarks)
    assert len(check(model, settings=settings(tmp_path, proposals)).waived) == 5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"check": "pickle-unknown-cal"}, "there is no such check; did you mean pickle-unknown-call?"),
        ({"check": "pickle-code"}, "found nothing in {model}; these did: links, pickle-unknown-call"),
        ({"path": "m.pkl"}, "--path m.pkl: pickle-unknown-call found nothing there, but in model.pkl"),
        ({"check": "links"}, "out: a waiver holds for bytes with a digest, and there are none"),
        ({"until": "2020-01-31"}, "--until 2020-01-31: this day is over"),
        ({"until": "soon"}, "--until soon: a day such as 2027-01-31 is needed"),
        ({"reason": " "}, "--reason: say who looked at it"),
    ],
)
def test_what_cannot_be_waived_is_told(tmp_path: Path, given: dict[str, str], words: str) -> None:
    model = folder(tmp_path / "m", model__pkl=UNKNOWN_CALL)
    (model / "out").symlink_to("/etc")
    wanted = {"check": "pickle-unknown-call", "path": None, "reason": "read", "until": UNTIL, **given}
    with pytest.raises(UsageError) as caught:
        waive(str(model), settings=Settings(), **wanted)  # type: ignore[arg-type]
    assert words.format(model=model) in str(caught.value)


COMPLETE = f"check: pickle-code, path: a, digest: '{DIGEST}', reason: read, expires: 2027-01-31"


def test_a_waiver_is_read_and_its_day_may_stand_in_quotation_marks(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    quoted = COMPLETE.replace("2027-01-31", "'2027-01-31'").replace("path: a", "path: b")
    path.write_text(f"waivers: [{{{COMPLETE}}}, {{{quoted}}}]")
    first, second = read_settings(path).waivers
    assert (first.path, second.path, first.expires) == ("a", "b", second.expires)
    path.write_text("waivers:")
    assert read_settings(path).waivers == ()


@pytest.mark.parametrize(
    ("waivers", "words"),
    [
        ("{}", "waivers: a list of waivers is needed here"),
        ("[a]", "waivers[0]: a table of keys is needed here"),
        (f"[{{{COMPLETE}}}, {{{COMPLETE}, reson: x}}]", "waivers[1].reson: unknown key; did you mean reason?"),
        (f"[{{{COMPLETE}}}, {{{COMPLETE}}}]", "waivers[1]: waivers[0] names this check, path and digest already"),
        *(
            (f"[{{{COMPLETE.replace(f'{key}:', f'x{key}:')}}}]", f"waivers[0].x{key}: unknown key")
            for key in ("check", "path", "digest", "reason", "expires")
        ),
        (f"[{{{COMPLETE.replace('reason: read', 'reason: ')}}}]", "waivers[0]: the key reason is missing; say who"),
        (f"[{{{COMPLETE.replace('read', '3')}}}]", "waivers[0].reason: a text is needed here, not 3"),
        (f"[{{{COMPLETE.replace('2027-01-31', 'never')}}}]", "waivers[0].expires: a day such as 2027-01-31 is needed"),
        (f"[{{{COMPLETE.replace('2027-01-31', '2027-01-31 12:00:00')}}}]", "waivers[0].expires: a day such as"),
        (f"[{{{COMPLETE.replace('2027-01-31', '2027-02-31')}}}]", "not YAML: day is out of range"),
        (f"[{{{COMPLETE.replace('sha256:', '')}}}]", "waivers[0].digest: sha256: and 64 lower-case hexadecimal"),
        (
            f"[{{{COMPLETE.replace('pickle-code', 'pickel-code')}}}]",
            "waivers[0].check: there is no check 'pickel-code'; did",
        ),
    ],
)
def test_a_waiver_that_is_wrong_is_refused_with_its_key_path(tmp_path: Path, waivers: str, words: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(f"waivers: {waivers}")
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(path)
    assert words in str(caught.value)
