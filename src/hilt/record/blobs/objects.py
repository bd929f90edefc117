"""The library on object storage: the one door to obstore. What lies there has the names that it has in a folder.

`s3://bucket/prefix` (and whatever else obstore knows: gs://, az://, file:///). Keys, region and the address of a server of one's own come
from the environment, as its tools have them: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import MissingExtra, SourceError, UsageError
from hilt.record.blobs.layout import checked_sha256

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_PIECE = 16 << 20
"""Bytes of a part of a large object."""
_READ = 1 << 20
_LISTED = 1000
MOST_TEXT = 64 << 20


class Object(NamedTuple):
    """A file there; `name` as it is in a folder."""

    name: str
    size: int


class Objects:
    """What lies at `address`. Used by many threads. Raises `UsageError`, `MissingExtra`; every method `SourceError` where it is no help."""

    def __init__(self, address: str) -> None:
        if find_spec("obstore") is None:
            raise MissingExtra("a library on object storage", "objects")
        from obstore.exceptions import BaseError
        from obstore.store import from_url

        self.address = address
        try:
            self._store: ObjectStore = (
                from_url(address, mkdir=True) if address.startswith("file:") else from_url(address)
            )
        except (BaseError, ValueError) as error:
            raise UsageError(f"library.objects {address!r:.200}: {_first(error)}") from None

    def has(self, sha256: str, size: int) -> bool:
        """Do its bytes lie there? That they are right, they tell when they are read."""
        import obstore

        with self._asked():
            try:
                return bool(obstore.head(self._store, _blob(sha256))["size"] == size)
            except FileNotFoundError:
                return False

    def wrong(self, sha256: str, size: int, advance: Callable[[int], None] = lambda _: None) -> str:
        """Why its bytes there are not what they should be; empty where they are. All of them are read."""
        if not self.has(sha256, size):
            return f"nor at {self.address} with its {size} bytes"
        digest = hashlib.sha256()
        with self.read(sha256, 0) as pieces:
            for piece in pieces:
                digest.update(piece)
                advance(len(piece))
        return (
            ""
            if digest.hexdigest() == sha256
            else f"and at {self.address} its bytes have another SHA-256, {digest.hexdigest()}"
        )

    def put(self, sha256: str, place: Path) -> None:
        """Puts a file there, in parts where it is large."""
        import obstore

        with self._asked():
            obstore.put(self._store, _blob(sha256), place, chunk_size=_PIECE, max_concurrency=4)

    @contextmanager
    def read(self, sha256: str, start: int) -> Iterator[Iterator[bytes]]:
        """Its bytes from `start` on, as they come."""
        import obstore

        with self._asked():
            found = obstore.get(self._store, _blob(sha256), options={"range": {"offset": start}} if start else None)
            yield (bytes(piece) for piece in found.stream(min_chunk_size=_READ))

    def each(self) -> Iterator[Object]:
        """All blobs, by their SHA-256."""
        for one in self._under("blobs/sha256"):
            yield one._replace(name=one.name.rpartition("/")[2])

    def texts(self, folder: str) -> Iterator[Object]:
        """The files of revisions below `folder`, such as models."""
        return self._under(folder)

    def text(self, name: str) -> bytes:
        import obstore

        with self._asked():
            found = obstore.get(self._store, name)
            if found.meta["size"] > MOST_TEXT:
                raise SourceError(
                    f"{self.address}: {name!a:.200} has more than {MOST_TEXT} bytes, which hilt never writes there"
                )
            return bytes(found.bytes())

    def put_text(self, name: str, data: bytes) -> None:
        import obstore

        with self._asked():
            obstore.put(self._store, name, data)

    def _under(self, folder: str) -> Iterator[Object]:
        import obstore

        with self._asked():
            for some in obstore.list(self._store, folder, chunk_size=_LISTED):
                yield from (Object(str(one["path"]), int(one["size"])) for one in some)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as error:
            raise SourceError(
                f"{self.address}: {_first(error)}; look whether it is reached, and the keys of the environment are right"
            ) from None


def _blob(sha256: str) -> str:
    return f"blobs/sha256/{checked_sha256(sha256)[:2]}/{sha256}"


def _first(error: Exception) -> str:
    """The first line of what obstore says, which goes on with what only its authors read."""
    return f"{str(error).splitlines()[0]:.300}" if str(error) else type(error).__name__
