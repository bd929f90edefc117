"""An Ollama that proves its key, which somebody added to their account, and whoever only says so."""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from attacks.gguf import HONEST, Info, gguf
from hilt.core.events import HoldingBegun
from hilt.core.signed_in import ForLibrary
from hilt.gate import person
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.hold import holdings
from hilt.gate.keeping.ollama_proofs import SHARE, SKEW
from hilt.gate.recording.record_places import places
from hilt.gate.signing_in import ollama_keys
from hilt.gate.signing_in.passes import clock, end
from hub_served import Answer, Served, served_hub
from hub_server import File, Repository
from library_office import CARD, LICENCE
from office import USE
from ollama_client import AGENT, OllamaKey, PullFailed, Question, pull

LARGE = gguf([*HONEST, Info(name="d", shape=(1 << 18,), offset=128)], b"\0" * 128 + b"\7" * (4 << 18))
FILES = {"README.md": CARD, "LICENSE": LICENCE, "m-Q4_K_M.gguf": File.of(LARGE, large=True)}
MANIFEST, BLOB = "/v2/org/name/manifests/latest", f"/v2/org/name/blobs/sha256:{sha256(LARGE).hexdigest()}"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("shop"), FILES) as served:
        served.shop.hub.repositories["models/acme/other"] = Repository(FILES)
        yield served


@pytest.fixture(scope="module")
def key(at: Served) -> OllamaKey:
    """Eve's, for all of the library."""
    return at.shop.ollama()


def question(at: Served, path: str = MANIFEST) -> Question:
    """What an Ollama that shows nothing is asked there."""
    answer = at.ask("GET", path, **AGENT)
    assert answer.status == 401
    return Question.of(answer.headers["www-authenticate"])


def shown(at: Served, url: str, proof: str) -> Answer:
    return at.ask("GET", url.removeprefix(at.origin), authorization=proof, **AGENT)


def token(at: Served, key: OllamaKey, path: str = MANIFEST) -> str:
    url = question(at, path).url()
    said: str = json.loads(shown(at, url, key.proof(url)).body)["token"]
    return said


def message(answer: Answer) -> str:
    (error,) = json.loads(answer.body)["errors"]
    return f"{answer.status} {error['code']} {error['message']}"


def test_an_ollama_with_a_known_key_pulls_what_nobody_had_and_its_owner_holds_it(
    at: Served, key: OllamaKey, tmp_path: Path
) -> None:
    manifest = pull(at.origin, "org/name:q4_k_m", tmp_path, key=key, smallest=1 << 18)
    had = {(tmp_path / "blobs" / one["digest"].replace(":", "-")).read_bytes() for one in manifest["layers"]}
    assert had == {LARGE, LICENCE}
    (held,) = holdings(f"sha256:{at.shop.read().subject.digest}", settings=at.shop.office.settings)
    assert isinstance(held.entry.event, HoldingBegun)
    told = held.entry.event
    assert (told.holder.text, told.place, told.use) == ("Eve", "the machines with the token chat server", USE)


@pytest.mark.parametrize("path", [MANIFEST, BLOB])
def test_an_ollama_is_asked_who_it_is_at_the_name_by_which_it_came(at: Served, path: str) -> None:
    service = at.origin.partition("://")[2]
    assert question(at, path) == Question(f"{at.origin}/v2/token", service, "repository:org/name:pull")
    local = at.ask("GET", path, host=service.replace("127.0.0.1", "localhost"), **AGENT).headers["www-authenticate"]
    assert f'realm="{at.origin.replace("127.0.0.1", "localhost")}/v2/token"' in local
    foreign = at.ask("GET", path, host="evil.example", **AGENT).headers["www-authenticate"]
    assert Question.of(foreign).service == service


def test_a_proof_counts_once(at: Served, key: OllamaKey) -> None:
    url = question(at).url()
    assert shown(at, url, key.proof(url)).status == 200
    assert message(shown(at, url, key.proof(url))).startswith("403 DENIED this proof was shown before")


@pytest.mark.parametrize(
    ("seconds", "said"), [(SKEW + 60, "seconds behind, and may be 300"), (-SKEW - 60, "seconds ahead, and may be 300")]
)
def test_a_proof_from_another_time_is_none(at: Served, key: OllamaKey, seconds: int, said: str) -> None:
    url = question(at).url(int(time.time()) - seconds)
    assert said in message(shown(at, url, key.proof(url)))
    near = question(at).url(int(time.time()) - seconds // 2)
    assert shown(at, near, key.proof(near)).status == 200


def test_what_is_no_proof_of_this_key_for_this_place_is_refused(at: Served, key: OllamaKey) -> None:
    asked = question(at)
    url, other = asked.url(), OllamaKey()
    low = b64encode(b64decode(other.line.split()[1])[:19] + bytes(32)).decode()
    theirs, _, forged = key.proof(url).split(":")[0], ":", other.proof(url).split(":")[1]
    evil = asked._replace(realm="https://evil.example/v2/token").url(nonce="a" * 22)
    relayed = asked.url(nonce="a" * 22)
    push = asked._replace(scope="repository:org/name:push").url()
    elsewhere = asked._replace(service="evil.example").url()
    for where, proof, said in (
        (url, f"{theirs}:{forged}", "the signature is not that of this key"),
        (relayed, key.proof(evil), "the signature is not that of this key"),
        (f"{url}&scope=repository%3Aacme%2Fother%3Apull", key.proof(url), "it takes one service, scope, ts and nonce"),
        (url.replace("name", "other"), key.proof(url), "the signature is not that of this key"),
        (push, key.proof(push), "not to pull from"),
        (elsewhere, key.proof(elsewhere), "not to pull from"),
        (url.replace("nonce=", "n="), key.proof(url), "it takes one service"),
        (url, "", "no proof of a key"),
        (url, "é:é", "no proof of a key"),
        (url, f"{low}:{forged}", "with which anybody could sign"),
        (url, f"{theirs}:AAAA", "the signature is not that of this key"),
    ):
        told = message(shown(at, where, proof))
        assert told.startswith("403 DENIED"), told
        assert said in told
    assert shown(at, url, key.proof(url)).status == 200, "what others made of it does not use it up"


def test_a_token_and_a_link_open_what_they_were_given_for_alone(at: Served, key: OllamaKey) -> None:
    given = token(at, key)
    assert at.ask("GET", MANIFEST, token=given, **AGENT).status == 200
    other = BLOB.replace("org/name", "acme/other")
    for path in (MANIFEST.replace("org/name", "acme/other"), other):
        assert "this token is for org/name, and not for acme/other" in message(
            at.ask("GET", path, token=given, **AGENT)
        )
    for path in ("/api/models/org/name", "/org/name/resolve/main/README.md", "/v2/"):
        assert at.ask("GET", path, token=given).status == 401, path
    led = at.ask("GET", BLOB, token=given, **AGENT)
    assert (led.status, led.headers["location"].partition("?")[0]) == (307, BLOB)
    query = led.headers["location"].partition("?")[2]
    there = at.ask("GET", led.headers["location"])
    assert (there.status, there.body, there.headers["location"]) == (200, LARGE, led.headers["location"])
    part = at.ask("GET", led.headers["location"], range="bytes=5-99")
    assert (part.status, part.body) == (206, LARGE[5:100])
    licence = BLOB[:-64] + sha256(LICENCE).hexdigest()
    for path in (f"{licence}?{query}", f"{other}?{query}", f"{MANIFEST}?{query}", f"{BLOB}?link={given}"):
        assert "this link is over, or was made for something else" in message(at.ask("GET", path, **AGENT)), path
    link = query.partition("=")[2]
    assert at.ask("GET", MANIFEST, token=f"ollama.{link}", **AGENT).status == 401
    assert at.ask("GET", BLOB, range="bytes=0-1").status == 401
    assert at.ask("GET", "/v2/org/name/blobs/latest", token=given, **AGENT).status == 404, "nothing leads to a tag"


def test_a_key_is_for_its_repositories_and_ends_with_its_place_on_the_account(
    at: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hilt.doors.hub.waiting.FRESH", -1.0)
    with served_hub(tmp_path / "shop", FILES) as served:
        settings = served.shop.office.settings
        narrow, key = served.shop.ollama(names=("acme/*",)), served.shop.ollama()
        with pytest.raises(PullFailed, match=r"403.*this token is for acme/\*, and not for org/name"):
            pull(served.origin, "org/name", tmp_path, key=narrow)
        given = token(served, key)
        link = served.ask("GET", BLOB, token=given, **AGENT).headers["location"]
        assert served.ask("GET", link).status == 200
        person.change_roles("Eve", [], key=served.shop.office.key("Ada"), settings=settings)
        assert served.ask("GET", link).status == 401
        person.change_roles("Eve", ["requester"], key=served.shop.office.key("Ada"), settings=settings)
        assert served.ask("GET", link).status == 200
        end(served.shop.session(), ollama_keys.read(key.line.split()[1]).digest, settings)
        assert served.ask("GET", link).status == 401
        assert served.ask("GET", MANIFEST, token=given, **AGENT).status == 401
        with pytest.raises(PullFailed, match="does not know this Ollama"):
            pull(served.origin, "org/name", tmp_path / "again", key=key)


def test_where_anybody_may_download_a_known_key_still_says_who_it_is(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", FILES, more="  anonymous: anything\n") as served:
        with pytest.raises(PullFailed, match="org/name waits for review, for 'anything'"):
            pull(served.origin, "org/name", tmp_path)
        assert pull(served.origin, "org/name", tmp_path, key=served.shop.ollama())["layers"]


def test_whoever_uses_an_ollama_adds_it_by_what_it_prints(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", FILES, more="  anonymous: anything\n") as served:
        key, shop = OllamaKey(), served.shop
        with pytest.raises(PullFailed, match="does not know this Ollama") as printed:
            pull(served.origin, "hilt/code", tmp_path, key=key)
        library, until = ForLibrary(use=USE, names=("*",)), clock(timedelta(days=30))[:10]
        ollama_keys.add(shop.session(), str(printed.value), "laptop", until, library, shop.office.settings)
        assert pull(served.origin, "org/name", tmp_path, key=key)["layers"]
        with pytest.raises(PullFailed, match="hilt knows this Ollama already"):
            pull(served.origin, "hilt/code", tmp_path, key=key)


def test_whoever_proves_too_often_keeps_no_other_from_it(at: Served, key: OllamaKey) -> None:
    asked, many = question(at), at.shop.ollama("Ada")
    for url in [asked.url() for _ in range(SHARE)]:
        assert shown(at, url, many.proof(url)).status == 200
    url = asked.url()
    refused = shown(at, url, many.proof(url))
    assert (refused.status, refused.headers["retry-after"]) == (503, str(SKEW))
    assert shown(at, url, key.proof(url)).status == 200


def test_where_the_secret_of_the_server_is_that_is_damaged_is_told_on_its_terminal_alone(
    at: Served, key: OllamaKey, capfd: pytest.CaptureFixture[str]
) -> None:
    file = places(at.shop.office.settings.record or RecordSettings()).key.with_name("desk.key")
    before = file.read_bytes()
    file.write_bytes(b"junk")
    try:
        url = question(at).url()
        refused = shown(at, url, key.proof(url))
    finally:
        file.write_bytes(before)
    assert (refused.status, str(file.parent) in refused.body.decode()) == (503, False)
    assert str(file) in capfd.readouterr().err


def test_an_ollama_that_proves_who_it_is_to_its_makers_alone_is_told(at: Served) -> None:
    told = message(at.ask("GET", MANIFEST, token="aHR0cHM6Ly9vbGxhbWEuY29t:AAAA:AAAA" * 9, **AGENT))
    assert told.startswith("403 DENIED this is no token that hilt gave to an Ollama; with OLLAMA_EXPERIMENT=client2")
