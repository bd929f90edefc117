"""What on a hub a reference means: `hf:org/name@revision`, or the address of a page or a file there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from hilt.core.errors import ReferenceInvalid
from hilt.core.library import KINDS
from hilt.sources.network import PUBLIC_HUB, origin

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_SPELLING = "hf:org/name, hf:org/name@revision, hf:datasets/org/name"
_VERBS = ("tree", "blob", "resolve", "raw")


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlace:
    """A repository of one of `KINDS` at a revision, or the one `file` of it."""

    kind: str
    repository: str
    revision: str = "main"
    file: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.repository}@{self.revision}" + (f" {self.file}" if self.file else "")

    def api(self, endpoint: str) -> str:
        """The address of the repository in the hub's API."""
        return f"{endpoint}/api/{self.kind}/{self.repository}"

    def content(self, endpoint: str, commit: str, path: str) -> str:
        """The address of the bytes of a file."""
        kind = "" if self.kind == "models" else f"{self.kind}/"
        name = quote(path.encode("utf-8", "surrogatepass"))
        return f"{endpoint}/{kind}{self.repository}/resolve/{commit}/{name}"


def parse_reference(reference: str) -> HubPlace:
    """What `hf:...` names. Raises `ReferenceInvalid`."""
    name, at, revision = reference.removeprefix("hf:").removeprefix("//").partition("@")
    if at and not revision:
        raise ReferenceInvalid(f"{reference}: a revision is missing behind @")
    place = _repository(name.split("/"), reference)
    return HubPlace(kind=place.kind, repository=place.repository, revision=_revision(revision or "main", reference))


def parse_address(address: str, endpoint: str) -> HubPlace | None:
    """What the address of a page or a file at the hub means; None where it is of another host."""
    url, hub = urlsplit(address), urlsplit(endpoint)
    same = origin(url) == origin(hub) or (endpoint == PUBLIC_HUB and origin(url) == ("https", "hf.co", 443))
    prefix = hub.path.rstrip("/") + "/"
    if not same or not url.path.startswith(prefix):
        return None
    parts = [unquote(part, errors="surrogateescape") for part in url.path.removeprefix(prefix).strip("/").split("/")]
    verb = next((index for index, part in enumerate(parts) if part in _VERBS and index > 0), len(parts))
    place = _repository(parts[:verb], address)
    rest = parts[verb + 1 :]
    if not rest:
        return place
    taken = 3 if rest[0] == "refs" and len(rest) > 2 else 1  # refs/pr/1, where its slashes are not written as %2F
    revision, file = _revision("/".join(rest[:taken]), address), "/".join(rest[taken:])
    if parts[verb] == "tree" and file:
        raise ReferenceInvalid(f"{address}: a folder of a repository is not checked alone; give hf:{place.repository}")
    if parts[verb] != "tree" and not file:
        raise ReferenceInvalid(f"{address}: names no file")
    return HubPlace(kind=place.kind, repository=place.repository, revision=revision, file=file)


def _repository(parts: list[str], reference: str) -> HubPlace:
    kind = parts[0] if parts[0] in KINDS and len(parts) > 1 else "models"
    names = parts[1:] if parts[0] in KINDS and len(parts) > 1 else parts
    if len(names) > 2:
        raise ReferenceInvalid(f"{reference}: names more than a repository; write {_SPELLING}")
    if not all(_NAME.fullmatch(name) and "--" not in name and ".." not in name for name in names):
        raise ReferenceInvalid(f"{reference}: is no name of a repository; write {_SPELLING}")
    return HubPlace(kind=kind, repository="/".join(names))


def _revision(text: str, reference: str) -> str:
    if not text.isprintable() or any(part in ("", ".", "..") for part in text.split("/")) or len(text) > 255:
        raise ReferenceInvalid(f"{reference}: {text!r:.80} is no revision; name a branch, a tag, refs/pr/1 or a commit")
    return text
