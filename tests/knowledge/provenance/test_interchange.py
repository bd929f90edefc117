"""Signatures go from hilt to `model-signing`, the reference implementation, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hilt.core.context import Signer
from hilt.core.verification import Signed
from hilt.knowledge.provenance import manifest, sign, verify
from signed import (
    CODE,
    KEY,
    KEYS,
    LIMITS,
    NOW,
    Certified,
    authority,
    certified,
    found,
    private_pem,
    public_pem,
    trusting,
    trusting_root,
)

pytestmark = pytest.mark.filterwarnings("ignore")
model_signing = pytest.importorskip("model_signing", exc_type=ImportError)

MODEL = {
    "config.json": b"{}",
    "a/b/deep.bin": bytes(range(256)) * 3,
    "a-b.txt": b"sorts before a/b by code point, and behind it by parts",
    "empty.txt": b"",
    "模型.bin": b"unicode",
    "file (copy) 1.bin": b"spaces",
    ".gitattributes": b"*.bin filter=lfs",
    ".git/HEAD": b"ref: refs/heads/main",
    "sub/.gitignore": b"*",
}
SHAPES = [
    ("sha256", 0),
    ("sha256", 100),
    ("blake2b", 0),
    ("blake2b", 100),
    ("blake3", 0),
]
ids = pytest.mark.parametrize(("algorithm", "shard_size"), SHAPES, ids=[f"{one}-{size}" for one, size in SHAPES])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for name, data in MODEL.items():
        path = tmp_path / "model" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "model"


@pytest.fixture(scope="module")
def chain() -> tuple[Certified, Certified, Certified]:
    root, middle = authority()
    return certified("leaf", middle, uses=CODE), middle, root


def config(algorithm: str, shard_size: int, *ignored: str) -> Any:
    """The reference calls BLAKE2b by another name when it is told than when it writes."""
    name = "blake2" if algorithm == "blake2b" else algorithm
    whole = model_signing.hashing.Config()
    if shard_size:
        whole.use_shard_serialization(hashing_algorithm=name, shard_size=shard_size)
    else:
        whole.use_file_serialization(hashing_algorithm=name)
    return whole.set_ignored_paths(paths=ignored)


def pem_files(folder: Path, **pems: str | bytes) -> dict[str, Path]:
    paths = {name: folder / f"{name}.pem" for name in pems}
    for name, pem in pems.items():
        paths[name].write_bytes(pem if isinstance(pem, bytes) else pem.encode())
    return paths


def files_of(model: Path, algorithm: str, shard_size: int) -> tuple[manifest.File, ...]:
    here = {path.relative_to(model).as_posix(): path.read_bytes() for path in model.rglob("*") if path.is_file()}
    return found(here, algorithm, shard_size)


def told(model: Path, signature: Path, *signers: Signer) -> verify.Result:
    read = verify.read(signature.read_bytes(), LIMITS)
    listed = files_of(model, read.statement.algorithm, read.statement.shard_size)
    return verify.verify(read, listed, signers, NOW, signatures={"model.sig"})


@ids
@pytest.mark.parametrize("curve", KEYS)
def test_what_the_reference_signs_with_a_key_hilt_verifies(
    model: Path, tmp_path: Path, curve: str, algorithm: str, shard_size: int
) -> None:
    signature = model / "model.sig"
    key = pem_files(tmp_path, key=private_pem(KEYS[curve]))["key"]
    signing = model_signing.signing.Config().use_elliptic_key_signer(private_key=key)
    signing.set_hashing_config(config(algorithm, shard_size, "model.sig")).sign(model, signature)
    result = told(model, signature, trusting(KEYS[curve]))
    assert (result.state, result.signers, result.reasons) == (Signed.VERIFIED, ("acme",), ())
    assert result.differences is not None
    assert set(result.differences.excluded) == {".gitattributes", ".git/HEAD"}
    (model / "a-b.txt").write_bytes(b"")
    assert told(model, signature, trusting(KEYS[curve])).state is Signed.BROKEN


@ids
@pytest.mark.parametrize("curve", KEYS)
def test_what_hilt_signs_with_a_key_the_reference_verifies(
    model: Path, tmp_path: Path, curve: str, algorithm: str, shard_size: int
) -> None:
    signature = model / "model.sig"
    stated = manifest.build(
        "model",
        files_of(model, algorithm, shard_size),
        algorithm=algorithm,
        shard_size=shard_size,
        ignore_paths=["model.sig"],
    )
    signature.write_bytes(sign.sign(stated, KEYS[curve], for_model_signing=True))
    key = pem_files(tmp_path, key=public_pem(KEYS[curve]))["key"]
    verifying = model_signing.verifying.Config().use_elliptic_key_verifier(public_key=key)
    if algorithm == "blake2b":  # it does not know again what it wrote itself
        verifying.set_hashing_config(config(algorithm, shard_size))
    verifying.verify(model, signature)
    (model / "a-b.txt").write_bytes(b"")
    with pytest.raises(ValueError, match=r"Hash mismatch|Missing files"):
        verifying.verify(model, signature)


@ids
def test_what_the_reference_signs_with_a_certificate_hilt_verifies(
    model: Path, tmp_path: Path, chain: tuple[Certified, ...], algorithm: str, shard_size: int
) -> None:
    leaf, middle, root = chain
    signature = model / "model.sig"
    paths = pem_files(tmp_path, key=private_pem(leaf.key), leaf=leaf.pem, middle=middle.pem)
    signing = model_signing.signing.Config().use_certificate_signer(
        private_key=paths["key"], signing_certificate=paths["leaf"], certificate_chain=[paths["middle"]]
    )
    signing.set_hashing_config(config(algorithm, shard_size, "model.sig")).sign(model, signature)
    result = told(model, signature, trusting_root(root))
    assert (result.state, result.signers, result.until) == (Signed.VERIFIED, ("acme",), "2035-01-01")


@ids
def test_what_hilt_signs_with_a_certificate_the_reference_verifies(
    model: Path, tmp_path: Path, chain: tuple[Certified, ...], algorithm: str, shard_size: int
) -> None:
    leaf, middle, root = chain
    signature = model / "model.sig"
    stated = manifest.build(
        "model",
        files_of(model, algorithm, shard_size),
        algorithm=algorithm,
        shard_size=shard_size,
        ignore_paths=["model.sig"],
    )
    signature.write_bytes(sign.sign(stated, leaf.key, [leaf.certificate, middle.certificate], for_model_signing=True))
    verifying = model_signing.verifying.Config().use_certificate_verifier(
        certificate_chain=[pem_files(tmp_path, root=root.pem)["root"]]
    )
    if algorithm == "blake2b":
        verifying.set_hashing_config(config(algorithm, shard_size))
    verifying.verify(model, signature)


def test_shards_are_written_as_the_specification_asks_unless_the_reference_is_to_verify_them(tmp_path: Path) -> None:
    stated = manifest.build("model", found({"a": b"x"}, shard_size=5), shard_size=5)
    for options, name in (({}, b'"sha256"'), ({"for_model_signing": True}, b'"sha256-sharded-5"')):
        payload = verify.read(sign.sign(stated, KEY, **options), LIMITS).envelope.payload
        assert b'"algorithm":' + name in payload


def test_a_model_of_one_file_that_the_reference_signs_hilt_verifies(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    key = pem_files(tmp_path, key=private_pem(KEY))["key"]
    signature = tmp_path / "model.sig"
    model_signing.signing.Config().use_elliptic_key_signer(private_key=key).sign(tmp_path / "model.bin", signature)
    read = verify.read(signature.read_bytes(), LIMITS)
    for name, state in (("model.bin", Signed.VERIFIED), ("other.bin", Signed.BROKEN)):
        assert verify.verify(read, found({name: b"weights"}), [trusting()], NOW).state is state


def test_the_reference_takes_a_certificate_that_ran_out_and_hilt_does_not(model: Path, tmp_path: Path) -> None:
    """Why hilt verifies itself: the reference turns the clock back to when the certificate began."""
    root, _ = authority()
    old = certified("old", root, uses=CODE, years=(2025, 2026))
    signature = model / "model.sig"
    paths = pem_files(tmp_path, key=private_pem(old.key), leaf=old.pem, root=root.pem)
    signing = model_signing.signing.Config().use_certificate_signer(
        private_key=paths["key"], signing_certificate=paths["leaf"], certificate_chain=[paths["root"]]
    )
    signing.set_hashing_config(config("sha256", 0, "model.sig")).sign(model, signature)
    model_signing.verifying.Config().use_certificate_verifier(certificate_chain=[paths["root"]]).verify(
        model, signature
    )
    result = told(model, signature, trusting_root(root))
    assert (result.state, result.late) == (Signed.UNTRUSTED, True)
