"""From the settings to the verdict: whose signature a model must bear, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

import hilt
from hilt.gate.settings import Settings, read_settings
from hilt.gate.waive import waive
from hilt.knowledge.provenance import sign
from hub_server import File, Repository, serving
from signed import KEY, OTHER_KEY, VECTORS, public_pem, stated

HEADER = b'{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
FILES = {
    "config.json": b'{"model_type": "llama"}',
    "model.safetensors": len(HEADER).to_bytes(8, "little") + HEADER + b"abcd",
    "README.md": b"# A model\n",
}
SIGNED = {**FILES, "model.sig": sign.sign(stated(FILES), KEY)}


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def settings(folder: Path, models: str = "[models/acme-*]") -> Settings:
    """That trust acme, beside whose key they stand."""
    written(folder, {"acme.pem": public_pem(KEY).encode()})
    text = f"signers: [{{name: Acme, key: acme.pem, models: {models}}}]"
    return read_settings(written(folder, {"settings.yaml": text.encode()}) / "settings.yaml")


def told(verdict: hilt.Verdict, key: str) -> object:
    fact = verdict.report.fact(f"provenance.{key}")
    assert fact is not None
    return fact.value


def found(verdict: hilt.Verdict) -> list[tuple[str, str]]:
    return [(finding.check, finding.severity.word) for finding in verdict.report.findings if "sign" in finding.check]


def test_a_model_signed_by_whom_the_settings_name_is_admitted(tmp_path: Path) -> None:
    verdict = hilt.check(written(tmp_path / "models/acme-small", SIGNED), settings=settings(tmp_path))
    assert verdict.outcome is hilt.Outcome.ADMIT
    assert told(verdict, "signature") == "verified"
    assert told(verdict, "signed_by") == told(verdict, "expected") == ("Acme",)
    assert told(verdict, "covers_all") is True
    assert "signed-as-expected" in verdict.passed
    assert found(verdict) == []


def test_a_model_that_somebody_changed_after_it_was_signed_is_blocked(tmp_path: Path) -> None:
    changed = {**SIGNED, "model.safetensors": SIGNED["model.safetensors"][:-1] + b"e"}
    for known in (settings(tmp_path), Settings()):
        verdict = hilt.check(written(tmp_path / "models/acme-small", changed), settings=known)
        assert verdict.outcome is hilt.Outcome.BLOCK
        assert found(verdict) == [("signature-broken", "high")]
        assert told(verdict, "signature") == "broken"


@pytest.mark.parametrize(
    ("files", "check"),
    [
        (FILES, "signature-missing"),
        ({**FILES, "model.sig": sign.sign(stated(FILES), OTHER_KEY)}, "signer-unknown"),
    ],
)
def test_a_model_that_acme_should_have_signed_and_has_not_goes_to_a_person(
    tmp_path: Path, files: dict[str, bytes], check: str
) -> None:
    folder = written(tmp_path / "models/acme-small", files)
    verdict = hilt.check(folder, settings=settings(tmp_path))
    assert verdict.outcome is hilt.Outcome.REVIEW
    assert "signed-as-expected" in [reason.rule for reason in verdict.reasons]
    assert found(verdict) == [(check, "medium")]
    assert hilt.check(folder).outcome is hilt.Outcome.ADMIT, "whom nobody expects need not have signed"


def test_whatever_is_waived_a_signature_is_what_it_is(tmp_path: Path) -> None:
    model = written(tmp_path / "models/acme-small", {**FILES, "model.sig": sign.sign(stated(FILES), OTHER_KEY)})
    named = settings(tmp_path)
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "policy: p\nversion: 1\nunknown: review\nrules:\n"
        "  quiet: {require: '!findings.exists(f, f.severity == MEDIUM)', else: review}\n"
        "  trusted: {require: 'provenance.signature != \"untrusted\"', else: block}\n"
        "  expected: {when: size(provenance.expected) > 0, require: provenance.as_expected, else: block}\n"
    )
    proposals = waive(str(model), check="signer-unknown", path=None, reason="r", until="2999-12-31", settings=named)
    verdict = hilt.check(
        model, policy=str(policy), settings=replace(named, waivers=tuple(one.waiver for one in proposals))
    )
    assert [one.finding.check for one in verdict.waived] == ["signer-unknown"]
    assert [(one.rule, one.unknown) for one in verdict.reasons] == [("trusted", False), ("expected", False)]


def test_a_signature_that_was_not_held_against_the_files_is_never_a_pass(tmp_path: Path) -> None:
    folder = written(tmp_path / "models/acme-small", SIGNED)
    for known in (settings(tmp_path), Settings()):
        verdict = hilt.check(folder, settings=known, hashed=False)
        assert verdict.outcome is hilt.Outcome.REVIEW
        assert told(verdict, "signature") is None
    assert hilt.check(written(tmp_path / "unsigned", FILES), hashed=False).outcome is hilt.Outcome.ADMIT


def test_no_signature_is_verified_where_files_may_lie_that_nobody_saw(tmp_path: Path) -> None:
    folder = written(tmp_path / "models/acme-small", SIGNED)
    known = settings(tmp_path)
    written(folder, {"/".join(["deep"] * 70) + "/evil.py": b"import os\n"})
    verdict = hilt.check(folder, settings=known)
    assert verdict.outcome is hilt.Outcome.REVIEW
    assert told(verdict, "signature") is None
    assert told(verdict, "as_expected") is None
    assert [gap.why for gap in verdict.report.coverage.gaps if gap.what == "signer-unknown"] == [
        "there may be files that nobody saw: lies more than 64 folders deep (limit depth)"
    ]


def test_a_model_is_held_against_its_signature_before_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {path: File.of(data, large=path.endswith(".safetensors")) for path, data in SIGNED.items()}
    with serving() as hub:
        hub.repositories["models/acme/small"] = Repository(files)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path))
        known = settings(tmp_path, "['hf:acme/*']")
        verdict = hilt.check("hf:acme/small", settings=known)
        del hub.repositories["models/acme/small"].files["model.sig"]
        without = hilt.check("hf:acme/small", settings=known)
    assert verdict.outcome is hilt.Outcome.ADMIT
    fact = verdict.report.fact("provenance.signature")
    assert fact is not None
    assert (fact.value, fact.known.word) == ("verified", "claimed")
    assert without.outcome is hilt.Outcome.REVIEW


def test_a_keyless_signature_is_verified_in_the_process_that_reads(tmp_path: Path) -> None:
    pytest.importorskip("sigstore", reason="the extra `sigstore` is not installed")
    vector = VECTORS / "test-vectors/v1.0/valid/sigstore.bundle.json"
    if not vector.is_file():
        pytest.skip("the test vectors of OpenSSF Model Signing are not here")
    store = resources.files("sigstore") / "_store" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
    text = """
signers:
- name: Stefan
  identity: stefanb@us.ibm.com
  issuer: https://sigstore.verify.ibm.com/oauth2
  trust_file: root.json
"""
    own = {"settings.yaml": text.encode(), "root.json": (store / "trusted_root.json").read_bytes()}
    known = read_settings(written(tmp_path, own) / "settings.yaml")
    files = {"signme-1": b"signme-1", "signme-2": b"signme-2", "model.sig": vector.read_bytes()}
    verdict = hilt.check(written(tmp_path / "model", files), settings=known)
    assert told(verdict, "signed_by") == ("Stefan",)
    assert told(verdict, "signature") == "verified"
