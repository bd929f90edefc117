from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid
from hilt.gate.configured.library_settings import LibrarySettings, UpstreamSettings
from hilt.gate.settings import read_settings

FULL = """
library:
  folder: kept
  bytes: 5_000_000_000
  anonymous: evaluation
  own: [acme]
  refs_seconds: 5
  accel: /library-file
  fixity_days: 7
  mirrors: [copy, "https://hilt.other.example"]
  upstreams:
  - {name: internal, url: "https://hilt.acme.example:8443/hub/", token_env: INTERNAL_TOKEN, names: [acme-lab/*, datasets/Acme-Data/*]}
  - {name: shelf, folder: shelf, names: [old/*, gpt2]}
  - {name: hub, url: https://huggingface.co}
"""
LISTED = "library: {{upstreams: [{}]}}"
HUB = "{name: hub, url: 'https://huggingface.co'"


def library(folder: Path, text: str) -> LibrarySettings:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path).library


def test_the_settings_say_where_the_library_is_and_where_it_has_models_from(tmp_path: Path) -> None:
    assert library(tmp_path, FULL) == LibrarySettings(
        folder=str(tmp_path / "kept"),
        bytes=5_000_000_000,
        anonymous="evaluation",
        own=("acme",),
        refs_seconds=5,
        accel="/library-file/",
        fixity_days=7,
        mirrors=(str(tmp_path / "copy"), "https://hilt.other.example"),
        upstreams=(
            UpstreamSettings(
                name="internal",
                url="https://hilt.acme.example:8443/hub",
                token_env="INTERNAL_TOKEN",
                names=("acme-lab/*", "datasets/Acme-Data/*"),
            ),
            UpstreamSettings(name="shelf", folder=str(tmp_path / "shelf"), names=("old/*", "gpt2")),
            UpstreamSettings(name="hub", url="https://huggingface.co", names=("*",)),
        ),
    )


def test_whoever_says_nothing_of_a_library_lets_nobody_in_without_a_token(tmp_path: Path) -> None:
    assert library(tmp_path, "search_bytes: true") == library(tmp_path, "library: {}") == LibrarySettings()
    assert LibrarySettings().anonymous == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("library: yes", "library: a table of keys is needed here, not True"),
        ("library: {upstream: []}", "library.upstream: unknown key; did you mean upstreams?"),
        ("library: {folder: 3}", "library.folder: a text is needed here, not 3"),
        ("library: {bytes: -1}", "library.bytes: a whole number from 0 to"),
        ("library: {refs_seconds: 1e3}", "library.refs_seconds: a whole number from 0 to 86400"),
        ("library: {fixity_days: -1}", "library.fixity_days: a whole number from 0 to 3650"),
        ("library: {mirrors: ['s3://x']}", "library.mirrors[0]: the address of a hub"),
        ("library: {anonymous: true}", "library.anonymous: a text is needed here, not True"),
        ("library: {anonymous: ''}", "library.anonymous: a text is needed here, not ''"),
        (f"library: {{anonymous: {'x' * 201}}}", "library.anonymous: a use of at most 200 letters"),
        ("library: {own: acme}", "library.own: a list of organisations is needed here, not 'acme'"),
        ("library: {own: [acme/x]}", "library.own[0]: the name of an organisation, such as acme, without a slash"),
        ("library: {own: [datasets]}", "library.own[0]: the name of an organisation"),
        ("library: {own: [acme, ACME]}", "library.own[1]: ACME is there already"),
        ("library: {accel: library-file/}", "library.accel: a path that nginx keeps to itself, such as /library-file/,"),
        ("library: {accel: /}", "library.accel: a path that nginx keeps to itself"),
        ("library: {accel: /../etc/}", "library.accel: a path that nginx keeps to itself"),
        ("library: {accel: '/a b/'}", "library.accel: a path that nginx keeps to itself"),
        ("library: {upstreams: hub}", "library.upstreams: a list of upstreams is needed here"),
        (LISTED.format("{url: 'https://a.example'}"), "library.upstreams[0]: the key name is missing"),
        (LISTED.format("{name: A B, url: 'https://a.example'}"), "library.upstreams[0].name: up to 40 small letters"),
        (LISTED.format("{name: hub}"), "library.upstreams[0]: either url, the address of a hub, or folder"),
        (LISTED.format(HUB + ", folder: x}"), "library.upstreams[0]: either url, the address of a hub, or folder"),
        (LISTED.format("{name: a, folder: x, token_env: T}"), "library.upstreams[0].token_env: a folder asks for no"),
        (LISTED.format(HUB + ", token_env: a b}"), "library.upstreams[0].token_env: name the environment variable"),
        (LISTED.format(HUB + ", names: []}"), "library.upstreams[0].names: nothing comes from this upstream"),
        (LISTED.format(HUB + ", names: ['*/*']}"), "library.upstreams[0].names[0]: a pattern of repositories, such as"),
        (LISTED.format(HUB + "}, " + HUB + "}"), "library.upstreams[1]: another upstream is called hub"),
        (LISTED.format(HUB + ", names: [a/*]}, {name: b, folder: b, names: [A/*]}"),
         "library.upstreams[1]: A/* comes from hub alone"),
        ("library: {own: [Acme], upstreams: [" + HUB + ", names: [datasets/acme/*]}]}",
         "library.upstreams[0].names[0]: acme is uploaded here (library.own)"),
    ],
)  # fmt: skip
def test_settings_that_are_wrong_are_told_with_their_place_and_a_way_out(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        library(tmp_path, text)
    assert said in str(raised.value)
    assert str(tmp_path) in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["hub.example", "ftp://hub.example", "https://", "https://hub.example/?a=b", "https://hub.example/#a", "https://hub.example:0",
     "https://hub.example:99999", "https://hub.example/a b", "https://höb.example", "https://[::1", "https://hub.example/" + "a" * 500],
)  # fmt: skip
def test_an_upstream_is_a_plain_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"upstreams\[0\]\.url: the address of a hub, such as"):
        library(tmp_path, LISTED.format(f"{{name: hub, url: '{url}'}}"))


def test_a_secret_that_stands_in_the_settings_is_refused_and_not_shown(tmp_path: Path) -> None:
    for text in (
        "url: 'https://grace:hunter2@hub.example'",
        "url: 'x://:hunter2@h'",
        f"{HUB[12:]}, token_env: hf_hunter2",
    ):
        with pytest.raises(SettingsInvalid, match="token") as raised:
            library(tmp_path, LISTED.format(f"{{name: hub, {text}}}"))
        assert "hunter2" not in str(raised.value)


def test_a_token_is_sent_encrypted_or_on_this_machine_alone(tmp_path: Path) -> None:
    told = "{{name: hub, url: 'http://{}:8080', token_env: HUB_TOKEN}}"
    with pytest.raises(SettingsInvalid, match=r"upstreams\[0\]\.url: whoever is on the way could read the token"):
        library(tmp_path, LISTED.format(told.format("hub.example")))
    assert library(tmp_path, LISTED.format(told.format("127.0.0.1"))).upstreams[0].token_env == "HUB_TOKEN"


def test_there_are_so_many_upstreams_and_names(tmp_path: Path) -> None:
    for text in (
        ", ".join(f"{{name: u{number}, folder: a}}" for number in range(101)),
        "{name: a, folder: a, names: [" + ", ".join(f"a{number}/*" for number in range(101)) + "]}",
    ):
        with pytest.raises(SettingsInvalid, match=r"101 .* are listed, and 100 are allowed"):
            library(tmp_path, LISTED.format(text))
