"""What was admitted lies on object storage as well: on a real one of a folder, and on a server that speaks S3."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid, SourceError, UsageError
from hilt.core.library import KeptRevision
from hilt.gate.fixity import run
from hilt.gate.keeping.library import Library
from hilt.gate.keeping.places import library_folder
from hilt.gate.settings import read_settings
from hilt.record.blobs.objects import Objects
from library_office import HONEST, NAME, Shop, safetensors, shop

WEIGHTS = "model.safetensors"


def downloaded(at: Shop, library: Library | None = None) -> KeptRevision:
    """Every file of the model is had by somebody, and is what it is."""
    library = library or at.library
    reader = at.reader()
    offer = library.offer(library.begin(NAME, "main").result(60), reader)
    for file in offer.kept.files:
        found = library.open(offer, file, reader)
        place = found if isinstance(found, Path) else found.wait(60)
        there = HONEST[file.path]
        assert place is not None
        assert place.read_bytes() == (there if isinstance(there, bytes) else safetensors())
    return offer.kept


def is_there(objects: Objects, kept: KeptRevision) -> None:
    """Waits until all of it lies there."""
    until = time.monotonic() + 60
    while not all(objects.has(one.sha256, one.size) for one in kept.files):
        assert time.monotonic() < until
        time.sleep(0.05)


def emptied(at: Shop) -> None:
    """The disk of the server is lost, and so is the upstream."""
    folder = library_folder(at.office.settings)
    shutil.rmtree(folder)
    at.hub.repositories.clear()


def test_a_server_that_lost_its_folder_has_all_of_it_again(tmp_path: Path) -> None:
    with shop(tmp_path, more=f"  objects: file://{tmp_path}/objects\n  refs_seconds: 0\n") as at:
        (tmp_path / "objects").mkdir(exist_ok=True)
        kept = downloaded(at)
        is_there(Objects(f"file://{tmp_path}/objects"), kept)
        at.library.__exit__(None, None, None)
        emptied(at)
        with Library(at.office.settings, "http://hilt.example") as again:
            assert downloaded(at, again).files == kept.files
    there = tmp_path / "objects"
    assert (there / "models" / "org" / "name" / kept.commit / "manifest-sha256.txt").read_text().count("\n") == 3


def test_the_folder_lets_go_of_what_lies_there(tmp_path: Path) -> None:
    with shop(tmp_path, more=f"  objects: file://{tmp_path}/objects\n  bytes: 1\n") as at:
        kept = downloaded(at)
        is_there(Objects(f"file://{tmp_path}/objects"), kept)
        blobs = library_folder(at.office.settings) / "blobs"
        at.library._evict()
        assert sum(path.is_file() for path in blobs.rglob("*")) == 0
        downloaded(at)


def test_bytes_that_somebody_changed_there_are_never_whole(tmp_path: Path) -> None:
    with shop(tmp_path, more=f"  objects: file://{tmp_path}/objects\n") as at:
        kept = downloaded(at)
        is_there(Objects(f"file://{tmp_path}/objects"), kept)
        file = kept.file(WEIGHTS)
        assert file is not None
        there = tmp_path / "objects" / "blobs" / "sha256" / file.sha256[:2] / file.sha256
        data = bytearray(there.read_bytes())
        data[100] ^= 1
        there.write_bytes(data)
        (library_folder(at.office.settings) / "blobs" / "sha256" / file.sha256[:2] / file.sha256).unlink()
        coming = at.library.open(at.offer(), file, at.reader())
        assert not isinstance(coming, Path)
        with pytest.raises(SourceError, match="nothing of them is kept"):
            coming.wait(60)


def test_what_lies_there_alone_is_digested_there_and_is_a_mirror_of_what_lies_here(tmp_path: Path) -> None:
    with shop(tmp_path, more=f"  objects: file://{tmp_path}/objects\n") as at:
        kept = downloaded(at)
        is_there(Objects(f"file://{tmp_path}/objects"), kept)
        upstream = dict(at.hub.repositories)
        at.hub.repositories.clear()
        blobs = library_folder(at.office.settings) / "blobs" / "sha256"
        weights, licence = (kept.file(path) for path in (WEIGHTS, "LICENSE"))
        assert weights is not None
        assert licence is not None
        (blobs / weights.sha256[:2] / weights.sha256).unlink()
        done = run(settings=at.office.settings)
        assert (done.files, done.size, done.damage) == (3, kept.subject.size, ())
        here = blobs / licence.sha256[:2] / licence.sha256
        here.chmod(0o644)
        here.write_bytes(b"x" * licence.size)
        done = run(settings=at.office.settings)
        assert [(one.sha256, one.again) for one in done.damage] == [(licence.sha256, f"file://{tmp_path}/objects")]
        there = tmp_path / "objects" / "blobs" / "sha256" / weights.sha256[:2] / weights.sha256
        there.write_bytes(b"x" * weights.size)
        (told,) = run(settings=at.office.settings).damage
        assert "its bytes have another SHA-256" in told.why
        at.hub.repositories.update(upstream)
        (told,) = run(settings=at.office.settings).damage
        assert told.again == "hub"
        assert there.read_bytes() == safetensors(), "for the folder lets go of it next time"


def test_what_is_had_again_from_a_folder_is_put_there_anew(tmp_path: Path) -> None:
    with shop(tmp_path, more=f"  objects: file://{tmp_path}/objects\n") as at:
        shelf, settings = tmp_path / "shelf" / "org" / "name", at.office.settings_file
        shelf.mkdir(parents=True)
        for name, there in HONEST.items():
            (shelf / name).write_bytes(there if isinstance(there, bytes) else safetensors())
        settings.write_text(settings.read_text().replace(f"url: {at.hub.endpoint!r}", f"folder: {tmp_path}/shelf"))
        with Library(at.office.settings, "http://hilt.example") as library:
            kept = downloaded(at, library)
            is_there(Objects(f"file://{tmp_path}/objects"), kept)
        shutil.rmtree(tmp_path / "objects" / "blobs")
        shutil.rmtree(library_folder(at.office.settings) / "blobs" / "sha256")
        done = run(settings=at.office.settings)
        assert {one.again for one in done.damage} == {"hub"}
        is_there(Objects(f"file://{tmp_path}/objects"), kept)


@pytest.mark.parametrize("address", ["s4://bucket/models", "s3://name:word@bucket", "bucket"])
def test_what_is_no_address_of_storage_is_refused(tmp_path: Path, address: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(f"library: {{objects: '{address}'}}")
    with pytest.raises(SettingsInvalid, match="the address of object storage, such as s3://bucket/models"):
        read_settings(file)


def test_storage_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    with pytest.raises((SourceError, UsageError)):
        Objects(f"file://{tmp_path}/none").text("models/x")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket on a server that speaks S3, with the keys for it in the environment."""
    folder = tmp_path_factory.mktemp("moto")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "moto[server]>=5"], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"moto cannot be installed here: {done.stderr[-300:]}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(folder / "venv" / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(urllib.request.Request(f"{endpoint}/bucket", method="PUT"), timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {
                "AWS_ACCESS_KEY_ID": "key",
                "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ALLOW_HTTP": "true",
            }.items():
                patch.setenv(name, value)
            yield "s3://bucket/models-of-acme"
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the environment is made in another way there")
def test_a_server_that_lost_its_folder_has_all_of_it_again_from_s3(tmp_path: Path, s3: str) -> None:
    with shop(tmp_path, more=f"  objects: {s3}\n  refs_seconds: 0\n") as at:
        kept = downloaded(at)
        is_there(Objects(s3), kept)
        at.library.__exit__(None, None, None)
        emptied(at)
        with Library(at.office.settings, "http://hilt.example") as again:
            assert downloaded(at, again).files == kept.files


@pytest.mark.slow
def test_a_file_of_many_parts_comes_back_from_s3(tmp_path: Path, s3: str) -> None:
    import hashlib
    import random

    data = random.Random(7).randbytes(50 << 20)
    (tmp_path / "large").write_bytes(data)
    digest, objects = hashlib.sha256(data).hexdigest(), Objects(s3)
    objects.put(digest, tmp_path / "large")
    assert objects.has(digest, len(data))
    assert not objects.has(digest, len(data) - 1)
    with objects.read(digest, 12_345_678) as chunks:
        assert b"".join(chunks) == data[12_345_678:]
    assert (digest, len(data)) in [tuple(one) for one in objects.each()]
