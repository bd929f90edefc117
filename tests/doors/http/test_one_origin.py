"""`hilt serve` in a process of its own: the pages and the library at one origin, or one of them alone."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from hilt.core.signed_in import ForLibrary, PassKind
from office import Office
from web_office import WebOffice
from web_server import Running, running

MODEL = "/api/models/acme/lid"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> WebOffice:
    return WebOffice(Office.copied(tmp_path_factory.mktemp("office")))


def asked(served: Running, path: str, secret: str = "") -> tuple[int, str, str]:
    """Status, media type and body of what is answered, with a token or a session."""
    connection = HTTPConnection(urlsplit(served.origin).netloc, timeout=20)
    shown = {"Authorization": f"Bearer {secret}"} if secret.startswith("hf_") else {"Cookie": f"hilt={secret}"}
    connection.request("GET", path, headers=shown if secret else {})
    answer = connection.getresponse()
    told = answer.status, answer.headers.get("Content-Type", "").partition(";")[0], answer.read().decode()
    connection.close()
    return told


def test_one_process_serves_the_pages_and_the_library(web: WebOffice) -> None:
    token = web.secret("Lena", PassKind.LIBRARY, label="laptop", library=ForLibrary(use="support chatbot"))
    session, library = web.secret("Lena"), web.office.settings_file.parent / "library"
    with running(web.office) as served:
        assert asked(served, "/account", session)[:2] == (200, "text/html")
        assert asked(served, "/account", token)[0] == 401
        status, media, body = asked(served, "/api/whoami-v2", token)
        assert (status, media, json.loads(body)["name"]) == (200, "application/json", "Lena")
        assert [asked(served, "/api/whoami-v2", one)[0] for one in ("", session, "hf_" + "a" * 43)] == [401] * 3
        assert [asked(served, MODEL, one)[0] for one in ("", session, "hf_" + "a" * 43)] == [401] * 3
        metrics = asked(served, "/metrics")[2]
    assert all(f'route="{name}"' in metrics for name in ("hub whoami", "hub info", "/account"))
    assert library.is_dir()


def test_the_pages_alone_make_no_library(web: WebOffice) -> None:
    office = Office.copied(web.office.folder / "another")
    with running(office, "--only", "web") as served:
        assert asked(served, "/sign-in")[:2] == (200, "text/html")
        assert asked(served, MODEL)[0] == 404
    assert not (office.settings_file.parent / "library").exists()


def test_the_library_alone_has_no_page_to_sign_in_at(web: WebOffice) -> None:
    token = web.secret("Lena", PassKind.LIBRARY, label="laptop", library=ForLibrary(use="support chatbot"))
    with running(web.office, "--only", "hub") as served:
        assert asked(served, "/healthz") == (200, "application/json", '{\n  "status": "ok"\n}\n')
        assert asked(served, "/api/whoami-v2", token)[0] == 200
        assert [asked(served, path)[0] for path in ("/", "/sign-in", "/begin", "/account")] == [404] * 4


def test_a_server_that_would_have_models_from_itself_does_not_start(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = office.settings_file.read_text()
    upstream = f"{{name: hub, url: 'http://localhost:{port}'}}"
    office.settings_file.write_text(f"{text}library: {{upstreams: [{upstream}]}}\n")
    done = office.run("serve", "--port", port)
    said = f"library.upstreams[0].url: http://localhost:{port} is this server itself"
    assert (done.code, said in done.text) == (2, True), done.text


def test_there_is_no_third_thing_to_serve_alone(office: Office) -> None:
    done = office.run("serve", "--only", "gateway")
    assert (done.code, "'web', 'hub'" in done.text) == (2, True), done.text
