from __future__ import annotations

import random
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from hilt.core.errors import ChangedWhileRead, ReferenceInvalid, SourceError
from hilt.core.limits import Limits
from hilt.core.subject import Entry
from hilt.sources.listing import Listing
from hilt.sources.network import Network
from hilt.sources.web_file import list_address
from hub_server import COMMIT, File, HubServer, Sparse, serving

DATA = random.Random(5).randbytes(200_000)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return context, str(path)


@pytest.fixture
def web(tls: tuple[ssl.SSLContext, str]) -> Iterator[HubServer]:
    """A server that is no hub to us."""
    with serving(tls=tls[0]) as server:
        server.pages["/files/model one.bin"] = Sparse(DATA, len(DATA))
        yield server


@pytest.fixture
def network(tls: tuple[ssl.SSLContext, str]) -> Network:
    return Network(certificates=tls[1], token="hf_0123456789", patience=2)


def listed(address: str, network: Network) -> closing[Listing]:
    return closing(list_address(address, Limits(), network))


def test_a_file_is_read_where_it_lies_and_its_first_bytes_come_once(web: HubServer, network: Network) -> None:
    with listed(f"{web.endpoint}/files/model%20one.bin", network) as listing:
        assert listing.subject.entries == (Entry(path="model one.bin", size=len(DATA)),)
        assert listing.subject.reference == f"{web.endpoint}/files/model%20one.bin"
        assert listing.open("model one.bin").read(0, 4096) == DATA[:4096]
        assert len(web.asked) == 1
        assert listing.open("model one.bin").read(199_000, 4096) == DATA[199_000:]
        assert len(web.asked) == 2
        assert "Authorization" not in web.asked[0].headers


def test_a_signature_in_the_address_is_sent_and_stands_in_no_report(web: HubServer, network: Network) -> None:
    address = f"{web.endpoint}/files/model%20one.bin?id=7&X-Amz-Signature=hidden&token=hidden#part"
    with listed(address, network) as listing:
        assert listing.subject.reference == f"{web.endpoint}/files/model%20one.bin?id=7&X-Amz-Signature=...&token=..."
        assert web.asked[0].query == {"id": ["7"], "X-Amz-Signature": ["hidden"], "token": ["hidden"]}


def test_a_server_without_ranges_sends_a_small_file_whole(web: HubServer, network: Network) -> None:
    web.twist = lambda asked, reply: replace(reply, status=200, headers={}, body=DATA)
    with listed(f"{web.endpoint}/files/model%20one.bin", network) as listing:
        assert listing.open("model one.bin").read(100_000, 4096) == DATA[100_000:104_096]
        assert len(web.asked) == 1


@pytest.mark.parametrize("given", ["", "bytes 0-16383/*", "bytes 5-9/10"])
def test_a_file_of_unknown_length_is_refused(web: HubServer, network: Network, given: str) -> None:
    web.twist = lambda asked, reply: replace(reply, headers={"Content-Range": given})
    with pytest.raises(SourceError, match="does not say how long the file is"):
        list_address(f"{web.endpoint}/files/model%20one.bin", Limits(), network)


def test_a_file_that_changes_is_noticed(web: HubServer, network: Network) -> None:
    with listed(f"{web.endpoint}/files/model%20one.bin", network) as listing:
        web.twist = lambda asked, reply: replace(reply, headers=reply.headers | {"ETag": '"another"'})
        with pytest.raises(ChangedWhileRead, match="came with the ETag"):
            listing.open("model one.bin").read(100_000, 10)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://files.example/model.bin", "anybody on the way can change"),
        ("https://name:hidden@files.example/model.bin", "with a user name"),
        ("https:///model.bin", "user name|no address"),
        ("https://[::1/model.bin", "no address"),
        ("https://files.example:port/model.bin", "."),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_asked(address: str, words: str) -> None:
    with pytest.raises(ReferenceInvalid, match=words) as raised:
        list_address(address, Limits(), Network())
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("page", ["/org/name", "/org/name/tree/main", "/org/name/tree/refs/pr/1"])
def test_a_page_of_the_hub_means_its_repository(page: str) -> None:
    with serving({"a.json": b"{}", "b.json": b"[]"}) as hub:
        hub.repositories["models/org/name"].refs = ("main", "refs/pr/1")
        with listed(hub.endpoint + page, Network(endpoint=hub.endpoint)) as listing:
            assert [entry.path for entry in listing.subject.entries] == ["a.json", "b.json"]
            assert listing.subject.revision == COMMIT


@pytest.mark.parametrize("verb", ["blob", "resolve", "raw"])
def test_a_file_of_the_hub_comes_with_the_digest_that_it_states(verb: str) -> None:
    with serving({"sub/m.bin": File.of(DATA, large=True), "b.json": b"[]"}) as hub:
        address = f"{hub.endpoint}/org/name/{verb}/main/sub/m.bin"
        with listed(address, Network(endpoint=hub.endpoint)) as listing:
            (entry,) = listing.subject.entries
            assert (entry.path, entry.size, entry.claimed) == ("sub/m.bin", len(DATA), True)
            assert listing.open("sub/m.bin").read(0, 100) == DATA[:100]
