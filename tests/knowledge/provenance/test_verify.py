"""Every fault of `model-signing` 1.1.1 that is known, and what hilt says instead."""

from __future__ import annotations

import base64
import copy
import json
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hilt.core.context import Signer
from hilt.core.errors import FormatError
from hilt.core.verification import Signed
from hilt.knowledge.provenance import dsse, keys, manifest, sign, verify
from signed import (
    CODE,
    KEY,
    KEYS,
    LIMITS,
    MODEL,
    NOW,
    OTHER_KEY,
    answer,
    authority,
    bundle,
    certified,
    chained,
    changed,
    found,
    public_pem,
    resigned,
    signed_payload,
    stated,
    trusting,
    trusting_root,
)

OTHER = "9" * 64


def test_files_as_they_were_signed_are_verified() -> None:
    result = answer(bundle(), trusting(OTHER_KEY, "other"), trusting())
    assert (result.state, result.signers, result.until, result.reasons) == (Signed.VERIFIED, ("acme",), "", ())
    assert result.claims == f"the key {keys.hint(KEY.public_key())}"


def test_all_who_are_trusted_with_the_key_are_named() -> None:
    assert answer(bundle(), trusting(), trusting(name="acme too")).signers == ("acme", "acme too")


@pytest.mark.parametrize("curve", KEYS)
def test_every_curve_of_the_specification_signs_and_verifies(curve: str) -> None:
    data = sign.sign(stated(), KEYS[curve])
    assert answer(data, trusting(KEYS[curve])).state is Signed.VERIFIED
    assert answer(data, trusting(OTHER_KEY)).state is Signed.UNTRUSTED


def test_a_signature_by_a_key_that_nobody_trusts_is_not_called_broken() -> None:
    for signers in ((), (trusting(OTHER_KEY),), (trusting_root(),)):
        result = answer(bundle(), *signers)
        assert (result.state, result.signers) == (Signed.UNTRUSTED, ())
        assert result.reasons == (
            "the signature names a key that is not trusted here, and without that key nobody can say whether it holds",
        )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({**MODEL, "config.json": b"[]"}, "config.json is not what was signed"),
        ({**MODEL, "new.py": b""}, "new.py is here and was not signed"),
        ({path: data for path, data in MODEL.items() if path != "sub/a.txt"}, "sub/a.txt was signed and is not here"),
    ],
)
def test_whatever_differs_is_told_by_its_path(files: dict[str, bytes], said: str) -> None:
    result = answer(bundle(), trusting(), files=files)
    assert (result.state, result.signers, result.reasons) == (Signed.BROKEN, (), (said,))


def test_a_new_name_is_seen_although_the_root_digest_stays() -> None:
    files = {("config_evil.py" if path == "config.json" else path): data for path, data in MODEL.items()}
    assert stated(files).root_digest == stated().root_digest
    result = answer(bundle(), trusting(), files=files)
    assert result.state is Signed.BROKEN
    assert result.reasons == ("config_evil.py was signed as config.json: its name was changed",)


def test_a_file_whose_digest_nobody_knows_is_neither_verified_nor_broken() -> None:
    signature = verify.read(bundle(), LIMITS)
    files = [file if file.path != "config.json" else manifest.File(file.path, 2) for file in found()]
    result = verify.verify(signature, files, [trusting()], NOW)
    assert (result.state, result.signers) == (Signed.UNREAD, ("acme",))
    assert result.reasons == ("nobody computed the digest of config.json",)


def test_files_of_git_that_nobody_signed_are_told() -> None:
    files = MODEL | {
        ".gitattributes": b"*.txt filter=evil",
        ".git/x.py": b"",
        ".github/a/b.yml": b"",
        "sub/.gitignore": b"",
    }
    data = sign.sign(stated(files), KEY)
    result = answer(data, trusting(), files=files | {".git/hooks/post-checkout": b"echo hilt"})
    assert result.state is Signed.VERIFIED
    assert result.differences.excluded == (".git/hooks/post-checkout", ".git/x.py", ".gitattributes", ".github/a/b.yml")
    moved = {path: data for path, data in files.items() if path != "sub/.gitignore"}
    assert answer(data, trusting(), files=moved).differences.missing == ("sub/.gitignore",)


def test_what_the_signer_leaves_out_is_told_and_no_pattern() -> None:
    data = sign.sign(stated(MODEL | {"cache/a": b""}, ignore_paths=["cache"]), KEY)
    files = MODEL | {"cache/evil.py": b"", "cache2/b": b""}
    result = answer(data, trusting(), files=files)
    assert result.differences.ignored == ("cache/evil.py",)
    assert result.differences.left_out == ("cache/evil.py",)
    assert result.reasons == ("cache2/b is here and was not signed",)


@pytest.mark.parametrize(
    "place", ["*", ".", "/", "./cache", "../model/cache", "/cache", "cac", "sub/../cache", "cache//"]
)
def test_an_odd_place_in_the_signers_list_leaves_out_nothing(place: str) -> None:
    data = resigned(lambda document: document["predicate"]["serialization"].update(ignore_paths=[place]))
    files = MODEL | {"cache/evil.py": b""}
    expected = () if place == "cache//" else ("cache/evil.py",)
    assert answer(data, trusting(), files=files).differences.extra == expected


def test_two_signatures_side_by_side_both_verify() -> None:
    second = sign.sign(stated(), OTHER_KEY)
    files = MODEL | {"model.sig": bundle(), "b.sig": second}
    for data in (bundle(), second):
        result = answer(data, trusting(), trusting(OTHER_KEY), files=files, signatures={"model.sig", "b.sig"})
        assert result.state is Signed.VERIFIED
        assert result.differences.signatures == ("b.sig", "model.sig")
    assert answer(bundle(), trusting(), files=files).state is Signed.BROKEN


def test_a_signature_that_is_signed_itself_is_held_against_that() -> None:
    files = MODEL | {"model.sig": bundle()}
    second = sign.sign(stated(files), OTHER_KEY)
    tampered = files | {"model.sig": b"{}"}
    assert answer(second, trusting(OTHER_KEY), files=files, signatures={"model.sig"}).state is Signed.VERIFIED
    assert answer(second, trusting(OTHER_KEY), files=tampered, signatures={"model.sig"}).state is Signed.BROKEN


def test_a_certificate_of_the_organisation_is_verified_until_its_first_end() -> None:
    root, middle = authority()
    leaf = certified("leaf", middle, uses=CODE, years=(2025, 2027))
    result = answer(chained(leaf, middle), trusting_root(), trusting(name="by key"))
    assert (result.state, result.signers, result.until) == (Signed.VERIFIED, ("acme",), "2027-01-01")
    assert result.claims == "the certificate of CN=leaf"
    assert answer(chained(leaf, middle, root), trusting_root()).state is Signed.VERIFIED


def test_a_certificate_that_has_run_out_is_refused_although_it_held_when_it_began() -> None:
    old = certified("leaf", authority()[1], uses=CODE, years=(2025, 2026))
    result = answer(chained(old, authority()[1]), trusting_root())
    assert (result.state, result.late) == (Signed.UNTRUSTED, True)
    assert result.reasons == ("the certificate of CN=leaf expired on 2026-01-01",)
    files = MODEL | {"config.json": b"x"}
    assert answer(chained(old, authority()[1]), trusting_root(), files=files).state is Signed.BROKEN


def test_without_a_time_no_certificate_is_trusted() -> None:
    data = chained(certified("leaf", authority()[1], uses=CODE), authority()[1])
    result = answer(data, trusting_root(), now="")
    assert (result.state, result.reasons) == (
        Signed.UNTRUSTED,
        ("nobody said what time it is, so that no certificate can be trusted",),
    )
    assert answer(data, trusting_root(), now="2026-06-01").state is Signed.VERIFIED


def test_a_signature_that_the_certificate_did_not_make_is_broken() -> None:
    root, middle = authority()
    leaf = certified("leaf", middle, uses=CODE)
    whole = json.loads(chained(leaf, middle))
    whole["dsseEnvelope"] = json.loads(sign.sign(stated(), OTHER_KEY))["dsseEnvelope"]
    result = answer(json.dumps(whole).encode(), trusting_root(root))
    assert (result.state, result.reasons) == (
        Signed.BROKEN,
        ("the signature does not hold for the certificate of CN=leaf",),
    )


def test_the_way_in_which_a_signer_is_known_is_the_one_that_counts() -> None:
    """A bundle with a certificate does not verify by the key alone, nor one with a key by a root."""
    leaf = certified("leaf", authority()[1], uses=CODE)
    assert answer(chained(leaf, authority()[1]), trusting(KEY)).state is Signed.UNTRUSTED
    assert answer(bundle(), trusting_root()).state is Signed.UNTRUSTED
    assert answer(bundle(), Signer("x", "identity", "", "a", "b")).state is Signed.UNTRUSTED


def test_older_bundles_hold_the_key_itself_which_is_no_reason_to_trust_it() -> None:
    def older(key: Any) -> bytes:
        pem = base64.b64encode(public_pem(key).encode()).decode()
        material = {"publicKey": {"rawBytes": pem, "keyDetails": "PKIX_ECDSA_P256_SHA_256"}}
        return changed(lambda whole: whole.update(verificationMaterial=material))

    assert answer(older(KEY), trusting()).state is Signed.VERIFIED
    untrusted = answer(older(KEY), trusting(OTHER_KEY))
    assert (untrusted.state, untrusted.reasons) == (
        Signed.UNTRUSTED,
        ("the signature names a key that is not trusted here, and it holds for that key",),
    )
    assert answer(older(OTHER_KEY), trusting()).state is Signed.BROKEN


def test_what_was_signed_before_1_0_is_read() -> None:
    files = [{"name": path, "digest": {"sha256": file.digests[0]}} for path, file in zip(MODEL, found(), strict=True)]
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": files,
        "predicateType": "https://model_signing/Digests/v0.1",
        "predicate": {"unused": "Unused, just passed due to API requirements"},
    }
    payload = json.dumps(document).encode()
    assert answer(signed_payload(payload), trusting()).state is Signed.VERIFIED
    whole = json.loads(signed_payload(payload))
    before = keys.sign(KEY, dsse.signed_bytes_before_1_0(dsse.IN_TOTO, payload))
    whole["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(before).decode()
    assert answer(json.dumps(whole).encode(), trusting()).state is Signed.VERIFIED
    payload = base64.b64decode(json.loads(bundle())["dsseEnvelope"]["payload"])
    whole = json.loads(bundle())
    before = keys.sign(KEY, dsse.signed_bytes_before_1_0(dsse.IN_TOTO, payload))
    whole["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(before).decode()
    assert answer(json.dumps(whole).encode(), trusting()).state is Signed.BROKEN


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda whole: whole.update(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.1"),
            "a bundle of the type",
        ),
        (lambda whole: whole.update(mediaType="application/json"), "a media type of no Sigstore bundle"),
        (lambda whole: whole["dsseEnvelope"].update(signatures=[]), "0 signatures"),
        (lambda whole: whole["dsseEnvelope"]["signatures"].append({"sig": "QQ=="}), "2 signatures"),
        (lambda whole: whole["dsseEnvelope"].update(payloadType="text/plain"), "an envelope of the type 'text/plain'"),
    ],
)
def test_a_bundle_that_is_not_as_it_should_be_is_refused(change: Any, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        verify.read(changed(change), LIMITS)


def test_a_payload_of_another_type_is_refused_although_its_signature_holds() -> None:
    with pytest.raises(FormatError, match="an envelope of the type"):
        verify.read(signed_payload(b"{}", payload_type="application/octet-stream"), LIMITS)


def test_a_signer_whose_key_cannot_be_read_is_an_error_and_no_result() -> None:
    with pytest.raises(FormatError, match="no public key in PEM"):
        answer(bundle(), Signer("acme", "key", "x"))


def test_any_bit_that_is_turned_in_a_signature_or_a_payload_breaks_it() -> None:
    envelope = json.loads(bundle())["dsseEnvelope"]
    for part, at in (("payload", None), ("sig", 0)):
        text = envelope["payload"] if at is None else envelope["signatures"][at]["sig"]
        raw = bytearray(base64.b64decode(text))
        for bit in random.Random(6).sample(range(8 * len(raw)), 60):
            raw[bit // 8] ^= 1 << bit % 8
            spelled = base64.b64encode(raw).decode()
            data = changed(
                lambda whole, spelled=spelled, at=at: (
                    whole["dsseEnvelope"].update(payload=spelled)
                    if at is None
                    else whole["dsseEnvelope"]["signatures"][at].update(sig=spelled)
                )
            )
            assert not _verifies(data), (part, bit)
            raw[bit // 8] ^= 1 << bit % 8


@cache
def chain() -> bytes:
    """`MODEL`, signed with a certificate of the organisation."""
    return chained(certified("leaf", authority()[1], uses=CODE), authority()[1])


def _verifies(data: bytes) -> bool:
    try:
        return bool(answer(data, trusting(), trusting_root()).state is Signed.VERIFIED)
    except FormatError:
        return False


def _meaning(data: bytes) -> Any:
    """What of a bundle a signature binds, or names the signer."""
    whole = json.loads(data)
    envelope = whole["dsseEnvelope"]
    return envelope["payload"], envelope["payloadType"], envelope["signatures"][0]["sig"], whole["verificationMaterial"]


@settings(max_examples=200)
@given(st.data())
def test_no_change_of_bytes_verifies_unless_it_means_the_same(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([bundle(), chain()])))
    before = bytes(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["set", "cut", "insert"])):
            case "set":
                raw[at] = data.draw(st.integers(0, 255))
            case "cut":
                del raw[at : at + data.draw(st.integers(1, 30))]
            case _:
                raw[at:at] = data.draw(st.binary(max_size=4))
    if _verifies(bytes(raw)):
        old, new = _meaning(before), _meaning(bytes(raw))
        assert old[:3] == new[:3]
        assert old[3] | {"tlogEntries": []} == new[3] | {"tlogEntries": []}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("QQ==") | st.just(OTHER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inside for place in _places(one, (*at, key)))]


@settings(max_examples=200)
@given(st.data())
def test_no_shape_of_a_statement_makes_anything_but_an_error_or_a_result(data: st.DataObject) -> None:
    """By a hostile signer whose key is trusted: the statement is taken apart in any way, and signed."""

    def change(document: dict[str, Any]) -> None:
        place = data.draw(st.sampled_from(_places(document)[1:]))
        within: Any = document
        for key in place[:-1]:
            within = within[key]
        within[place[-1]] = data.draw(JSON)

    try:
        result = answer(resigned(change), trusting())
    except FormatError:
        return
    assert result.state in (Signed.VERIFIED, Signed.UNREAD, Signed.UNTRUSTED, Signed.BROKEN)


@settings(max_examples=150)
@given(st.data())
def test_no_shape_of_a_bundle_makes_anything_but_an_error_or_a_result(data: st.DataObject) -> None:
    with_chain = json.loads(chain())
    keyless = copy.deepcopy(with_chain)
    keyless["verificationMaterial"] = {
        "certificate": with_chain["verificationMaterial"]["x509CertificateChain"]["certificates"][0],
        "tlogEntries": [{"logIndex": "1", "kindVersion": {"kind": "dsse", "version": "0.0.1"}, "integratedTime": "9"}],
        "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": "QQ=="}]},
    }
    whole = copy.deepcopy(data.draw(st.sampled_from([json.loads(bundle()), with_chain, keyless])))
    place = data.draw(st.sampled_from(_places(whole)[1:]))
    within: Any = whole
    for key in place[:-1]:
        within = within[key]
    within[place[-1]] = data.draw(JSON)
    try:
        result = answer(json.dumps(whole).encode(), trusting(), trusting_root())
    except FormatError:
        return
    assert result.state in (Signed.VERIFIED, Signed.UNREAD, Signed.UNTRUSTED, Signed.BROKEN)
