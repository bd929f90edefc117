from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from attacks import sigstore_bundles as bundles
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.sigstore_bundle import LogEntry, SigstoreBundle, parse
from reading import read

LIMITS = Limits()
Change = Callable[[dict[str, Any]], Any]


def parsed(whole: dict[str, Any], limits: Limits = LIMITS) -> SigstoreBundle:
    return parse(json.dumps(whole).encode(), limits)


@pytest.mark.parametrize("name", bundles.HONEST)
@pytest.mark.parametrize("other", ["", "file", "config.json", "weights.pkl"])
def test_a_bundle_is_recognised_under_any_name(name: str, other: str) -> None:
    for called in (name, other):
        file = read(bundles.HONEST[name], called)
        assert (file.format, file.error) == ("sigstore-bundle", None)


@pytest.mark.parametrize(
    "data",
    [
        b'{"mediaType": "application/vnd.oci.image.manifest.v1+json", "config": {}}',
        b'{"mediaType": "application/vnd.dev.sigstore.bundles"}',
        b'{"a": {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}}',
        b'{"model_type": "bert", "note": "application/vnd.dev.sigstore.bundle.v0.3+json"}',
    ],
)
def test_other_json_stays_json(data: bytes) -> None:
    assert read(data, "x.sig").format == "json"


def test_a_config_that_begins_as_a_bundle_is_no_way_around_the_checks_of_configs() -> None:
    whole = bundles.by_key() | {"auto_map": {"AutoModel": "modeling_evil.Evil"}}
    file = read(json.dumps(whole).encode(), "config.json")
    assert file.format == "sigstore-bundle"
    assert "a member that it does not know: 'auto_map'" in str(file.error)


def test_each_kind_is_told_with_what_it_brings_along() -> None:
    key, chain, keyless = parsed(bundles.by_key()), parsed(bundles.by_certificate()), parsed(bundles.keyless())
    assert (key.kind, key.hint, key.certificates) == ("key", "0" * 64, ())
    assert (chain.kind, chain.certificates) == ("certificate", (b"certificate", b"certificate"))
    assert (keyless.kind, keyless.timestamps) == ("identity", (b"stamp",))
    assert keyless.log == (LogEntry(log="wNI9", index=598151086, kind="dsse 0.0.1", integrated=1760062340),)
    assert keyless.envelope is not None
    assert keyless.envelope.signature == b"signature"
    assert json.loads(keyless.envelope.payload) == bundles.STATEMENT
    assert parsed(bundles.older_keyless()).kind == "identity"
    blob = parsed(bundles.of_one_file())
    assert (blob.envelope, blob.blob) == (None, b"d" * 32)


@pytest.mark.parametrize("keyid", [None, "", "x"])
def test_the_id_of_a_key_is_let_be(keyid: str | None) -> None:
    whole = bundles.by_key()
    whole["dsseEnvelope"]["signatures"][0]["keyid"] = keyid
    assert parsed(whole) == parsed(bundles.by_key())
    del whole["dsseEnvelope"]["signatures"][0]["keyid"]
    assert parsed(whole) == parsed(bundles.by_key())


def material(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["verificationMaterial"]
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w.update(mediaType="application/json"), "a media type of no Sigstore bundle: 'application/json'"),
        (lambda w: w.update(mediaType="application/vnd.dev.sigstore.bundle.v0.4+json"), "a media type of no"),
        (lambda w: w.pop("mediaType"), "mediaType of the bundle is missing"),
        (lambda w: w.pop("dsseEnvelope"), "either dsseEnvelope or messageSignature"),
        (lambda w: w.update(messageSignature={}), "either dsseEnvelope or messageSignature"),
        (lambda w: w.pop("verificationMaterial"), "verificationMaterial is missing"),
        (lambda w: material(w).pop("publicKey"), "exactly one of publicKey, x509CertificateChain, certificate, not 0"),
        (lambda w: material(w).update(certificate=bundles.RAW), "not 2"),
        (lambda w: material(w).update(publicKey={}), "neither hint nor rawBytes"),
        (lambda w: material(w).update(publicKey={"hint": 1}), "hint of publicKey is no text"),
        (lambda w: material(w).update(tlogEntries={}), "tlogEntries is no list"),
        (lambda w: material(w).update(tlogEntries=[1]), "an entry of tlogEntries is no object"),
        (lambda w: material(w).update(tlogEntries=[{"logIndex": "-1"}]), "logIndex is no number"),
        (lambda w: material(w).update(tlogEntries=[{"logIndex": True}]), "logIndex is no number"),
        (lambda w: material(w).update(unknown=1), "a member that it does not know: 'unknown'"),
        (lambda w: w["dsseEnvelope"].update(signatures=[]), "0 signatures, where a bundle has exactly one"),
        (lambda w: w["dsseEnvelope"]["signatures"][0].update(sig="QQ"), "sig of a signature is empty, or no base64"),
        (lambda w: w["dsseEnvelope"]["signatures"][0].update(sig="QR=="), "as it is to be spelled"),
        (lambda w: w["dsseEnvelope"]["signatures"][0].update(sig="Q Q="), "as it is to be spelled"),
        (lambda w: w["dsseEnvelope"]["signatures"][0].update(sig="ä"), "as it is to be spelled"),
        (lambda w: w["dsseEnvelope"]["signatures"][0].update(sig=""), "is empty"),
        (lambda w: w["dsseEnvelope"]["signatures"][0].update(keyid=1), "keyid is no text"),
        (lambda w: w["dsseEnvelope"].update(payload=1), "payload of dsseEnvelope is no text"),
    ],
)
def test_what_no_bundle_has_is_refused_in_words(change: Change, said: str) -> None:
    whole = bundles.by_key()
    change(whole)
    with pytest.raises(FormatError, match=said):
        parsed(whole)


def test_chains_and_keyless_bundles_must_be_whole() -> None:
    for whole, change, said in (
        (bundles.by_certificate(), {"x509CertificateChain": {"certificates": []}}, "without a certificate"),
        (
            bundles.by_certificate(),
            {"x509CertificateChain": {"certificates": [{}]}},
            "rawBytes of a certificate is missing",
        ),
        (bundles.keyless(), {"tlogEntries": []}, "without an entry of a transparency log"),
        (bundles.keyless(), {"timestampVerificationData": {"x": 1}}, "a member that it does not know"),
    ):
        material(whole).update(change)
        with pytest.raises(FormatError, match=said):
            parsed(whole)


def test_two_readers_must_see_the_same() -> None:
    text = bundles.HONEST["model.sig"].decode()
    for data, said in (
        (text.replace('"dsseEnvelope"', '"dsseEnvelope": {}, "dsseEnvelope"').encode(), "'dsseEnvelope' occurs twice"),
        (text.replace('"hint"', '"hint": "x", "hint"').encode(), "'hint' occurs twice"),
        (text.encode("utf-16"), "not UTF-8"),
        (text.encode() + b"{}", "not JSON"),
    ):
        with pytest.raises(FormatError, match=said):
            parse(data, LIMITS)


@pytest.mark.reaches("certificates")
def test_a_chain_of_too_many_certificates_is_not_followed() -> None:
    with pytest.raises(LimitExceeded, match="certificates"):
        parsed(bundles.by_certificate(), Limits(certificates=1))


def test_a_bundle_that_is_too_large_is_not_read() -> None:
    file = read(bundles.HONEST["model.sig"], "model.sig", Limits(json_bytes=10))
    assert isinstance(file.error, LimitExceeded)


def test_small_values_that_take_much_memory_are_not_parsed() -> None:
    for value in (b"[" + b"[]," * 900 + b"[]]", b"[" * 900 + b"]" * 900, b"[" + b"0," * 900 + b"0]"):
        with pytest.raises(LimitExceeded, match="header_entries"):
            parse(b'{"mediaType": ' + value + b"}", Limits(header_entries=100))


@pytest.mark.parametrize("name", bundles.HONEST)
def test_cut_or_changed_at_any_place_it_is_a_bundle_or_an_error(name: str) -> None:
    data = bundles.HONEST[name]
    for end in range(len(data)):
        with pytest.raises(FormatError):
            parse(data[:end], LIMITS)
    chance = random.Random(1)
    for _ in range(500):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.choice(b'\0"{}[],:\\\xff019aZ=')
        try:
            parse(bytes(changed), LIMITS)
        except FormatError:
            continue
