"""An office with a library: readers with tokens, and an upstream that serves what a test puts there."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hilt.core.library import KeptRevision, Repository
from hilt.core.signed_in import ForLibrary, PassKind
from hilt.gate.keeping.library import Library, Offer
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.reader import Reader, reader_of
from hilt.gate.record import keeping_open, opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in import ollama_keys
from hilt.gate.signing_in.ollama_codes import code_for, codes_key
from hilt.gate.signing_in.passes import Asked, clock, make
from hilt.record.accounts.store import add
from hub_server import File, HubServer, serving
from office import POLICY, USE, Office
from ollama_client import OllamaKey

NAME = Repository("models", "org/name")
CARD = b"---\nlicense: apache-2.0\npipeline_tag: text-classification\n---\n# A model\n\nIt tells languages apart.\n"
LICENCE = (Path(__file__).parents[1] / "LICENSE").read_bytes()


def safetensors(size: int = 4 << 20) -> bytes:
    """Weights of `size` bytes behind an honest header."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + bytes(range(256)) * (size // 256)


HONEST = {"README.md": CARD, "LICENSE": LICENCE, "model.safetensors": File.of(safetensors(), large=True)}


class Shop(NamedTuple):
    """The office, its library, and the upstream."""

    office: Office
    library: Library
    hub: HubServer

    def reader(self, name: str = "Eve", use: str = USE, **more: Any) -> Reader:
        """What the token of somebody says."""
        secret = self.secret(name, use, **more)
        found = reader_of(secret, self.office.settings)
        assert found is not None
        return found

    def secret(self, name: str = "Eve", use: str = USE, names: tuple[str, ...] = ("*",), writes: bool = False) -> str:
        """A new token of a person for the library, with the key that they sign with anyway."""
        with opened(self.office.settings) as record:
            person, until = record.person(name), clock(timedelta(hours=1))
            library = ForLibrary(use=use, names=names, writes=writes)
            made = make(
                person, self.office.signing(name), PassKind.LIBRARY, until=until, label="laptop", library=library
            )
            record.accounts.change(add(made.stored))
        return made.opened.secret

    def session(self, name: str = "Eve") -> Asked:
        """As somebody asks who is signed in."""
        own = self.office.signing(name)
        with opened(self.office.settings) as record:
            made = make(record.person(name), own, PassKind.SESSION, until=clock(timedelta(hours=1)))
        return Asked(made.opened.who, own, made.stored.digest)

    def ollama(self, name: str = "Eve", use: str = USE, names: tuple[str, ...] = ("*",)) -> OllamaKey:
        """The key of an Ollama that a person has added."""
        key, library, until = OllamaKey(), ForLibrary(use=use, names=names), clock(timedelta(days=30))[:10]
        settings = self.office.settings
        ollama_keys.add(self.session(name), ollama_code(key, settings), "chat server", until, library, settings)
        return key

    def read(self, revision: str = "main", repository: Repository = NAME) -> KeptRevision:
        return self.library.begin(repository, revision).result(60)

    def offer(self, **more: Any) -> Offer:
        return self.library.offer(self.read(), self.reader(**more))


@contextmanager
def shop(folder: Path, files: Any = None, *, policy: str = POLICY, more: str = "", **options: object) -> Iterator[Shop]:
    """An office in `folder` whose library has `files` from an upstream; `more` are lines of the settings of the library."""
    office = Office.copied(folder)
    office.policy(policy)
    with serving(HONEST if files is None else files, **options) as hub:
        text = office.settings_file.read_text()
        office.settings_file.write_text(f"{text}library:\n  upstreams: [{{name: hub, url: {hub.endpoint!r}}}]\n{more}")
        settings = office.settings
        with keeping_open(settings), Library(settings, "http://hilt.example") as library:
            yield Shop(office, library, hub)


def ollama_code(key: OllamaKey, settings: Settings) -> str:
    """What an Ollama prints that has this key, and is not known."""
    return code_for(ollama_keys.read(key.line.split()[1]).digest, codes_key(settings))


def blob(at: Shop, kept: KeptRevision, path: str = "model.safetensors") -> Path:
    """Where the bytes of a file lie."""
    file = kept.file(path)
    assert file is not None
    return library_folder(at.office.settings) / "blobs" / "sha256" / file.sha256[:2] / file.sha256


def downloaded(at: Shop) -> KeptRevision:
    """All files of the model, downloaded by somebody."""
    offer = at.offer()
    for file in offer.kept.files:
        found = at.library.open(offer, file, at.reader())
        assert isinstance(found, Path) or found.wait(60)
    return offer.kept


def spoilt(place: Path) -> None:
    """The disk loses a bit of it."""
    place.chmod(0o644)
    place.write_bytes(b"x" + place.read_bytes()[1:])
