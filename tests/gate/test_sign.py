"""What is signed, where it is written, and what keeps hilt from signing. Bundles go both ways with `model-signing`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import hilt
from hilt.core.errors import UsageError
from signed import CODE, KEY, KEYS, OTHER_KEY, authority, certified, private_pem, public_pem

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")
WAYS = [
    {},
    {"algorithm": "blake2b"},
    {"algorithm": "blake3"},
    {"shards": True},
    {"shards": True, "algorithm": "blake3"},
]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, key in {**KEYS, "acme": KEY, "other": OTHER_KEY}.items():
        (folder / f"{name}.pem").write_bytes(private_pem(key))
        (folder / f"{name}.pub").write_text(public_pem(key))
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-chat"
    (folder / "sub").mkdir(parents=True)
    for path, data in {"config.json": b"{}", "weights.bin": os.urandom(5_000), "sub/a": b"a", "sub-b": b"b"}.items():
        (folder / path).write_bytes(data)
    return folder


def state(model: Path, key: Path, **more: Any) -> str:
    return hilt.verify(model, key=key, **more).state.word


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("curve", KEYS)
def test_what_was_signed_verifies(model: Path, keys: Path, curve: str, way: dict[str, Any]) -> None:
    written = hilt.sign(model, key=keys / f"{curve}.pem", **way)
    assert (written.files, written.size) == (4, 5_004)
    assert state(model, keys / f"{curve}.pub") == "verified"


def test_what_is_not_signed_is_told(model: Path, keys: Path) -> None:
    (model / ".gitattributes").write_text("x")
    (model / "empty").write_bytes(b"")
    assert hilt.sign(model, key=keys / "acme.pem").left_out == (".gitattributes",)
    assert hilt.sign(model, key=keys / "acme.pem", shards=True).left_out == (".gitattributes", "empty")


def test_a_signature_is_replaced_by_its_own_signer_alone(model: Path, keys: Path) -> None:
    hilt.sign(model, key=keys / "acme.pem")
    (model / "config.json").write_text("[]")
    hilt.sign(model, key=keys / "acme.pem")
    with pytest.raises(UsageError, match=r"model\.sig holds a signature by the key [0-9a-f]{64}, not by"):
        hilt.sign(model, key=keys / "other.pem")
    assert state(model, keys / "acme.pub") == "verified"


def test_a_file_that_is_no_signature_is_not_replaced(model: Path, keys: Path) -> None:
    with pytest.raises(UsageError, match=r"config\.json is there and is no signature"):
        hilt.sign(model, key=keys / "acme.pem", signature=model / "config.json")
    assert (model / "config.json").read_text() == "{}"


def test_a_signature_under_a_name_that_loaders_read_is_signed_as_a_file(model: Path, keys: Path) -> None:
    hilt.sign(model, key=keys / "other.pem", signature=model / "tokenizer.json")
    assert "tokenizer.json" not in hilt.sign(model, key=keys / "acme.pem").left_out
    assert hilt.verify(model, key=keys / "acme.pub").state is hilt.Signed.VERIFIED


def test_the_private_key_is_not_signed_with_the_model_and_given_away(model: Path, keys: Path) -> None:
    shutil.copy(keys / "acme.pem", model / "sub" / "acme.pem")
    with pytest.raises(UsageError, match=r"--key sub/acme\.pem: the private key lies in what it is to sign"):
        hilt.sign(model, key=model / "sub" / "acme.pem")
    if sys.platform != "win32":
        (keys / "link.pem").symlink_to(model / "sub" / "acme.pem")
        with pytest.raises(UsageError, match="the private key lies in what it is to sign"):
            hilt.sign(model, key=keys / "link.pem")


def test_signing_rests_on_the_bytes_alone(model: Path, keys: Path) -> None:
    from hilt.sources.digest_store import SMALLEST, Identity, Pair, usual_store

    file, store = model / "weights.bin", usual_store()
    file.write_bytes(os.urandom(SMALLEST))
    hilt.sign(model, key=keys / "acme.pem")
    who = Identity.of(file.stat(), 0, SMALLEST)
    assert store is not None
    (pair,) = store.find([who]).values()
    store.add({who: Pair(blake3=pair.blake3, sha256="0" * 64)})
    hilt.sign(model, key=keys / "acme.pem")
    assert state(model, keys / "acme.pub", trust_nothing=True) == "verified"


@links
@pytest.mark.parametrize("kind", ["leads out", "leads nowhere", "a folder", "a pipe"])
def test_what_cannot_be_signed_is_named(model: Path, keys: Path, kind: str) -> None:
    odd = model / "odd"
    match kind:
        case "a pipe":
            os.mkfifo(odd)
        case _:
            odd.symlink_to({"leads out": "/etc/hostname", "leads nowhere": "nothing", "a folder": "sub"}[kind])
    with pytest.raises(UsageError, match="these cannot be signed: odd: "):
        hilt.sign(model, key=keys / "acme.pem")
    assert not (model / "model.sig").exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"years": (2020, 2021), "uses": CODE}, "expired on 2021-01-01"),
        ({}, "does not say that it is for signing code"),
        ({"uses": CODE, "key": OTHER_KEY}, "the private key does not belong to the certificate"),
    ],
)
def test_nothing_is_signed_that_nobody_would_accept(model: Path, keys: Path, options: dict[str, Any], why: str) -> None:
    (keys / "chain.pem").write_text(certified("release", authority()[1], **options).pem + authority()[1].pem)
    with pytest.raises(UsageError, match=why):
        hilt.sign(model, key=keys / "acme.pem", certificate=keys / "chain.pem")
    assert not (model / "model.sig").exists()


def test_what_lies_elsewhere_is_not_signed(keys: Path) -> None:
    with pytest.raises(UsageError, match="download it first"):
        hilt.sign("hf:acme/chat", key=keys / "acme.pem")


def test_shards_of_a_single_file_are_refused(model: Path, keys: Path) -> None:
    with pytest.raises(UsageError, match="in folders alone"):
        hilt.sign(model / "weights.bin", key=keys / "acme.pem", shards=True)


class TestModelSigning:
    """The reference implementation, in both directions."""

    @pytest.fixture(autouse=True)
    def _there(self) -> None:
        pytest.importorskip("model_signing", reason="the reference implementation is not installed")

    @pytest.mark.parametrize("way", [{}, {"algorithm": "blake3"}, {"shards": True, "for_model_signing": True}])
    def test_it_verifies_what_hilt_signs(self, model: Path, keys: Path, way: dict[str, Any]) -> None:
        from model_signing import verifying

        (model / ".gitattributes").write_text("x")
        hilt.sign(model, key=keys / "acme.pem", **way)
        config = verifying.Config().use_elliptic_key_verifier(public_key=keys / "acme.pub")
        config.verify(model, model / "model.sig")
        (model / "config.json").write_text("[]")
        with pytest.raises(ValueError, match="mismatch"):
            config.verify(model, model / "model.sig")

    def test_it_verifies_what_hilt_signs_with_a_certificate(self, model: Path, keys: Path) -> None:
        from model_signing import verifying

        root, between = authority()
        (keys / "root.pem").write_text(root.pem)
        (keys / "chain.pem").write_text(certified("release", between, uses=CODE).pem + between.pem)
        hilt.sign(model, key=keys / "acme.pem", certificate=keys / "chain.pem")
        verifying.Config().use_certificate_verifier(certificate_chain=[keys / "root.pem"]).verify(
            model, model / "model.sig"
        )

    def test_it_verifies_a_single_file(self, model: Path, keys: Path) -> None:
        from model_signing import verifying

        written = hilt.sign(model / "weights.bin", key=keys / "acme.pem")
        verifying.Config().use_elliptic_key_verifier(public_key=keys / "acme.pub").verify(
            model / "weights.bin", Path(written.file)
        )

    @pytest.mark.parametrize("method", ["sha256", "blake2", "blake3", "shards"])
    def test_hilt_verifies_what_it_signs(self, model: Path, keys: Path, method: str) -> None:
        from model_signing import hashing, signing

        if method == "shards":
            hashed = hashing.Config().use_shard_serialization(hashing_algorithm="sha256", shard_size=1_000)
        else:
            hashed = hashing.Config().use_file_serialization(hashing_algorithm=method)
        signing.Config().use_elliptic_key_signer(private_key=keys / "acme.pem").set_hashing_config(hashed).sign(
            model, model / "model.sig"
        )
        assert state(model, keys / "acme.pub") == "verified"
        assert state(model, keys / "other.pub") == "untrusted"
        with (model / "weights.bin").open("r+b") as file:
            file.seek(4_500)
            file.write(b"changed")
        told = hilt.verify(model, key=keys / "acme.pub")
        assert (told.state.word, told.signatures[0].changed) == ("broken", ("weights.bin",))

    def test_hilt_verifies_a_single_file(self, model: Path, keys: Path, tmp_path: Path) -> None:
        from model_signing import signing

        signature = tmp_path / "weights.json"
        signing.Config().use_elliptic_key_signer(private_key=keys / "acme.pem").sign(model / "weights.bin", signature)
        assert state(model / "weights.bin", keys / "acme.pub", signature=signature) == "verified"
