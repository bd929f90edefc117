"""The `library` of the settings: where models are kept that `hilt serve` hands out, and where it has them from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hilt.core.repository_patterns import EVERY, is_namespace, is_pattern
from hilt.gate.configured.oidc_settings import LOOPBACK
from hilt.gate.configured.setting import Setting

KEYS = (
    "folder",
    "objects",
    "bytes",
    "anonymous",
    "upstreams",
    "own",
    "refs_seconds",
    "accel",
    "fixity_days",
    "mirrors",
)
UPSTREAM = ("name", "url", "folder", "token_env", "names")
_NAME = {"name": "say what this upstream is called, such as hub or mirror"}
_CALLED = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OBJECTS = re.compile(r"(s3|gs|az|file)://[^\s@?#]+")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+/?")
LONGEST_URL, LONGEST_USE, LONGEST_PREFIX = 500, 200, 200
"""Letters."""
MOST = 100
"""Upstreams, and patterns of one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSettings:
    """A hub at `url`, or a `folder` of this machine that holds org/name/files. `token_env` names the variable with the token of the hub.

    `names` are patterns of the repositories that come from there: `acme/*`, `datasets/acme/*`, `*` for any. What the pattern of one
    upstream names, but for `*`, comes from no other one.
    """

    name: str
    url: str = ""
    folder: str = ""
    token_env: str = ""
    names: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySettings:
    """`folder` is where the library lies, empty for beside the key of the log. What was admitted lies on the object storage at `objects` as
    well, where one is named (s3://bucket/prefix), and the folder holds no more of it than `bytes`. What nobody admitted is kept up to `bytes`, what was
    used last; what was admitted stays. With no `upstreams`, nothing is had from elsewhere; where they are None, it is the hub that the
    environment names.

    `anonymous` is the use for which whoever shows no token may have what is admitted; empty for nobody. Repositories in the namespaces
    `own` are uploaded here, and never asked of an upstream. `refs_seconds` is for how long a branch of an upstream is taken to stay where it is.

    `accel` is the path of an nginx in front of the server under which that has the blobs, with a slash at its end: it sends what lies
    in the folder. Empty where no nginx does.

    No file lies unread for longer than `fixity_days`, 0 for as long as may be; what is damaged is had again from `mirrors`, folders of other
    libraries and addresses of other hubs, or from where it came.
    """

    folder: str = ""
    objects: str = ""
    bytes: int = 200_000_000_000
    anonymous: str = ""
    upstreams: tuple[UpstreamSettings, ...] | None = None
    own: tuple[str, ...] = ()
    refs_seconds: int = 60
    accel: str = ""
    fixity_days: int = 30
    mirrors: tuple[str, ...] = ()


def read_library(setting: Setting, beside: Path) -> LibrarySettings:
    """What `library` says; folders are looked for `beside` the settings. Raises `SettingsInvalid`."""
    told, usual = setting.table(KEYS), LibrarySettings()
    own = _own(told["own"]) if "own" in told else ()
    return LibrarySettings(
        folder=_folder(told["folder"], beside) if "folder" in told else "",
        objects=_objects(told["objects"]) if "objects" in told else "",
        bytes=told["bytes"].whole(0, 1 << 60) if "bytes" in told else usual.bytes,
        anonymous=_use(told["anonymous"]) if "anonymous" in told else "",
        upstreams=_upstreams(told["upstreams"], beside, own) if "upstreams" in told else None,
        own=own,
        refs_seconds=told["refs_seconds"].whole(0, 86_400) if "refs_seconds" in told else usual.refs_seconds,
        accel=_accel(told["accel"]) if "accel" in told else "",
        fixity_days=told["fixity_days"].whole(0, 3650) if "fixity_days" in told else usual.fixity_days,
        mirrors=_mirrors(told["mirrors"], beside) if "mirrors" in told else (),
    )


def _folder(setting: Setting, beside: Path) -> str:
    return str((beside / setting.text()).absolute())


def _objects(setting: Setting) -> str:
    text = setting.text()
    if not _OBJECTS.fullmatch(text) or len(text) > LONGEST_URL:
        raise setting.wrong("the address of object storage, such as s3://bucket/models, without a name and a password,")
    return text.rstrip("/")


def _use(setting: Setting) -> str:
    use = setting.line()
    if len(use) > LONGEST_USE or not use.isprintable():
        raise setting.wrong(f"a use of at most {LONGEST_USE} letters, such as 'evaluation',")
    return use


def _accel(setting: Setting) -> str:
    text = setting.text()
    if not _PREFIX.fullmatch(text) or len(text) > LONGEST_PREFIX:
        raise setting.wrong("a path that nginx keeps to itself, such as /library-file/,")
    return f"{text.rstrip('/')}/"


def _mirrors(setting: Setting, beside: Path) -> tuple[str, ...]:
    items = _few(setting, "mirrors")
    return tuple(_url(one, with_token=False) if "://" in one.text() else _folder(one, beside) for one in items)


def _own(setting: Setting) -> tuple[str, ...]:
    namespaces: dict[str, str] = {}
    for item in setting.items("organisations"):
        if not is_namespace(item.text()):
            raise item.wrong("the name of an organisation, such as acme, without a slash")
        if item.text().lower() in namespaces:
            raise item.refused(f"{item.text()} is there already; capitals make no difference")
        namespaces[item.text().lower()] = item.text()
    return tuple(namespaces.values())


def _upstreams(setting: Setting, beside: Path, own: tuple[str, ...]) -> tuple[UpstreamSettings, ...]:
    items = _few(setting, "upstreams")
    upstreams: list[UpstreamSettings] = []
    for item in items:
        upstream = _upstream(item, beside, own)
        for other in upstreams:
            _refuse_both(item, upstream, other)
        upstreams.append(upstream)
    return tuple(upstreams)


def _upstream(item: Setting, beside: Path, own: tuple[str, ...]) -> UpstreamSettings:
    told = item.table(UPSTREAM, _NAME)
    if not _CALLED.fullmatch(told["name"].text()):
        raise told["name"].wrong("up to 40 small letters, digits, dots, dashes and underscores")
    if ("url" in told) == ("folder" in told):
        raise item.refused("either url, the address of a hub, or folder, which holds org/name/files, is needed here")
    if "token_env" in told and "url" not in told:
        raise told["token_env"].refused("a folder asks for no token; leave this out")
    return UpstreamSettings(
        name=told["name"].text(),
        url=_url(told["url"], with_token="token_env" in told) if "url" in told else "",
        folder=_folder(told["folder"], beside) if "folder" in told else "",
        token_env=_variable(told["token_env"]) if "token_env" in told else "",
        names=_names(told["names"], own) if "names" in told else (EVERY,),
    )


def _url(setting: Setting, *, with_token: bool) -> str:
    text = setting.text().rstrip("/")
    if "@" in text:  # which is not shown: it may hold a password
        raise setting.refused(
            "an address holds no name and no password; put the token into a variable (token_env: NAME)"
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise setting.wrong("the address of a hub, such as https://huggingface.co,") from None
    known = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    written = text.isascii() and text.isprintable() and " " not in text and len(text) <= LONGEST_URL
    if not known or not written or "?" in text or "#" in text:
        raise setting.wrong("the address of a hub, such as https://huggingface.co,")
    if with_token and parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise setting.refused("whoever is on the way could read the token; use https, or leave token_env out")
    return text


def _variable(setting: Setting) -> str:
    if not _VARIABLE.fullmatch(setting.text()) or setting.text().startswith(("hf_", "hilt_")):  # a token is not shown
        raise setting.refused(
            "name the environment variable, such as ACME_HUB_TOKEN, that holds the token, not the token"
        )
    return setting.text()


def _names(setting: Setting, own: tuple[str, ...]) -> tuple[str, ...]:
    items = _few(setting, "patterns of repositories")
    if not items:
        raise setting.refused("nothing comes from this upstream; name what does, such as acme/*, or leave names out")
    kept = {one.lower() for one in own}
    for item in items:
        if not is_pattern(item.text()):
            raise item.wrong("a pattern of repositories, such as acme/*, datasets/acme/* or *,")
        namespace = item.text().rpartition("/")[0].rpartition("/")[2].lower()
        if namespace in kept:
            raise item.refused(f"{namespace} is uploaded here (library.own), and never asked for elsewhere")
    return tuple(dict.fromkeys(item.text() for item in items))


def _few(setting: Setting, of: str) -> list[Setting]:
    items = setting.items(of)
    if len(items) > MOST:
        raise setting.refused(f"{len(items)} {of} are listed, and {MOST} are allowed")
    return items


def _refuse_both(item: Setting, one: UpstreamSettings, other: UpstreamSettings) -> None:
    """Two upstreams have names of their own, and no pattern but `*` in common: who was meant could not be told."""
    if one.name == other.name:
        raise item.refused(f"another upstream is called {one.name}; give each a name of its own")
    theirs = {name.lower() for name in other.names if name != EVERY}
    for name in one.names:
        if name.lower() in theirs:
            raise item.refused(f"{name} comes from {other.name} alone, as that one says; name it once")
