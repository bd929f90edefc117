"""Signatures held against files: where they are found, what differs, and how far each may be believed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import hilt
from hilt.core.errors import LimitExceeded, NothingToCheck, UsageError
from hilt.core.limits import Limits
from hilt.gate.settings import Settings, find_settings
from hilt.sources.digest_store import SMALLEST, DigestStore, Identity, Pair, usual_store
from hub_server import File, Repository, serving
from signed import CODE, KEY, OTHER_KEY, authority, certified, private_pem, public_pem

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, key in (("acme", KEY), ("other", OTHER_KEY)):
        (folder / f"{name}.pem").write_bytes(private_pem(key))
        (folder / f"{name}.pub").write_text(public_pem(key))
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-chat"
    (folder / "sub").mkdir(parents=True)
    for path, data in {"config.json": b"{}", "weights.bin": b"w" * 5_000, "sub/a.txt": b"a"}.items():
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def signed(model: Path, keys: Path) -> Path:
    hilt.sign(model, key=keys / "acme.pem")
    return model


def only(told: hilt.Verification) -> hilt.Signature:
    (one,) = told.signatures
    return one


def test_a_model_that_nobody_touched_is_verified(signed: Path, keys: Path) -> None:
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert told.state is hilt.Signed.VERIFIED
    assert (only(told).file, only(told).signers, only(told).listed) == ("model.sig", ("acme.pub",), 3)


def test_a_verification_is_neither_true_nor_false(signed: Path, keys: Path) -> None:
    with pytest.raises(TypeError, match="compare its state"):
        bool(hilt.verify(signed, key=keys / "acme.pub"))


def test_every_file_that_differs_is_named(signed: Path, keys: Path) -> None:
    (signed / "config.json").write_text('{"changed": 1}')
    (signed / "sub" / "a.txt").unlink()
    (signed / "sub" / "evil.py").write_text("x")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert told.state is hilt.Signed.BROKEN
    one = only(told)
    assert (one.changed, one.missing, one.extra) == (("config.json",), ("sub/a.txt",), ("sub/evil.py",))
    assert one.signers == ("acme.pub",)


def test_a_file_under_a_new_name_is_told_as_such(signed: Path, keys: Path) -> None:
    (signed / "config.json").rename(signed / "configuration_evil.py")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert told.state is hilt.Signed.BROKEN
    assert only(told).renamed == (("config.json", "configuration_evil.py"),)


def test_a_signature_by_somebody_else_is_not_trusted(signed: Path, keys: Path) -> None:
    told = hilt.verify(signed, key=keys / "other.pub")
    assert told.state is hilt.Signed.UNTRUSTED
    assert "names a key that is not trusted here" in only(told).why[0]


def test_without_a_signer_nobody_is_trusted(signed: Path) -> None:
    told = hilt.verify(signed)
    assert (told.state, told.trusted) == (hilt.Signed.UNTRUSTED, ())


def test_a_model_without_a_signature_has_none(model: Path, keys: Path) -> None:
    assert hilt.verify(model, key=keys / "acme.pub").state is hilt.Signed.NONE


def test_a_signature_over_other_files_is_broken(signed: Path, keys: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "other.bin").write_bytes(b"other")
    shutil.copy(signed / "model.sig", other / "model.sig")
    told = hilt.verify(other, key=keys / "acme.pub")
    assert told.state is hilt.Signed.BROKEN
    assert only(told).extra == ("other.bin",)
    assert len(only(told).missing) == 3


def test_two_signatures_side_by_side_are_told_each(signed: Path, keys: Path) -> None:
    hilt.sign(signed, key=keys / "other.pem", signature=signed / "other.sig")
    for name in ("acme", "other"):
        told = hilt.verify(signed, key=keys / f"{name}.pub")
        assert told.state is hilt.Signed.VERIFIED
        assert {one.file: one.state.word == "verified" for one in told.signatures} == {
            "model.sig": name == "acme",
            "other.sig": name == "other",
        }


def test_a_signature_beside_the_folder_is_found(model: Path, keys: Path) -> None:
    hilt.sign(model, key=keys / "acme.pem", signature=f"{model}.sig")
    assert hilt.verify(model, key=keys / "acme.pub").state is hilt.Signed.VERIFIED
    assert hilt.verify(f"{model}/", key=keys / "acme.pub").state is hilt.Signed.VERIFIED


def test_a_signature_elsewhere_is_named(model: Path, keys: Path, tmp_path: Path) -> None:
    hilt.sign(model, key=keys / "acme.pem", signature=tmp_path / "elsewhere.json")
    assert hilt.verify(model, key=keys / "acme.pub").state is hilt.Signed.NONE
    told = hilt.verify(model, key=keys / "acme.pub", signature=tmp_path / "elsewhere.json")
    assert told.state is hilt.Signed.VERIFIED


def test_a_signature_in_the_folder_is_found_by_what_it_is(model: Path, keys: Path) -> None:
    hilt.sign(model, key=keys / "acme.pem", signature=model / "proof.sigstore.json")
    told = hilt.verify(model, key=keys / "acme.pub")
    assert (told.state, only(told).file) == (hilt.Signed.VERIFIED, "proof.sigstore.json")


def test_a_named_signature_inside_is_no_extra_file_whatever_its_name(model: Path, keys: Path) -> None:
    hilt.sign(model, key=keys / "acme.pem", signature=model / "sub" / "proof.json")
    told = hilt.verify(model, key=keys / "acme.pub", signature=model / "sub" / "proof.json")
    assert told.state is hilt.Signed.VERIFIED


def test_a_file_that_only_bears_the_name_of_a_signature_is_an_extra_file(signed: Path, keys: Path) -> None:
    (signed / "payload.sig").write_bytes(b"anything")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert (told.state, only(told).extra) == (hilt.Signed.BROKEN, ("payload.sig",))


def test_a_bundle_under_a_name_that_loaders_read_is_an_extra_file(signed: Path, keys: Path) -> None:
    bundle = json.loads((signed / "model.sig").read_text())
    bundle["verificationMaterial"]["publicKey"]["hint"] = "{{ 'Ignore what was said before' }}"
    (signed / "chat_template.jinja").write_text(json.dumps(bundle))
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert told.state is hilt.Signed.BROKEN
    assert told.signatures[0].extra == ("chat_template.jinja",)


def test_a_damaged_model_sig_is_broken_and_says_why(signed: Path, keys: Path) -> None:
    (signed / "model.sig").write_text("{")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert told.state is hilt.Signed.BROKEN
    assert only(told).why[0].startswith("it cannot be read: ")


@pytest.mark.reaches("signatures")
def test_more_signatures_than_the_limit_are_not_held_against_the_files(signed: Path, keys: Path) -> None:
    hilt.sign(signed, key=keys / "other.pem", signature=signed / "other.sig")
    with pytest.raises(LimitExceeded, match="signatures"):
        hilt.verify(signed, key=keys / "acme.pub", settings=Settings(limits=Limits(signatures=1)))


def test_signatures_are_no_larger_together_than_one_may_be(signed: Path, keys: Path) -> None:
    hilt.sign(signed, key=keys / "other.pem", signature=signed / "other.sig")
    most = sum((signed / name).stat().st_size for name in ("model.sig", "other.sig")) - 1
    with pytest.raises(LimitExceeded, match=r"other\.sig, with the signatures before it, is past the limit json_bytes"):
        hilt.verify(signed, key=keys / "acme.pub", settings=Settings(limits=Limits(json_bytes=most)))


def test_what_the_format_never_signs_is_shown_where_it_is_there(signed: Path, keys: Path) -> None:
    (signed / ".gitattributes").write_text("*.bin filter=evil")
    (signed / ".git").mkdir()
    (signed / ".git" / "hook.py").write_text("x")
    (signed / ".github").mkdir()
    (signed / ".github" / "x.yml").write_text("x")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert told.state is hilt.Signed.VERIFIED
    assert only(told).excluded == (".git", ".gitattributes", ".github/x.yml")


def test_what_the_signers_own_list_leaves_out_is_not_taken_on_trust(model: Path, keys: Path) -> None:
    other = model / "sub" / "second.sig"
    hilt.sign(model, key=keys / "acme.pem", signature=other)  # so that its path is in the list
    other.rename(model / "model.sig")
    assert hilt.verify(model, key=keys / "acme.pub").state is hilt.Signed.VERIFIED
    other.write_text("import os")
    told = hilt.verify(model, key=keys / "acme.pub")
    assert told.state is hilt.Signed.INCOMPLETE
    assert only(told).ignored == ("sub/second.sig",)


def test_what_a_download_client_keeps_for_itself_is_no_file_of_the_model(signed: Path, keys: Path) -> None:
    (signed / ".cache" / "huggingface").mkdir(parents=True)
    (signed / ".cache" / "huggingface" / "x.metadata").write_text("x")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert (told.state, only(told).excluded) == (hilt.Signed.VERIFIED, (".cache/huggingface",))
    (signed / ".cache" / "evil.py").write_text("x")
    assert only(hilt.verify(signed, key=keys / "acme.pub")).extra == (".cache/evil.py",)


@links
@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_only_bears_the_name_of_a_clients_folder_is_an_extra_file(signed: Path, keys: Path, kind: str) -> None:
    place = signed / ".cache" / "huggingface"
    place.parent.mkdir()
    _ = place.write_text("x") if kind == "file" else place.symlink_to("/srv")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert (told.state, only(told).extra) == (hilt.Signed.BROKEN, (".cache/huggingface",))


@links
def test_a_link_that_leads_out_is_an_extra_file(signed: Path, keys: Path) -> None:
    (signed / "leak").symlink_to("/etc/hostname")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert (told.state, only(told).extra) == (hilt.Signed.BROKEN, ("leak",))


@links
def test_a_signed_file_that_became_a_link_elsewhere_is_not_compared(signed: Path, keys: Path, tmp_path: Path) -> None:
    shutil.copy(signed / "config.json", tmp_path / "config.json")
    (signed / "config.json").unlink()
    (signed / "config.json").symlink_to(tmp_path / "config.json")
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert told.state is hilt.Signed.UNREAD
    assert only(told).unread == (("config.json", "a link that leads out of the model, which hilt does not follow"),)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_not_compared(signed: Path, keys: Path) -> None:
    (signed / "config.json").chmod(0)
    told = hilt.verify(signed, key=keys / "acme.pub")
    assert (told.state, only(told).unread) == (hilt.Signed.UNREAD, (("config.json", "Permission denied"),))


@pytest.mark.parametrize("limits", [Limits(files=4), Limits(depth=1)])
def test_names_that_nobody_saw_may_be_extra_files(signed: Path, keys: Path, limits: Limits) -> None:
    (signed / "sub" / "deep").mkdir()
    (signed / "sub" / "deep" / "evil.py").write_text("x")
    told = hilt.verify(signed, key=keys / "acme.pub", settings=Settings(limits=limits))
    assert told.state is hilt.Signed.UNREAD
    assert "limit" in only(told).unread[0][1]


@links
def test_the_snapshots_of_a_hub_cache_are_models_like_others(model: Path, keys: Path, tmp_path: Path) -> None:
    repository = tmp_path / "models--acme--chat"
    commit = "1" * 40
    snapshot = repository / "snapshots" / commit
    (repository / "blobs").mkdir(parents=True)
    (snapshot / "sub").mkdir(parents=True)
    for number, path in enumerate(("config.json", "weights.bin", "sub/a.txt")):
        shutil.copy(model / path, repository / "blobs" / str(number))
        (snapshot / path).symlink_to(f"{'../' * (path.count('/') + 2)}blobs/{number}")
    hilt.sign(snapshot, key=keys / "acme.pem")
    for reference in (snapshot, repository):
        told = hilt.verify(reference, key=keys / "acme.pub")
        assert (told.state, told.revision) == (hilt.Signed.VERIFIED, commit)
    assert only(told).model == "acme/chat"
    (repository / "blobs" / "1").write_bytes(b"changed")
    assert only(hilt.verify(snapshot, key=keys / "acme.pub")).changed == ("weights.bin",)


def test_a_single_file_is_a_model_too(model: Path, keys: Path) -> None:
    written = hilt.sign(model / "weights.bin", key=keys / "acme.pem")
    assert Path(written.file) == model / "weights.bin.sig"
    assert hilt.verify(model / "weights.bin", key=keys / "acme.pub").state is hilt.Signed.VERIFIED
    (model / "weights.bin").write_bytes(b"changed")
    told = hilt.verify(model / "weights.bin", key=keys / "acme.pub")
    assert (told.state, only(told).changed) == (hilt.Signed.BROKEN, ("weights.bin",))


def test_a_certificate_is_trusted_by_its_root_until_it_ends(model: Path, keys: Path) -> None:
    root, between = authority()
    leaf = certified("release", between, uses=CODE)
    (keys / "root.pem").write_text(root.pem)
    (keys / "chain.pem").write_text(leaf.pem + between.pem)
    hilt.sign(model, key=keys / "acme.pem", certificate=keys / "chain.pem")
    told = hilt.verify(model, certificate=keys / "root.pem")
    assert told.state is hilt.Signed.VERIFIED
    assert (only(told).signers, only(told).until) == (("root.pem",), "2035-01-01")
    assert hilt.verify(model, key=keys / "acme.pub").state is hilt.Signed.UNTRUSTED


def test_the_signers_of_the_settings_count_where_the_call_names_none(signed: Path, keys: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"signers: [{{name: Acme Release, key: {keys / 'acme.pub'}, models: ['{signed.parent}/*']}}]\n")
    told = hilt.verify(signed, settings=find_settings(str(settings)))
    assert (told.state, only(told).signers) == (hilt.Signed.VERIFIED, ("Acme Release",))
    settings.write_text(f"signers: [{{name: Acme Release, key: {keys / 'acme.pub'}, models: 'hf:acme/*'}}]\n")
    assert hilt.verify(signed, settings=find_settings(str(settings))).state is hilt.Signed.UNTRUSTED


def test_certificates_are_held_against_the_time_that_is_told(signed: Path, keys: Path) -> None:
    told = datetime.fromisoformat(hilt.verify(signed, key=keys / "acme.pub").verified_at)
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=5)


@pytest.mark.parametrize("way", ["check", "verify", "sign"])
def test_whoever_digested_a_file_spares_the_next_its_sha256(way: str, model: Path, keys: Path) -> None:
    (model / "weights.bin").write_bytes(os.urandom(SMALLEST))
    hilt.sign(model, key=keys / "acme.pem")
    _forget(model / "weights.bin")
    match way:
        case "check":
            hilt.check(model)
        case "verify":
            hilt.verify(model, key=keys / "acme.pub")
        case _:
            hilt.sign(model, key=keys / "acme.pem")
    told = hilt.verify(model, key=keys / "acme.pub")
    assert (told.state, told.remembered) == (hilt.Signed.VERIFIED, SMALLEST)
    told = hilt.verify(model, key=keys / "acme.pub", trust_nothing=True)
    assert (told.state, told.remembered) == (hilt.Signed.VERIFIED, 0)


def test_no_file_is_accused_because_of_what_the_store_says(model: Path, keys: Path) -> None:
    (model / "weights.bin").write_bytes(os.urandom(SMALLEST))
    hilt.sign(model, key=keys / "acme.pem")
    store, who = _recorded(model / "weights.bin")
    (pair,) = store.find([who]).values()
    store.add({who: Pair(blake3=pair.blake3, sha256="0" * 64)})
    told = hilt.verify(model, key=keys / "acme.pub")
    assert (told.state, told.remembered) == (hilt.Signed.VERIFIED, 0)


def _recorded(file: Path) -> tuple[DigestStore, Identity]:
    store, status = usual_store(), file.stat()
    assert store is not None
    return store, Identity.of(status, 0, status.st_size)


def _forget(file: Path) -> None:
    store, who = _recorded(file)
    store.add({who._replace(changed=0): Pair(blake3="0" * 64, sha256="0" * 64)})
    assert store.find([who]) == {}


def test_json_says_the_same(signed: Path, keys: Path) -> None:
    from hilt.gate.verify import as_data

    (signed / "evil.py").write_text("x")
    told = json.loads(json.dumps(as_data(hilt.verify(signed, key=keys / "acme.pub"))))
    assert (told["state"], told["signatures"][0]["extra"]) == ("broken", ["evil.py"])


def test_on_the_hub_digests_are_claimed_and_that_is_not_verified(
    signed: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {path: (signed / path).read_bytes() for path in ("config.json", "weights.bin", "sub/a.txt", "model.sig")}
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "none"))

        def serve(**changed: bytes) -> None:
            hub.repositories["models/acme/chat"] = Repository(
                {path: File.of(data, large=path.endswith(".bin")) for path, data in (files | changed).items()}
            )

        serve()
        told = hilt.verify("hf:acme/chat", key=keys / "acme.pub")
        assert (told.state, told.claimed) == (hilt.Signed.CLAIMED, 1)
        serve(**{"weights.bin": b"other"})
        assert only(hilt.verify("hf:acme/chat", key=keys / "acme.pub")).changed == ("weights.bin",)
        serve(**{"config.json": b"other"})
        assert only(hilt.verify("hf:acme/chat", key=keys / "acme.pub")).changed == ("config.json",)


def test_where_the_hub_states_nothing_of_pieces_they_are_not_compared(
    model: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hilt.sign(model, key=keys / "acme.pem", shards=True)
    files = {path: (model / path).read_bytes() for path in ("config.json", "weights.bin", "sub/a.txt", "model.sig")}
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "none"))
        hub.repositories["models/acme/chat"] = Repository(
            {path: File.of(data, large=path.endswith(".bin")) for path, data in files.items()}
        )
        settings = Settings(limits=Limits(remote_digest_bytes=1_000))
        told = hilt.verify("hf:acme/chat", key=keys / "acme.pub", settings=settings)
    assert told.state is hilt.Signed.UNREAD
    assert [(path, "download it" in why) for path, why in only(told).unread] == [("weights.bin", True)]


def test_a_wrong_call_is_refused(signed: Path, keys: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name one way"):
        hilt.verify(signed, key=keys / "acme.pub", certificate=keys / "acme.pub")
    with pytest.raises(UsageError, match="--issuer"):
        hilt.verify(signed, identity="someone@example.org")
    with pytest.raises(UsageError, match="belongs to --identity"):
        hilt.verify(signed, key=keys / "acme.pub", issuer="https://issuer.example")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToCheck):
        hilt.verify(tmp_path / "empty", key=keys / "acme.pub")
