"""`hilt sign` and `hilt verify` as their users meet them: words, exit codes, and what is said of bad input."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub_server import serving
from signed import (
    CODE,
    KEY,
    MODEL,
    OTHER_KEY,
    VECTORS,
    Certified,
    authority,
    certified,
    chained,
    private_pem,
    public_pem,
    resigned,
    signed_payload,
)


def hilt(*arguments: str | Path, before: tuple[str, ...] = (), **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "100", **env}
    command = [*before, sys.executable, "-m", "hilt", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, key in (("acme", KEY), ("other", OTHER_KEY)):
        (folder / f"{name}.pem").write_bytes(private_pem(key))
        (folder / f"{name}.pub").write_text(public_pem(key))
    (folder / "locked.pem").write_bytes(private_pem(KEY, b"open sesame"))
    (folder / "root.pem").write_text(authority()[0].pem)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-chat"
    for path, data in MODEL.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def signed(model: Path, keys: Path) -> Path:
    assert hilt("sign", model, "--key", keys / "acme.pem").returncode == 0
    return model


def test_a_model_is_signed_and_verified(model: Path, keys: Path) -> None:
    done = hilt("sign", model, "--key", keys / "acme.pem")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{model}/model.sig: 4 files, 284 bytes, signed by the key ")
    done = hilt("verify", model, "--key", keys / "acme.pub")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"VERIFIED {model}\nsigned by acme.pub, over exactly these files\n")


def test_what_is_never_signed_is_not_among_exactly_these_files(signed: Path, keys: Path) -> None:
    (signed / ".gitattributes").write_text("*.bin filter=other")
    done = hilt("verify", signed, "--key", keys / "acme.pub")
    assert "over exactly these files but for those that are never signed\n" in done.stdout


def test_json_says_the_same(signed: Path, keys: Path) -> None:
    done = hilt("verify", signed, "--key", keys / "acme.pub", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["state"], told["signatures"][0]["signers"]) == (0, "verified", ["acme.pub"])
    written = json.loads(hilt("sign", signed, "--key", keys / "acme.pem", "--json").stdout)
    assert (written["files"], written["left_out"]) == (4, [])


def test_what_differs_is_named_and_breaks(signed: Path, keys: Path) -> None:
    (signed / "model.safetensors").write_bytes(b"other")
    (signed / "sub" / "a.txt").unlink()
    (signed / "evil\x1b[2J.py").write_text("x")
    done = hilt("verify", signed, "--key", keys / "acme.pub")
    assert done.returncode == 20
    assert "BROKEN" in done.stdout
    for line in ("changed       model.safetensors", "missing       sub/a.txt", r"extra         evil\x1b[2J.py"):
        assert line in done.stdout


def test_what_is_left_out_is_shown(signed: Path, keys: Path) -> None:
    (signed / ".gitattributes").write_text("x")
    done = hilt("verify", signed, "--key", keys / "acme.pub")
    assert (done.returncode, "never signed  .gitattributes" in done.stdout) == (0, True)


def test_what_the_signers_list_leaves_out_is_for_a_person(model: Path, keys: Path) -> None:
    data = resigned(lambda statement: statement["predicate"]["serialization"].update(ignore_paths=["evil"]))
    (model / "evil").mkdir()
    (model / "evil" / "x.py").write_text("x")
    (model / "model.sig").write_bytes(data)
    done = hilt("verify", model, "--key", keys / "acme.pub")
    assert done.returncode == 10
    assert "INCOMPLETE" in done.stdout
    assert "left out      evil/x.py" in done.stdout


@pytest.mark.parametrize(
    ("options", "word"), [(("--key", "other.pub"), "UNTRUSTED"), ((), "nobody is trusted yet: name a signer")]
)
def test_without_a_trusted_signer_a_person_must_look(
    signed: Path, keys: Path, options: tuple[str, ...], word: str
) -> None:
    named = [keys / option if option.endswith(".pub") else option for option in options]
    done = hilt("verify", signed, *named)
    assert (done.returncode, word in done.stdout) == (10, True)


def test_without_a_signature_it_says_where_it_looked(model: Path, keys: Path) -> None:
    done = hilt("verify", model, "--key", keys / "acme.pub")
    assert done.returncode == 10
    assert f"`model.sig` in the folder and {model}.sig beside it" in " ".join(done.stdout.split())


def test_on_the_hub_nothing_lies_beside_a_model_and_nothing_is_signed_there(keys: Path, tmp_path: Path) -> None:
    with serving({"README.md": b"# A model\n"}) as hub:
        there = {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "none")}
        done = hilt("verify", "hf:org/name", "--key", keys / "acme.pub", **there)
        asked = len(hub.asked)
        refused = hilt("sign", "hf:org/name", "--key", keys / "acme.pem", **there)
        assert len(hub.asked) == asked
    assert done.returncode == 10
    assert "`model.sig` was looked for; where it lies elsewhere, name it with --signature" in " ".join(
        done.stdout.split()
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "hf:org/name: only files that are here are signed; download it first" in refused.stderr


def test_the_signers_of_the_settings_count(signed: Path, keys: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"signers: [{{name: Acme Release, key: {keys / 'acme.pub'}}}]\n")
    done = hilt("verify", signed, "--config", settings)
    assert (done.returncode, "signed by Acme Release" in done.stdout) == (0, True)


def test_it_all_works_where_there_is_no_network(model: Path, keys: Path) -> None:
    alone = ("unshare", "-rn")
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("this system allows no empty network namespace (unshare -rn): NOT TESTED without a network")
    nothing = subprocess.run([*alone, "cat", "/proc/net/route"], capture_output=True, text=True, check=True).stdout
    assert nothing.count("\n") <= 1
    leaf = certified("release", authority()[1], uses=CODE)
    (keys / "chain.pem").write_text(leaf.pem + authority()[1].pem)
    for signing, verifying in (
        (("--key", keys / "acme.pem"), ("--key", keys / "acme.pub")),
        (
            ("--key", keys / "acme.pem", "--certificate", keys / "chain.pem"),
            ("--certificate", keys / "root.pem"),
        ),
    ):
        (model / "model.sig").unlink(missing_ok=True)
        done = hilt("sign", model, *signing, before=alone)
        assert (done.returncode, done.stderr) == (0, "")
        done = hilt("verify", model, *verifying, before=alone)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_keyless_signature_takes_an_identity_an_issuer_and_a_trust_file(tmp_path: Path) -> None:
    pytest.importorskip("sigstore", reason="the extra `sigstore` is not installed")
    vector = VECTORS / "test-vectors/v1.0/valid/sigstore.bundle.json"
    if not vector.is_file():
        pytest.skip("the test vectors of OpenSSF Model Signing are not here")
    for name in ("signme-1", "signme-2"):
        (tmp_path / name).write_text(name)
    shutil.copy(vector, tmp_path / "model.sig")
    store = resources.files("sigstore") / "_store" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
    trust = str(store / "trusted_root.json")
    who = ("--identity", "stefanb@us.ibm.com", "--issuer", "https://sigstore.verify.ibm.com/oauth2", "--trust-file")
    done = hilt("verify", tmp_path, *who, trust)
    assert (done.returncode, done.stderr) == (0, "")
    assert "signed by stefanb@us.ibm.com" in done.stdout
    done = hilt("verify", tmp_path, "--identity", "eve@us.ibm.com", *who[2:], trust)
    assert (done.returncode, "is not trusted here" in " ".join(done.stdout.split())) == (10, True)
    (tmp_path / "signme-1").write_text("changed")
    assert hilt("verify", tmp_path, *who, trust).returncode == 20
    bare = '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}'
    told = {
        bare: "the trust file of the signer stefanb@us.ibm.com cannot be used",
        "{}": "is no trusted root",
        "x": "not JSON",
    }
    for text, why in told.items():
        (tmp_path / "root.json").write_text(text)
        done = hilt("verify", tmp_path, *who, tmp_path / "root.json")
        assert (done.returncode, why in done.stderr) == (2, True)


def test_a_locked_key_is_opened_by_a_file_or_by_the_environment(model: Path, keys: Path) -> None:
    (keys / "password").write_text("open sesame\nnot this\n")
    locked = keys / "locked.pem"
    assert hilt("sign", model, "--key", locked, "--password-file", keys / "password").returncode == 0
    assert hilt("sign", model, "--key", locked, "--password-env", "SECRET", SECRET="open sesame").returncode == 0
    assert hilt("verify", model, "--key", keys / "acme.pub").returncode == 0


PUBLIC = {
    "an RSA key": lambda: _public(rsa.generate_private_key(65537, 2048).public_key()),
    "an Ed25519 key": lambda: _public(ed25519.Ed25519PrivateKey.generate().public_key()),
    "a key on secp256k1": lambda: _public(ec.generate_private_key(ec.SECP256K1()).public_key()),
    "a private key": lambda: private_pem(KEY),
    "a certificate": lambda: authority()[0].pem.encode("ascii"),
    "no key at all": lambda: b"hello",
    "a damaged key": lambda: public_pem(KEY).encode().replace(b"M", b"N", 3),
    "too much": lambda: b"x" * ((1 << 20) + 1),
}


def _public(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("an RSA key", "a key of RSA; OpenSSF Model Signing allows EC keys on the curves P-256, P-384 and P-521 alone"),
        ("an Ed25519 key", "a key of Ed25519; OpenSSF Model Signing allows"),
        ("a key on secp256k1", "an EC key on the curve secp256k1; OpenSSF Model Signing allows"),
        ("a private key", "this is a private key: keep it to yourself"),
        ("a certificate", "this is a certificate, not a public key"),
        ("no key at all", "no public key in PEM: no `-----BEGIN` stands in it"),
        ("a damaged key", "no public key in PEM"),
        ("too much", "more than 1048576 bytes"),
    ],
)
def test_a_file_that_is_no_public_key_is_named(signed: Path, keys: Path, kind: str, why: str) -> None:
    (keys / "bad").write_bytes(PUBLIC[kind]())
    done = hilt("verify", signed, "--key", keys / "bad")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"hilt: --key {keys / 'bad'}: {why}" in done.stderr


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--key", "none.pem"), "No such file or directory; give the path of a file"),
        (("--key", "."), "Is a directory; give the path of a file"),
        (("--key", "acme.pub"), "no private key in PEM: there is a PUBLIC KEY"),
        (("--key", "secp.pem"), "an EC key on the curve secp256k1"),
        (
            ("--key", "locked.pem"),
            "the private key is encrypted, and no password was given; give it with --password-file or --password-env",
        ),
        (
            ("--key", "locked.pem", "--password-file", "acme.pub"),
            "the password is wrong, or the private key is damaged",
        ),
        (("--key", "locked.pem", "--password-file", "none"), "--password-file {keys}/none: No such file"),
        (("--key", "locked.pem", "--password-env", "NO_SUCH_NAME"), "there is no such environment variable"),
        (("--key", "acme.pem", "--certificate", "acme.pem"), "no certificates in PEM"),
        (("--key", "acme.pem", "--certificate", "root.pem"), "the private key does not belong to the certificate of"),
        (("--key", "acme.pem", "--signature", "no/such/folder.sig"), "No such file or directory"),
    ],
)
def test_what_keeps_hilt_from_signing_is_said(model: Path, keys: Path, options: tuple[str, ...], why: str) -> None:
    (keys / "secp.pem").write_bytes(private_pem(ec.generate_private_key(ec.SECP256K1())))
    names = [option if option.startswith("--") or option.isupper() else str(keys / option) for option in options]
    done = hilt("sign", model, *names)
    assert (done.returncode, done.stdout) == (2, "")
    assert why.format(keys=keys) in done.stderr
    assert not (model / "model.sig").exists()


def made(model: Path, leaf: Certified) -> None:
    (model / "model.sig").write_bytes(chained(leaf, authority()[1]))


@pytest.mark.parametrize(
    ("leaf", "why"),
    [
        (lambda: certified("release", authority()[1], years=(2020, 2021), uses=CODE), "expired on 2021-01-01"),
        (lambda: certified("release", authority()[1], years=(2090, 2091), uses=CODE), "is not valid before 2090-01-01"),
        (
            lambda: certified("release", authority()[1], uses=(ExtendedKeyUsageOID.SERVER_AUTH,)),
            "is for servers of TLS, not for signing code",
        ),
        (lambda: certified("release", authority()[1]), "does not say that it is for signing code"),
        (lambda: certified("release", uses=CODE), "does not lead to a root that is trusted here"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused(
    model: Path, keys: Path, leaf: Callable[[], Certified], why: str
) -> None:
    made(model, leaf())
    done = hilt("verify", model, "--certificate", keys / "root.pem")
    assert (done.returncode, done.stderr) == (10, "")
    assert "UNTRUSTED" in done.stdout
    assert why in " ".join(done.stdout.split())


def _named(name: str) -> bytes:
    def change(statement: dict[str, object]) -> None:
        statement["predicate"]["resources"][0]["name"] = name  # type: ignore[index]

    return resigned(change)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (lambda: _named("../config.json"), "'../config.json' cannot be a file of the model: it leads upwards (..)"),
        (lambda: _named("/etc/passwd"), "it is absolute"),
        (lambda: signed_payload(b"{}"), "a statement of the type None"),
        (lambda: signed_payload(b"\xff"), "not JSON"),
        (lambda: b"", "it cannot be read"),
        (lambda: b"{}", "it cannot be read"),
    ],
)
def test_a_signature_that_is_none_is_broken_and_says_why(
    model: Path, keys: Path, data: Callable[[], bytes], why: str
) -> None:
    (model / "model.sig").write_bytes(data())
    done = hilt("verify", model, "--key", keys / "acme.pub")
    assert (done.returncode, done.stderr) == (20, "")
    assert why in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--signature", "none.sig"), "--signature {keys}/none.sig: No such file or directory"),
        (("--signature", "."), "--signature {keys}: Is a directory; give the path of a file"),
        (("--certificate", "acme.pub"), "no certificates in PEM"),
        (("--key", "acme.pub", "--certificate", "root.pem"), "--key and --certificate: name one way"),
        (("--issuer", "acme.pub"), "--issuer belongs to --identity"),
        (("--identity", "ME"), "--identity needs --issuer"),
        (("--identity", "ME", "--issuer", "URL"), "--identity needs --trust-file: a trusted root of Sigstore"),
    ],
)
def test_a_wrong_call_says_what_is_missing(signed: Path, keys: Path, options: tuple[str, ...], why: str) -> None:
    names = [option if option.startswith("--") or option.isupper() else str(keys / option) for option in options]
    done = hilt("verify", signed, *names)
    assert (done.returncode, done.stdout) == (2, "")
    assert why.format(keys=keys) in done.stderr


def test_a_folder_in_the_place_of_a_file_is_named(signed: Path, keys: Path) -> None:
    (signed / "model.safetensors").unlink()
    (signed / "model.safetensors").mkdir()
    done = hilt("verify", signed, "--key", keys / "acme.pub")
    assert (done.returncode, "missing       model.safetensors" in done.stdout) == (20, True)


def test_a_single_file_is_signed_and_verified(model: Path, keys: Path) -> None:
    assert hilt("sign", model / "model.safetensors", "--key", keys / "acme.pem").returncode == 0
    assert hilt("verify", model / "model.safetensors", "--key", keys / "acme.pub").returncode == 0
    (model / "model.safetensors").write_bytes(b"x")
    done = hilt("verify", model / "model.safetensors", "--key", keys / "acme.pub")
    assert (done.returncode, "changed       model.safetensors" in done.stdout) == (20, True)


@pytest.mark.parametrize(("reference", "code"), [("nothing", 2), ("empty", 3)])
def test_a_reference_that_leads_nowhere_is_told_by_its_exit_code(
    tmp_path: Path, keys: Path, reference: str, code: int
) -> None:
    (tmp_path / "empty").mkdir()
    assert hilt("verify", tmp_path / reference, "--key", keys / "acme.pub").returncode == code
    assert hilt("sign", tmp_path / reference, "--key", keys / "acme.pem").returncode == code
