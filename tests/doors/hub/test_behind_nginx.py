"""The library behind a real nginx that sends its files, configured as docs/library.md says, with TLS."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from hub_server import COMMIT, Asked, File, HubServer, Reply, Repository, serving
from library_office import CARD, HONEST, Shop, safetensors
from nginx_server import free_port, nginx, why_not
from office import KNOWN_ROAD, Office
from ollama_client import AGENT, OllamaKey, Question
from web_server import running

PAGE = Path(__file__).parents[3] / "docs" / "library.md"
BLOCKED = {"README.md": File.of(CARD), "model.pkl": File.of(KNOWN_ROAD, large=True)}
WEIGHTS = safetensors()
SLOW = safetensors(8 << 20)
FILE = "/org/name/resolve/main/model.safetensors"
LAYER = f"/v2/org/name/blobs/sha256:{sha256(WEIGHTS).hexdigest()}"
pytestmark = pytest.mark.skipif(why_not() != "", reason=why_not())


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Front(NamedTuple):
    """nginx at `port`, hilt behind it at `inner`, the upstream, a token, and the key of an Ollama."""

    port: int
    inner: int
    hub: HubServer
    token: str
    authority: Path
    library: Path
    ollama: OllamaKey

    @contextmanager
    def begin(self, path: str, method: str = "GET", *, inside: bool = False, **headers: str) -> Iterator[HTTPResponse]:
        """Asked of nginx; `inside`, of hilt itself, as nginx asks."""
        if inside:
            connection: HTTPConnection = HTTPConnection("127.0.0.1", self.inner, timeout=30)
        else:
            context = ssl.create_default_context(cafile=str(self.authority))
            connection = HTTPSConnection("localhost", self.port, timeout=30, context=context)
        said = {"Authorization": f"Bearer {self.token}"} | {
            key.replace("_", "-"): text for key, text in headers.items()
        }
        with closing(connection):
            connection.request(method, path, headers={"Host": f"localhost:{self.port}", **said})
            yield connection.getresponse()

    def ask(self, path: str, method: str = "GET", *, inside: bool = False, **headers: str) -> Answer:
        with self.begin(path, method, inside=inside, **headers) as response:
            return Answer(
                response.status, {name.lower(): text for name, text in response.getheaders()}, response.read()
            )


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    office, port, inner = Office.copied(folder / "office"), free_port(), free_port()
    library = folder / "library"
    certificate, authority = _certificate(folder)
    repositories = {
        "models/bad/name": BLOCKED,
        "models/slow/name": {**HONEST, "model.safetensors": File.of(SLOW, large=True)},
    }
    with serving(HONEST) as hub:
        for name, files in repositories.items():
            hub.repositories[name] = Repository({path: _file(data) for path, data in files.items()})
        hub.twist = _slowly
        office.settings_file.write_text(
            f"{office.settings_file.read_text()}{_settings(library, port)}"
            f"  upstreams: [{{name: hub, url: '{hub.endpoint}'}}]\n"
        )
        shop = Shop(office, None, hub)  # type: ignore[arg-type]
        token, key = shop.secret(), shop.ollama()
        text = (
            _told("nginx").replace("/etc/ssl/hilt.pem", f"{certificate}").replace("/etc/ssl/hilt.key", f"{certificate}")
        )
        text = text.replace("443 ssl", f"127.0.0.1:{port} ssl").replace("hilt.acme.example", "localhost")
        text = text.replace("127.0.0.1:8791", f"127.0.0.1:{inner}").replace("/srv/library/", f"{library}/")
        with running(office, "--port", str(inner)), nginx(folder / "nginx", text, port):
            yield Front(port, inner, hub, token, authority, library, key)
        assert "emerg" not in (folder / "nginx" / "errors").read_text()


def test_the_client_of_the_hub_downloads_a_model_through_it(front: Front, tmp_path: Path) -> None:
    folder = _downloaded(front, tmp_path, "org/name")
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (folder / "README.md").read_bytes() == CARD


def test_nginx_sends_what_lies_in_the_library_with_all_that_hilt_says(front: Front) -> None:
    front.ask(FILE)
    inside, outside = front.ask(FILE, inside=True, X_Amzn_Trace_Id="t1"), front.ask(FILE, X_Amzn_Trace_Id="t1")
    led = inside.headers.pop("x-accel-redirect")
    assert (inside.status, inside.body, inside.headers.pop("content-length")) == (200, b"", "0")
    assert re.fullmatch(r"/library-file/([0-9a-f]{2})/\1[0-9a-f]{62}", led)
    assert (outside.status, outside.body, outside.headers.pop("content-length")) == (200, WEIGHTS, str(len(WEIGHTS)))
    said = {"server", "date", "connection"}
    assert {name: text for name, text in outside.headers.items() if name not in said} == {
        name: text for name, text in inside.headers.items() if name not in said
    }
    assert {"x-repo-commit", "etag", "x-request-id", "content-security-policy", "strict-transport-security"} <= set(
        outside.headers
    )
    assert front.ask(led).status == 404


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=5-99", 5, 100), ("bytes=-7", len(WEIGHTS) - 7, len(WEIGHTS)), (f"bytes={len(WEIGHTS) - 3}-", len(WEIGHTS) - 3, len(WEIGHTS))],
)  # fmt: skip
def test_parts_of_a_file_are_sent(front: Front, asked: str, start: int, end: int) -> None:
    answer = front.ask(FILE, Range=asked)
    assert (answer.status, answer.body) == (206, WEIGHTS[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(WEIGHTS)}"
    assert answer.headers["x-repo-commit"] == COMMIT


def test_conditions_are_kept_to_as_without_it(front: Front) -> None:
    etag = front.ask(FILE, "HEAD").headers["etag"]
    assert front.ask(FILE, "HEAD").headers["content-length"] == str(len(WEIGHTS))
    assert front.ask(FILE, If_None_Match=etag)[::2] == (304, b"")
    assert front.ask(FILE, Range="bytes=1-2", If_Range=etag)[::2] == (206, WEIGHTS[1:3])
    assert front.ask(FILE, Range="bytes=1-2", If_Range='"other"')[::2] == (200, WEIGHTS)
    assert front.ask(FILE, Range="bytes=1-2,5-6")[::2] == (200, WEIGHTS)
    far = front.ask(FILE, Range=f"bytes={len(WEIGHTS)}-")
    assert (far.status, far.headers["content-range"]) == (416, f"bytes */{len(WEIGHTS)}")
    assert front.ask(FILE, If_Modified_Since="Sun, 22 Nov 2099 00:00:00 GMT")[::2] == (200, WEIGHTS)


def test_what_is_blocked_is_blocked(front: Front) -> None:
    for path in ("model.pkl", "README.md"):
        answer = front.ask(f"/bad/name/resolve/main/{path}")
        assert (answer.status, answer.headers["x-error-code"]) == (403, "GatedRepo")
        assert "hilt blocks bad/name" in answer.headers["x-error-message"]


def test_nobody_has_a_file_by_its_path_or_without_a_token(front: Front) -> None:
    front.ask(FILE)
    blobs = [one for one in (front.library / "blobs" / "sha256").rglob("*") if one.is_file()]
    assert blobs
    for one in blobs:
        assert front.ask(f"/library-file/{one.parent.name}/{one.name}").status == 404
        assert front.ask(f"/org/..%2flibrary-file/{one.parent.name}/{one.name}").status == 404
    assert front.ask(FILE, Authorization="Bearer hf_" + "a" * 43).status == 401


def test_an_ollama_is_led_to_the_parts_of_a_layer(front: Front) -> None:
    url = Question.of(front.ask(LAYER, Authorization="", **AGENT).headers["www-authenticate"]).url()
    proven = front.ask(url.partition(f":{front.port}")[2], Authorization=front.ollama.proof(url), **AGENT)
    said = {"Authorization": f"Bearer {json.loads(proven.body)['token']}", **AGENT}
    led = front.ask(LAYER, **said)
    assert (led.status, led.headers["location"].partition("?")[0]) == (307, LAYER)
    link = led.headers["location"]
    there, part = front.ask(link, **said), front.ask(link, Authorization="", Range="bytes=3-9")
    assert (there.status, there.headers["location"], there.body) == (200, link, WEIGHTS)
    assert (part.status, part.body) == (206, WEIGHTS[3:10])
    assert "x-accel-redirect" in front.ask(link, inside=True).headers


def test_what_is_still_coming_goes_through_as_it_comes(front: Front) -> None:
    front.ask("/api/models/slow/name/revision/main")
    before = front.hub.sent
    with front.begin("/slow/name/resolve/main/model.safetensors") as response:
        first = response.read(1 << 20)
        assert front.hub.sent - before < len(SLOW)
        assert first + response.read() == SLOW


def _slowly(asked: Asked, reply: Reply) -> Reply:
    """The large file of one model comes in two halves."""
    if asked.path.startswith("/slow/") and asked.path.endswith("model.safetensors") and not asked.headers.get("Range"):
        reply.pause, reply.step = 1.0, 6 << 20
    return reply


def _file(data: bytes | File) -> File:
    return data if isinstance(data, File) else File.of(data)


def _told(language: str) -> str:
    """The block of this language that stands on the page."""
    found = re.search(rf"```{language}\n(serve.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def _settings(library: Path, port: int) -> str:
    """Those of the page, with a place, a name and a port of this machine."""
    serve, kept = _told("yaml").splitlines()
    told = re.fullmatch(r"library: \{folder: /srv/library, accel: (\S+)\}", kept)
    assert told is not None
    return f"{serve.replace('https://hilt.acme.example', f'https://localhost:{port}')}\nlibrary:\n  folder: {library}\n  accel: {told[1]}\n"


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A file with a certificate and its key, and one of whoever vouches for it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(folder / "localhost.pem"))
    return folder / "localhost.pem", folder / "ca.pem"


def _downloaded(front: Front, folder: Path, name: str) -> Path:
    script = f"from huggingface_hub import snapshot_download; print(snapshot_download({name!r}))"
    environment = {
        **os.environ,
        "HF_ENDPOINT": f"https://localhost:{front.port}",
        "HF_TOKEN": front.token,
        "HF_HOME": str(folder),
        "SSL_CERT_FILE": str(front.authority),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())
