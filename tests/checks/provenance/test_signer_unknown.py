from __future__ import annotations

import sys
from importlib import resources

import pytest

from hilt.checks.provenance import signature_malformed
from hilt.checks.provenance.gathering import results
from hilt.checks.provenance.signer_unknown import CHECK
from hilt.core.context import HubStated, Signer
from hilt.core.fact import Fact, Known
from hilt.core.limits import Limits
from hilt.core.subject import Entry, EntryKind
from hilt.core.verification import Signed
from hilt.knowledge.provenance import sign
from signed import (
    CODE,
    KEY,
    MODEL,
    OTHER_KEY,
    VECTORS,
    authority,
    bundle,
    certified,
    chained,
    trusting,
    trusting_root,
)
from signed import stated as statement
from signed_subjects import SIGNED, acme, found, gaps, stated, subject

VERIFIED = {
    "signature": "verified",
    "signed_by": ("acme",),
    "as_expected": False,
    "left_out": (),
    "covers_all": True,
}


def test_the_signature_of_somebody_trusted_is_verified_and_nothing_is_found() -> None:
    made = subject(signers=[acme()])
    assert stated(CHECK, made) == VERIFIED
    assert found(CHECK, made) == []
    assert gaps(CHECK, made) == []


def test_whom_the_settings_name_for_the_reference_signed_as_expected() -> None:
    assert stated(CHECK, subject(signers=[acme("hf:acme/*")])) == {**VERIFIED, "as_expected": True}


def test_a_signature_by_nobody_known_is_no_more_than_worth_knowing() -> None:
    made = subject()
    ((severity, path, message),) = found(CHECK, made)
    assert (severity, path) == ("info", "model.sig")
    assert "names a key that is not trusted here" in message
    assert stated(CHECK, made) == {
        "signature": "untrusted",
        "signed_by": (),
        "as_expected": False,
        "left_out": (),
        "covers_all": False,
    }


def test_a_signature_by_another_than_whom_the_settings_name_wants_a_look() -> None:
    made = subject(signers=[trusting(OTHER_KEY, "megacorp")._replace(models=("hf:megacorp/*",))])
    ((severity, _, message),) = found(CHECK, made)
    assert severity == "medium"
    assert message.endswith("; your settings name megacorp for this reference")


def test_somebody_trusted_for_everything_is_not_whom_the_settings_expect_here() -> None:
    other = trusting(OTHER_KEY, "megacorp")._replace(models=("hf:megacorp/*",))
    made = subject(signers=[acme(), other])
    assert found(CHECK, made) == [
        ("medium", "model.sig", "made by acme; your settings name megacorp for this reference")
    ]
    assert stated(CHECK, made) == VERIFIED


def test_of_two_signatures_one_by_somebody_expected_is_enough() -> None:
    files = {**MODEL, "b.sig": sign.sign(statement(), OTHER_KEY), "model.sig": bundle()}
    made = subject(files, signers=[acme("hf:acme/*")])
    assert [(severity, path) for severity, path, _ in found(CHECK, made)] == [("info", "b.sig")]
    assert stated(CHECK, made) == {**VERIFIED, "as_expected": True}


def test_a_signature_that_does_not_hold_is_told_elsewhere_and_stated_here() -> None:
    made = subject({**SIGNED, "config.json": b'{"a": 1}'}, signers=[acme("hf:acme/*")])
    assert found(CHECK, made) == []
    assert stated(CHECK, made)["signature"] == "broken"
    assert stated(CHECK, made)["as_expected"] is False


def test_the_end_of_the_certificate_is_stated() -> None:
    root, middle = authority()
    leaf = certified("acme", middle, uses=CODE, years=(2026, 2027))
    made = subject({**MODEL, "model.sig": chained(leaf, middle)}, signers=[trusting_root(root)])
    assert stated(CHECK, made) == {**VERIFIED, "signed_until": "2027-01-01"}


def test_a_signature_in_a_folder_below_vouches_for_nothing() -> None:
    inside = {f"small/{path}": data for path, data in SIGNED.items()}
    made = subject({**inside, "weights.txt": b"others"}, signers=[acme("hf:acme/*")])
    assert stated(CHECK, made) == {}
    assert found(CHECK, made) == []


def test_without_digests_nobody_knows_and_a_gap_says_so() -> None:
    made = subject(hashed=False, signers=[acme()])
    assert set(stated(CHECK, made).values()) == {None}
    (gap,) = gaps(CHECK, made)
    assert gap == (
        "model.sig: no digests were made (--no-hash), so that nobody knows whether config.json and 3 more is what was signed"
    )


def test_over_digests_that_a_hub_states_everything_is_claimed() -> None:
    made = subject(signers=[acme()], hub=HubStated(commit="f" * 40, asked=True))
    facts = [seen for seen in CHECK.run(made) if isinstance(seen, Fact)]
    assert {fact.known for fact in facts} == {Known.CLAIMED}
    assert stated(CHECK, made) == VERIFIED


@pytest.mark.parametrize("algorithm", ["sha256", "blake2b", "blake3"])
@pytest.mark.parametrize("shard_size", [0, 7, 1 << 20])
def test_other_digests_than_those_of_the_run_are_made_from_the_bytes(algorithm: str, shard_size: int) -> None:
    signature = sign.sign(statement(algorithm=algorithm, shard_size=shard_size), KEY)
    made = subject({**MODEL, "model.sig": signature}, signers=[acme()])
    assert stated(CHECK, made) == VERIFIED
    changed = subject({**MODEL, "model.safetensors": b"Weights" * 40, "model.sig": signature}, signers=[acme()])
    assert stated(CHECK, changed)["signature"] == "broken"


@pytest.mark.reaches("signed_bytes")
def test_what_is_more_than_a_check_reads_again_is_left_to_hilt_verify() -> None:
    signature = sign.sign(statement(algorithm="blake2b"), KEY)
    made = subject({**MODEL, "model.sig": signature}, signers=[acme()], limits=Limits(signed_bytes=100))
    assert stated(CHECK, made)["signature"] is None
    (gap,) = gaps(CHECK, made)
    assert gap == (
        "model.sig: the blake2b of model.safetensors is more than a check reads again (limit signed_bytes); "
        "`hilt verify` reads all of it"
    )


def test_nothing_is_fetched_for_digests_that_a_hub_does_not_state() -> None:
    signature = sign.sign(statement(algorithm="blake3", shard_size=100), KEY)
    made = subject({**MODEL, "model.sig": signature}, signers=[acme()], hub=HubStated(asked=True))
    (gap,) = gaps(CHECK, made)
    assert gap.startswith(
        "model.sig: nobody states the blake3 of pieces of 100 bytes of config.json and 3 more; download"
    )


@pytest.mark.reaches("signatures")
def test_more_signatures_than_anybody_needs_are_not_all_looked_at() -> None:
    files = {**MODEL, **{f"{number}.sig": bundle() for number in range(5)}}
    made = subject(files, limits=Limits(signatures=3))
    assert gaps(CHECK, made) == [f"{number}.sig: 5 is past the limit signatures = 3" for number in (3, 4)]


def test_any_number_of_other_files_called_sig_hides_no_signature() -> None:
    files = {**SIGNED, **{f"{number}.sig": b"-----BEGIN PGP SIGNATURE-----\n" for number in range(5)}}
    made = subject(files, signers=[acme()], limits=Limits(signatures=1))
    assert [gap.partition(":")[0] for gap in gaps(CHECK, made)] == [f"{number}.sig" for number in range(5)]


def test_signatures_are_no_larger_together_than_one_may_be() -> None:
    files = {**SIGNED, **{f"{number}.sig": bundle() for number in range(5)}}
    made = subject(files, limits=Limits(json_bytes=2 * len(bundle())))
    assert [path for path, result in results(made, Signed.BROKEN)] == ["model.sig", "0.sig"]
    told = found(signature_malformed.CHECK, made)
    assert [path for _, path, _ in told] == [f"{number}.sig" for number in range(1, 5)]
    assert all("is past the limit json_bytes" in message for _, _, message in told)


def test_a_key_of_the_settings_that_cannot_be_read_leaves_it_open() -> None:
    made = subject(signers=[Signer(name="acme", kind="key", pem="nonsense")])
    assert stated(CHECK, made)["signature"] is None
    (gap,) = gaps(CHECK, made)
    assert "no public key in PEM" in gap


def test_what_a_download_client_keeps_beside_the_files_is_not_the_model() -> None:
    made = subject(SIGNED, Entry(path=".cache/huggingface", kind=EntryKind.SET_ASIDE), signers=[acme()])
    assert stated(CHECK, made) == VERIFIED


def test_a_link_under_the_name_of_a_clients_folder_breaks_the_signature() -> None:
    link = Entry(path=".cache/huggingface", kind=EntryKind.LINK_OUT, target="/srv")
    assert stated(CHECK, subject(SIGNED, link, signers=[acme()]))["signature"] == "broken"


def test_a_link_that_was_not_signed_breaks_the_signature() -> None:
    made = subject(SIGNED, Entry(path="more.py", kind=EntryKind.LINK_OUT, target="/srv"), signers=[acme()])
    assert stated(CHECK, made)["signature"] == "broken"


class TestKeyless:
    """With the vector that OpenSSF publishes, over two files that hold their own names."""

    IDENTITY, ISSUER = "stefanb@us.ibm.com", "https://sigstore.verify.ibm.com/oauth2"

    def signer(self) -> Signer:
        pytest.importorskip("sigstore", reason="the extra `sigstore` is not installed")
        store = resources.files("sigstore") / "_store" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
        root = (store / "trusted_root.json").read_text()
        return Signer(name="Stefan", kind="identity", pem=root, identity=self.IDENTITY, issuer=self.ISSUER)

    def files(self) -> dict[str, bytes]:
        path = VECTORS / "test-vectors/v1.0/valid/sigstore.bundle.json"
        if not path.is_file():
            pytest.skip("the test vectors of OpenSSF Model Signing are not here")
        return {"signme-1": b"signme-1", "signme-2": b"signme-2", "model.sig": path.read_bytes()}

    def test_the_signature_of_an_identity_that_is_trusted_is_verified(self) -> None:
        made = subject(self.files(), signers=[self.signer()])
        assert stated(CHECK, made) == {**VERIFIED, "signed_by": ("Stefan",)}
        assert found(CHECK, made) == []

    def test_the_same_identity_by_another_issuer_is_nobody_known(self) -> None:
        other = self.signer()._replace(issuer="https://accounts.google.com")
        made = subject(self.files(), signers=[other])
        assert stated(CHECK, made)["signature"] == "untrusted"

    def test_without_the_extra_the_pip_line_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = subject(self.files(), signers=[self.signer()])
        monkeypatch.setitem(sys.modules, "sigstore.models", None)
        assert gaps(CHECK, made) == [
            "model.sig: a keyless signature needs an optional package: pip install 'hilt[sigstore]'"
        ]
        assert stated(CHECK, made)["signature"] is None

    def test_nobody_needs_the_extra_for_a_signer_that_is_not_trusted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "sigstore.models", None)
        assert gaps(CHECK, subject(self.files(), signers=[acme()])) == []
