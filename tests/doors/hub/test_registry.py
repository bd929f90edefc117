"""`ollama pull` of the library, and other clients of image registries."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from attacks.gguf import HONEST, Info, gguf
from hilt.doors.hub import waiting
from hilt.gate.withdraw import withdraw
from hub_served import Served, served_hub
from hub_server import COMMIT, File
from library_office import CARD, LICENCE
from office import KNOWN_ROAD, UNKNOWN_CALL, USE
from ollama_client import ACCEPT, OllamaKey, PullFailed, pull

ANYBODY = f"  anonymous: {USE!r}\n"
LARGE = gguf([*HONEST, Info(name="d", shape=(1 << 18,), offset=128)], b"\0" * 128 + b"\7" * (4 << 18))
SMALL = gguf()
FILES = {
    "README.md": CARD,
    "LICENSE": LICENCE,
    "m-Q4_K_M.gguf": File.of(LARGE, large=True),
    "m-Q8_0.gguf": File.of(SMALL, large=True),
    "template": b"{{ .Prompt }}",
    "params": b'{"temperature": 0.5}',
}
MANIFESTS = "/v2/org/name/manifests"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("shop"), FILES, more=ANYBODY) as served:
        served.shop.offer()
        yield served


def basic(token: str) -> str:
    return f"Basic {b64encode(f'anybody:{token}'.encode()).decode()}"


def test_ollama_pulls_weights_in_parts_and_what_goes_with_them(at: Served, tmp_path: Path) -> None:
    manifest = pull(at.origin, "org/name:q4_k_m", tmp_path, smallest=1 << 16)
    kinds = {one["mediaType"].rpartition(".")[2]: one["digest"] for one in manifest["layers"]}
    had = {kind: (tmp_path / "blobs" / digest.replace(":", "-")).read_bytes() for kind, digest in kinds.items()}
    assert had == {"model": LARGE, "template": FILES["template"], "params": FILES["params"], "license": LICENCE}
    config = json.loads((tmp_path / "blobs" / manifest["config"]["digest"].replace(":", "-")).read_bytes())
    assert (config["file_type"], config["rootfs"]["diff_ids"]) == ("Q4_K_M", list(kinds.values()))


def test_ollama_pulls_weights_that_nobody_had_before(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", FILES, more=ANYBODY) as served:
        served.shop.offer()
        manifest = pull(served.origin, "org/name", tmp_path, smallest=1 << 19)
        assert manifest["layers"][0]["digest"] == f"sha256:{sha256(LARGE).hexdigest()}"


def test_what_a_registry_tells_is_told(at: Served) -> None:
    assert at.ask("GET", "/v2/").status == 200
    told = at.ask("GET", f"{MANIFESTS}/Q8_0", accept=ACCEPT)
    digest = told.headers["docker-content-digest"]
    assert digest == f"sha256:{sha256(told.body).hexdigest()}"
    assert (told.headers["content-type"], told.headers["x-repo-commit"]) == (ACCEPT, COMMIT)
    assert at.ask("GET", f"{MANIFESTS}/{digest}").body == told.body
    head = at.ask("HEAD", f"{MANIFESTS}/Q8_0")
    assert {**head.headers, "date": ""} == {**told.headers, "date": ""}
    blob = f"/v2/org/name/blobs/sha256:{sha256(SMALL).hexdigest()}"
    assert at.ask("HEAD", blob).headers["content-length"] == str(len(SMALL))
    part = at.ask("GET", blob, range="bytes=3-9")
    assert (part.status, part.body) == (206, SMALL[3:10])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{MANIFESTS}/Q2_K", 400, "TAG_INVALID"),
        (f"{MANIFESTS}/sha256:{'a' * 64}", 404, "MANIFEST_UNKNOWN"),
        (f"/v2/org/name/blobs/sha256:{'a' * 64}", 404, "BLOB_UNKNOWN"),
        ("/v2/org/name/blobs/latest", 404, "BLOB_UNKNOWN"),
        ("/v2/org/none/manifests/latest", 404, "NAME_UNKNOWN"),
    ],
)
def test_what_is_not_there_is_told_as_a_registry_tells_it(at: Served, path: str, status: int, code: str) -> None:
    told = at.ask("GET", path)
    (error,) = json.loads(told.body)["errors"]
    assert (told.status, error["code"]) == (status, code)
    assert "org/n" in error["message"]


def test_a_tag_that_is_none_is_answered_with_those_there_are(at: Served, tmp_path: Path) -> None:
    with pytest.raises(PullFailed, match="it has Q8_0, Q4_K_M"):
        pull(at.origin, "org/name:Q2_K", tmp_path)


def test_a_token_is_taken_as_a_password(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", FILES) as served:
        token = served.shop.secret()
        for path in ("/v2/", f"{MANIFESTS}/latest", f"/v2/org/name/blobs/sha256:{sha256(SMALL).hexdigest()}"):
            refused = served.ask("GET", path)
            assert (refused.status, refused.headers["www-authenticate"]) == (401, 'Basic realm="hilt"')
            assert served.ask("GET", path, authorization=basic("hf_" + "a" * 43)).status == 401
            assert served.ask("GET", path, authorization="Basic %").status == 400
            nothing = json.loads(served.ask("GET", path, authorization=f"Basic {b64encode(b':').decode()}").body)
            assert "make a token at" in nothing["errors"][0]["message"]
            assert served.ask("GET", path, authorization=basic(token)).status == 200
            assert served.ask("GET", path, token=token).status == 200
        other = basic(served.shop.secret(names=("acme/*",)))
        assert served.ask("GET", f"{MANIFESTS}/latest", authorization=other).status == 403
        assert served.ask("GET", "/api/models/org/name", authorization=basic(token)).status == 401


def test_ollama_is_told_what_it_lacks_where_only_known_readers_are_let_in(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", FILES) as served, pytest.raises(PullFailed) as told:
        pull(served.origin, "org/name", tmp_path, key=OllamaKey())
    said = f"does not know this Ollama: within an hour, give this code at {served.origin}/account#ollama: ollama-"
    assert str(told.value).startswith('pull model manifest: 403: {"errors":[{"code":"DENIED","message":"')
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("pickle", "said"), [(KNOWN_ROAD, "hilt blocks org/name.*posix"), (UNKNOWN_CALL, "org/name waits for review")]
)
def test_what_may_not_be_had_is_not_pulled_and_says_why(tmp_path: Path, pickle: bytes, said: str) -> None:
    files = {**FILES, "model.pkl": File.of(pickle, large=True)}
    with served_hub(tmp_path / "shop", files, more=ANYBODY) as served:
        with pytest.raises(PullFailed, match=f"(?s)403: .*DENIED.*{said}") as told:
            pull(served.origin, "org/name", tmp_path)
        assert f"{served.origin}/models/{served.shop.read().subject.digest}" in str(told.value)
        for data in (LARGE, FILES["template"]):
            digest = sha256(data).hexdigest()
            for method in ("GET", "HEAD"):
                assert served.ask(method, f"/v2/org/name/blobs/sha256:{digest}").status == 403


def test_what_was_withdrawn_is_not_pulled_by_its_digests_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    with served_hub(tmp_path / "shop", FILES, more=ANYBODY) as served:
        served.shop.offer()
        manifest = pull(served.origin, "org/name", tmp_path)
        key, digest = served.shop.office.signing("Ada"), served.shop.read().subject.digest
        withdraw(f"sha256:{digest}", why="it was tampered with", key=key, settings=served.shop.office.settings)
        with pytest.raises(PullFailed, match=r"403.*was withdrawn.*it was tampered with"):
            pull(served.origin, "org/name", tmp_path)
        for layer in (*manifest["layers"], manifest["config"]):
            assert served.ask("GET", f"/v2/org/name/blobs/{layer['digest']}").status == 403


def test_a_layer_is_had_while_the_branch_moves_on(at: Served, tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", FILES, more=f"{ANYBODY}  refs_seconds: 0\n") as served:
        served.shop.offer()
        assert served.ask("GET", f"{MANIFESTS}/Q8_0").status == 200
        repository = served.shop.hub.repositories["models/org/name"]
        repository.commit = "f" * 40
        repository.files["m-Q8_0.gguf"] = File.of(gguf(data=b"\1" * 32 + b"\0" * 96), large=True)
        served.shop.offer()
        told = served.ask("GET", f"/v2/org/name/blobs/sha256:{sha256(SMALL).hexdigest()}")
        assert (told.status, told.body) == (200, SMALL)
        assert at.origin != served.origin
