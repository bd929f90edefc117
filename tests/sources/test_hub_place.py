from __future__ import annotations

import pytest

from hilt.core.errors import ReferenceInvalid
from hilt.sources.hub_place import HubPlace, parse_address, parse_reference
from hilt.sources.network import PUBLIC_HUB

ONE = HubPlace(kind="models", repository="org/name")


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("hf:org/name", ONE),
        ("hf:models/org/name", ONE),
        ("hf://org/name", ONE),
        ("hf:gpt2", HubPlace(kind="models", repository="gpt2")),
        ("hf:gpt2@v1", HubPlace(kind="models", repository="gpt2", revision="v1")),
        ("hf:org/name@refs/pr/1", HubPlace(kind="models", repository="org/name", revision="refs/pr/1")),
        ("hf:org/a.b_c-1@" + "0" * 40, HubPlace(kind="models", repository="org/a.b_c-1", revision="0" * 40)),
        ("hf:datasets/squad", HubPlace(kind="datasets", repository="squad")),
        ("hf:datasets/org/name@dev", HubPlace(kind="datasets", repository="org/name", revision="dev")),
        ("hf:spaces/org/name", HubPlace(kind="spaces", repository="org/name")),
        ("hf:kernels/org/name", HubPlace(kind="kernels", repository="org/name")),
    ],
)
def test_a_reference_names_a_repository_and_a_revision(reference: str, place: HubPlace) -> None:
    assert parse_reference(reference) == place


@pytest.mark.parametrize(
    "reference",
    [
        "hf:",
        "hf:@main",
        "hf:org/",
        "hf:/name",
        "hf:org/name/file.bin",
        "hf:../name",
        "hf:org/..",
        "hf:org/a..b",
        "hf:org/a--b",
        "hf:org/na me",
        "hf:org/name?x=1",
        "hf:org/name#x",
        "hf:org/" + "n" * 97,
        "hf:org/n\u00e4me",
        "hf:org/name@",
        "hf:org/name@a/../b",
        "hf:org/name@a//b",
        "hf:org/name@a\nb",
        "hf:datasets/a/b/c",
    ],
)
def test_what_is_no_repository_is_refused(reference: str) -> None:
    with pytest.raises(ReferenceInvalid):
        parse_reference(reference)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/org/name", ONE),
        ("/org/name/", ONE),
        ("/org/name?library=transformers#how", ONE),
        ("/gpt2", HubPlace(kind="models", repository="gpt2")),
        ("/org/name/tree/dev", HubPlace(kind="models", repository="org/name", revision="dev")),
        ("/org/name/tree/refs%2Fpr%2F1", HubPlace(kind="models", repository="org/name", revision="refs/pr/1")),
        ("/org/name/tree/refs/pr/1", HubPlace(kind="models", repository="org/name", revision="refs/pr/1")),
        ("/datasets/org/name/tree/main", HubPlace(kind="datasets", repository="org/name")),
        ("/org/name/blob/main/a%20b.bin", HubPlace(kind="models", repository="org/name", file="a b.bin")),
        (
            "/org/name/resolve/v1/sub/m.bin?download=true",
            HubPlace(kind="models", repository="org/name", revision="v1", file="sub/m.bin"),
        ),
        (
            "/org/name/raw/refs/pr/2/m.bin",
            HubPlace(kind="models", repository="org/name", revision="refs/pr/2", file="m.bin"),
        ),
    ],
)
@pytest.mark.parametrize("endpoint", ["https://hub.example", "https://hub.example:8443/with/prefix", PUBLIC_HUB])
def test_an_address_of_the_hub_means_what_it_shows(path: str, place: HubPlace, endpoint: str) -> None:
    assert parse_address(endpoint + path, endpoint) == place


def test_the_short_name_of_the_public_hub_counts() -> None:
    assert parse_address("https://hf.co/org/name", PUBLIC_HUB) == ONE
    assert parse_address("https://hf.co/org/name", "https://hub.example") is None


@pytest.mark.parametrize(
    "address", ["https://other.example/org/name", "http://hub.example/org/name", "https://hub.example:444/org/name"]
)
def test_an_address_elsewhere_is_not_the_hub(address: str) -> None:
    assert parse_address(address, "https://hub.example") is None


@pytest.mark.parametrize(
    "path", ["/", "/org/name/tree/main/folder", "/org/name/blob/main", "/org/name/discussions/1", "/a/b/c/d"]
)
def test_a_page_that_is_neither_is_refused(path: str) -> None:
    with pytest.raises(ReferenceInvalid):
        parse_address("https://hub.example" + path, "https://hub.example")


def test_names_of_files_are_quoted_in_addresses() -> None:
    place = HubPlace(kind="datasets", repository="org/name")
    assert (
        place.content("https://h", "c", "a b/\u00e4#?%.bin")
        == "https://h/datasets/org/name/resolve/c/a%20b/%C3%A4%23%3F%25.bin"
    )
    assert place.content("https://h", "c", "\ud800") == "https://h/datasets/org/name/resolve/c/%ED%A0%80"
