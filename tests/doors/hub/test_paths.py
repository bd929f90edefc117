"""What of the hub a path asks for."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hilt.core.library import KINDS, Repository
from hilt.doors.hub.paths import INFO, PAGE, UNKNOWN, Hub, asked, meant
from hilt.doors.web.routes import ROUTES

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MODEL = Repository("models", "org/name")
SHORT = Repository("models", "gpt2")


@pytest.mark.parametrize(
    ("path", "hub"),
    [
        ("/api/models/org/name", Hub(INFO, MODEL)),
        ("/api/models/gpt2", Hub(INFO, SHORT)),
        ("/api/datasets/org/name/revision/main", Hub("revision", Repository("datasets", "org/name"))),
        ("/api/models/gpt2/revision/HEAD", Hub("revision", SHORT)),
        ("/api/models/org/name/revision/refs%2Fpr%2F1", Hub("revision", MODEL, "refs/pr/1")),
        ("/api/models/org/name/tree/refs/pr/1", Hub("tree", MODEL, "refs/pr/1")),
        ("/api/models/org/name/tree/refs/pr/1/a", Hub("tree", MODEL, "refs/pr/1", "a")),
        ("/api/models/org/name/tree/main", Hub("tree", MODEL)),
        ("/api/models/org/name/tree/main/", Hub("tree", MODEL)),
        ("/api/models/org/name/tree/main/a%2Fb", Hub("tree", MODEL, "main", "a/b")),
        ("/api/models/org/name/tree/main/a/b", Hub("tree", MODEL, "main", "a/b")),
        ("/api/models/tree/tree/tree/main", Hub("tree", Repository("models", "tree"), "tree", "main")),
        ("/api/kernels/org/name/refs", Hub("refs", Repository("kernels", "org/name"))),
        ("/api/models/gpt2/refs", Hub("refs", SHORT)),
        ("/api/models/x/refs/revision/main", Hub("revision", Repository("models", "x/refs"))),
        ("/api/spaces/org/name/auth-check/write", Hub("auth-check", Repository("spaces", "org/name"), "main", "write")),
        ("/api/models/org/name/commits/main", Hub("commits", MODEL)),
        ("/api/models/org/name/paths-info/" + COMMIT, Hub("paths-info", MODEL, COMMIT)),
        ("/api/models/org/name/preupload/main", Hub("preupload", MODEL)),
        ("/api/models", Hub("search", Repository("models", ""))),
        ("/v2", Hub("registry")),
        ("/v2/", Hub("registry")),
        ("/v2/token", Hub("registry-token")),
        ("/v2/org/name/manifests/Q4_K_M", Hub("manifests", MODEL, path="Q4_K_M")),
        ("/v2/org/name/blobs/sha256%3A" + "a" * 64, Hub("blobs", MODEL, path="sha256:" + "a" * 64)),
        ("/api/whoami-v2", Hub("whoami")),
        ("/api/cache/compare", Hub("compare")),
        ("/api/agent-harnesses", Hub("harnesses")),
        ("/api/telemetry/a/b", Hub("telemetry")),
        ("/v1/telemetry", Hub("telemetry")),
        ("/api/xet/v1/xorbs/default/" + "a" * 64, Hub("xet", path="v1/xorbs/default/" + "a" * 64)),
        ("/api/models/org/name/xet-write-token/main", Hub("xet-write-token", MODEL)),
        ("/api/organizations/org/overview", Hub("organizations")),
        ("/org/name/resolve/main/a/b.txt", Hub("resolve", MODEL, "main", "a/b.txt")),
        ("/org/name/resolve/refs%2Fpr%2F1/a%2Fb.txt", Hub("resolve", MODEL, "refs/pr/1", "a/b.txt")),
        ("/gpt2/raw/main/%C3%A4%20b", Hub("raw", SHORT, "main", "ä b")),
        ("/datasets/org/name/resolve/main/x", Hub("resolve", Repository("datasets", "org/name"), "main", "x")),
        ("/spaces/name/resolve/main/x", Hub("resolve", Repository("spaces", "name"), "main", "x")),
        ("/log/name/resolve/main/x", Hub("resolve", Repository("models", "log/name"), "main", "x")),
        ("/org/name", Hub(PAGE, MODEL)),
        ("/org/name/tree/main", Hub(PAGE, MODEL)),
        ("/org/name/blob/main/README.md", Hub(PAGE, MODEL)),
        ("/datasets/org/name", Hub(PAGE, Repository("datasets", "org/name"))),
    ],
)
def test_a_path_says_what_it_asks_for(path: str, hub: Hub) -> None:
    assert asked(path.encode()) == hub


@pytest.mark.parametrize(
    "path",
    [
        "/api/models/org/name/tree/main/..%2Fx",
        "/api/models/org/name/tree/main/a//b",
        "/api/models/org/name/tree/main/%00",
        "/api/models/org/name/tree/a%20b",
        "/api/models/org/name/tree/..",
        "/api/models/org/name/tree/%2Fetc",
        "/api/models/org/name/tree/%ff",
        "/api/models/org/na%2Fme",
        "/api/models/../name",
        "/api/models/_/name",
        "/api/models/org/" + "a" * 97,
        "/api/models/org/name/discussions",
        "/api/models//name",
        "/datasets/org/name/what/else",
    ],
)
def test_what_is_addressed_as_a_hub_is_and_is_nothing_stays_with_the_hub(path: str) -> None:
    assert asked(path.encode()) == Hub(UNKNOWN)


@pytest.mark.parametrize(
    "path",
    [
        "", "*", "/", "//", "/api", "/api/", "/api/check", "/api/models.json", "/models", "/models/" + "a" * 64, "/gpt2",
        "/org/name/resolve/main", "/org/name/resolve/main/../x", "/org/name/resolve/main/%2e%2e/x", "/../name",
        "/%61pi/models", "/org/name/else", "/" * 300, "/org/name/resolve/main/" + "a" * 20000,
    ],
)  # fmt: skip
def test_what_is_not_the_hubs_is_left_to_others(path: str) -> None:
    assert asked(path.encode()) is None


def test_no_page_is_taken_for_the_hub() -> None:
    for route in ROUTES:
        for path in route.paths:
            shown = path.replace("{number:int}", "17").replace("{digest}", "a" * 64).replace("{", "").replace("}", "")
            for raw in (shown, shown.replace("-", "%2D")):
                for method in route.methods:
                    assert not meant({"type": "http", "method": method, "raw_path": raw.encode()}), path


def test_only_requests_of_http_are_for_the_hub() -> None:
    assert not meant({"type": "lifespan"})
    assert meant({"type": "http", "method": "POST", "raw_path": b"/api/models/gpt2/preupload/main"})


def test_a_list_of_models_is_asked_for_and_not_sent() -> None:
    assert meant({"type": "http", "method": "GET", "raw_path": b"/api/models"})
    assert not meant({"type": "http", "method": "POST", "raw_path": b"/api/models"})


@given(st.binary(max_size=200).map(lambda raw: b"/" + raw))
@example(b"/api/models/%")
@example(b"/datasets")
def test_no_path_is_too_odd_to_be_read(raw: bytes) -> None:
    found = asked(raw)
    assert found is None or ".." not in found.path.split("/")


SEGMENT = st.text(min_size=1, max_size=20).filter(
    lambda text: text not in (".", "..") and text.isprintable() and not {"/", "\\"} & set(text)
)
NAME = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}[a-z0-9]", fullmatch=True).filter(
    lambda name: ".." not in name and name not in ("refs", "tree", "resolve", "raw", "revision", "commit", "commits")
)


@given(
    st.sampled_from(KINDS),
    st.lists(NAME, min_size=1, max_size=2).map("/".join),
    st.lists(NAME, min_size=1, max_size=3).map("/".join).filter(lambda name: not name.endswith(".lock")),
    st.lists(SEGMENT, min_size=1, max_size=4).map("/".join),
    st.booleans(),
)
def test_what_clients_write_into_a_path_is_read_back(
    kind: str, name: str, revision: str, path: str, whole: bool
) -> None:
    quoted = quote(path, safe="" if whole else "/")
    hub = Repository(kind, name), revision, path
    tree = asked(f"/api/{kind}/{name}/tree/{quote(revision, safe='')}/{quoted}".encode())
    assert tree == Hub("tree", *hub)
    prefix = "" if kind == "models" else f"{kind}/"
    file = asked(f"/{prefix}{name}/resolve/{quote(revision, safe='')}/{quoted}".encode())
    assert file == Hub("resolve", *hub)
