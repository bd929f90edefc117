from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hilt.core.errors import UsageError
from hilt.sources.network import PUBLIC_HUB, Network


def of(**variables: str) -> Network:
    return Network.from_environment(variables)


def test_without_variables_it_is_the_public_hub_with_no_token() -> None:
    assert of() == Network(endpoint=PUBLIC_HUB)


def test_the_endpoint_may_have_a_path_and_a_slash_at_its_end() -> None:
    assert of(HF_ENDPOINT="https://art.example/api/huggingface/").endpoint == "https://art.example/api/huggingface"


@pytest.mark.parametrize(
    "wrong",
    ["hub.example", "ftp://hub.example", "https://", "https://h/?q=1", "https://h:99999", "https://name:word@h"],
)
def test_an_endpoint_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError) as raised:
        of(HF_ENDPOINT=wrong)
    assert "word" not in str(raised.value)


def test_the_token_comes_from_the_variables_and_then_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_file\n")
    home = {"HF_HOME": str(tmp_path)}
    assert of(**home).token == "hf_file"
    assert of(**home, HUGGING_FACE_HUB_TOKEN="hf_old").token == "hf_old"
    assert of(**home, HUGGING_FACE_HUB_TOKEN="hf_old", HF_TOKEN=" hf_new\n").token == "hf_new"
    assert of(**home, HF_TOKEN="hf_new", HF_HUB_DISABLE_IMPLICIT_TOKEN="1").token == ""
    assert of(HF_TOKEN_PATH=str(tmp_path / "token")).token == "hf_file"


def test_the_token_of_the_usual_login_is_found(tmp_path: Path) -> None:
    (tmp_path / ".cache" / "huggingface").mkdir(parents=True)
    (tmp_path / ".cache" / "huggingface" / "token").write_text("hf_file")
    assert of(HOME=str(tmp_path)).token == "hf_file"
    assert of(HOME=str(tmp_path), HF_TOKEN_PATH="~/.cache/huggingface/token").token == "hf_file"


def test_a_token_with_a_control_character_is_refused_and_not_shown() -> None:
    with pytest.raises(UsageError) as raised:
        of(HF_TOKEN="hf_\x01secret")
    assert "secret" not in str(raised.value)


def test_neither_the_token_nor_the_password_of_a_proxy_is_shown() -> None:
    shown = repr(of(HF_TOKEN="hf_secret", HTTPS_PROXY="http://me:word@proxy.example:3128"))
    assert "secret" not in shown
    assert "word" not in shown


def test_offline_and_patience_are_those_of_the_hub_client() -> None:
    assert of(HF_HUB_OFFLINE="YES").offline
    assert not of(HF_HUB_OFFLINE="0").offline
    assert of(HF_HUB_DOWNLOAD_TIMEOUT="120", HF_HUB_ETAG_TIMEOUT="60").patience == 120
    with pytest.raises(UsageError, match="HF_HUB_ETAG_TIMEOUT is 'soon'"):
        of(HF_HUB_ETAG_TIMEOUT="soon")


def test_certificates_come_from_either_variable() -> None:
    assert of(SSL_CERT_FILE="/a.pem", REQUESTS_CA_BUNDLE="/b.pem").certificates == "/a.pem"
    assert of(REQUESTS_CA_BUNDLE="/b.pem").certificates == "/b.pem"


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("https://hub.example/x", "http://proxy.example:3128"),
        ("http://hub.example/x", ""),
        ("https://inside.corp.example/x", ""),
        ("https://corp.example/x", ""),
        ("https://notcorp.example/x", "http://proxy.example:3128"),
        ("https://10.1.2.3/x", ""),
        ("https://11.1.2.3/x", "http://proxy.example:3128"),
        ("https://one.example:8443/x", ""),
        ("https://one.example/x", "http://proxy.example:3128"),
    ],
)
def test_a_proxy_is_asked_but_for_the_hosts_that_are_left_out(address: str, proxy: str) -> None:
    network = of(HTTPS_PROXY="proxy.example:3128", NO_PROXY=".corp.example, 10.0.0.0/8,one.example:8443")
    assert network.proxy(urlsplit(address)) == proxy


def test_a_star_leaves_out_every_host() -> None:
    assert of(all_proxy="http://proxy.example", no_proxy="*").proxy(urlsplit("https://hub.example")) == ""


def test_a_client_of_a_web_server_cannot_set_the_proxy() -> None:
    assert of(HTTP_PROXY="http://evil.example", REQUEST_METHOD="GET").proxy(urlsplit("http://hub.example")) == ""


def test_a_proxy_that_is_none_of_http_is_refused_without_its_password() -> None:
    with pytest.raises(UsageError) as raised:
        of(ALL_PROXY="socks5://me:word@proxy.example")
    assert "word" not in str(raised.value)
