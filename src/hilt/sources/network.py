"""What the user's environment says of the network, read once: the hub, its token, proxies, certificates, patience.

The variables are those of `huggingface_hub`, and the ones that HTTP clients share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

from hilt.core.errors import UsageError

PUBLIC_HUB = "https://huggingface.co"

_TRUE = ("1", "on", "yes", "true")
_LARGEST_TOKEN_FILE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the network is reached.

    `endpoint` is the hub, without a slash at its end. `patience` is how many seconds an answer may take to begin, and to
    go on. `private_hosts` are names that may lead to addresses of one's own network: "host", or "host:port".
    `bypass` names the hosts that no proxy is asked for. Neither the token nor the password of a proxy is ever shown.
    """

    endpoint: str = PUBLIC_HUB
    token: str = field(default="", repr=False)
    offline: bool = False
    patience: float = 10.0
    certificates: str = ""
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    bypass: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, private_hosts: Iterable[str] = ()) -> Self:
        """Raises `UsageError` where a variable is wrong."""
        return cls(
            endpoint=endpoint(environment.get("HF_ENDPOINT") or PUBLIC_HUB, "HF_ENDPOINT"),
            token=_token(environment),
            offline=_true(environment, "HF_HUB_OFFLINE") or _true(environment, "TRANSFORMERS_OFFLINE"),
            patience=max(
                _seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"), _seconds(environment, "HF_HUB_ETAG_TIMEOUT")
            ),
            certificates=environment.get("SSL_CERT_FILE") or environment.get("REQUESTS_CA_BUNDLE") or "",
            proxies=_proxies(environment),
            bypass=tuple(name.strip().lower() for name in _either(environment, "no_proxy").split(",") if name.strip()),
            private_hosts=tuple(name.lower() for name in private_hosts),
        )

    def proxy(self, url: SplitResult) -> str:
        """The address of the proxy to ask for `url`; empty where it is asked directly."""
        host = url.hostname or ""
        if any(_matches(host, url.port, name) for name in self.bypass):
            return ""
        return self.proxies.get(url.scheme) or self.proxies.get("all", "")


def origin(url: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port: what a token or a trust is bound to. Raises `UsageError` where there is no such place."""
    try:
        port = url.port or {"https": 443, "http": 80}.get(url.scheme, 0)
    except ValueError as error:
        raise UsageError(f"{url.netloc!r}: {error}") from None
    return url.scheme, url.hostname or "", port


def endpoint(text: str, called: str) -> str:
    """The address of a hub, without a slash at its end. Raises `UsageError`, which says what it is `called`."""
    try:
        url = urlsplit(text)
    except ValueError as error:
        raise UsageError(f"{called} is {text!r}: {error}") from None
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
        raise UsageError(f"{called} is {text!r}, and must be the address of a hub, such as {PUBLIC_HUB}")
    if url.username is not None:
        raise UsageError(f"{called} holds a user name; put the token in HF_TOKEN instead")
    origin(url)
    return text.rstrip("/")


def _token(environment: Mapping[str, str]) -> str:
    """What `hf auth login` left, or a variable; nothing where implicit tokens are turned off."""
    if _true(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN"):
        return ""
    named = environment.get("HF_TOKEN") or environment.get("HUGGING_FACE_HUB_TOKEN") or _token_file(environment)
    token = "".join(named.split())
    if not token.isascii() or not token.isprintable():
        raise UsageError("the token of the hub holds characters that no token has; set HF_TOKEN anew")
    return token


def _token_file(environment: Mapping[str, str]) -> str:
    home = environment.get("HOME") or environment.get("USERPROFILE") or ""
    cache = environment.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    hub = environment.get("HF_HOME") or (f"{cache}/huggingface" if cache else "")
    path = environment.get("HF_TOKEN_PATH") or (f"{hub}/token" if hub else "")
    if not path:
        return ""
    if path.startswith("~/"):
        path = home + path[1:]
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(_LARGEST_TOKEN_FILE)
    except (OSError, ValueError):
        return ""


def _proxies(environment: Mapping[str, str]) -> dict[str, str]:
    proxies = {scheme: _either(environment, f"{scheme}_proxy") for scheme in ("http", "https", "all")}
    if "REQUEST_METHOD" in environment:  # a CGI program: a client sets HTTP_PROXY by a header (CVE-2016-1000110)
        proxies["http"] = environment.get("http_proxy", "")
    return {scheme: _proxy(address) for scheme, address in proxies.items() if address}


def _proxy(address: str) -> str:
    url = urlsplit(address if "://" in address else f"http://{address}")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise UsageError("a proxy must be the address of an HTTP proxy, such as http://proxy.example.org:3128")
    origin(url)
    return url.geturl()


def _matches(host: str, port: int | None, name: str) -> bool:
    """Whether an item of NO_PROXY names this host: `*`, a name and all below it, an address, a network, with a port."""
    if name == "*":
        return True
    name, _, at = name.partition(":") if name.count(":") == 1 else (name, "", "")
    if at and at != str(port):
        return False
    if host == name.lstrip(".") or host.endswith("." + name.lstrip(".")):
        return True
    try:
        return ip_address(host) in ip_network(name.strip("[]"), strict=False)
    except ValueError:
        return False


def _either(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper()) or ""


def _true(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() in _TRUE


def _seconds(environment: Mapping[str, str], name: str) -> float:
    text = environment.get(name) or "10"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 86_400:
        raise UsageError(f"{name} is {text!r}, and must be a number of seconds")
    return seconds
