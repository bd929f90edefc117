"""`hf upload` to two servers on one PostgreSQL and one folder, each request to another one, while one of them is killed."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from client_programs import NEWEST, Ran, run
from hub_served import Served
from library_office import CARD, LICENCE, Shop
from nginx_server import free_port
from office import Office
from python_packages import environment
from record.conftest import postgresql, postgresql_server  # noqa: F401 - pytest finds them by their names
from several_servers import Balanced, balanced
from uploaders import OWN, digest
from web_server import Running, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first one installs what all need

OLD = ("huggingface_hub==0.36.2", "hf_xet==1.8.0")
WAYS = {"xet": (NEWEST, "/xorbs/", "0"), "lfs": (NEWEST, "PUT ", "1"), "0.36": (OLD, "PUT ", "0")}
"""A client, what a request says that sends a part of a large file, and whether xet is turned off; 0.36 sends by LFS anyway."""


class Servers:
    """Two servers of an office, behind a proxy."""

    def __init__(self, office: Office, proxy: Balanced, after: ExitStack) -> None:
        self.office, self.proxy, self._after = office, proxy, after
        self.running: dict[str, Running] = {}
        proxy.end = self.kill
        self.start()
        self.start()

    @property
    def front(self) -> Served:
        return self.at(self.proxy.origin)

    def at(self, origin: str) -> Served:
        return Served(Shop(self.office, cast(Any, None), cast(Any, None)), origin, [])

    def start(self) -> None:
        folder, port = self.office.folder / f"server-{len(self.running)}", str(free_port())
        folder.mkdir()
        told = ("--config", str(self.office.settings_file), "--only", "hub", "--port", port)
        origin = f"http://127.0.0.1:{port}"
        self.running[origin] = self._after.enter_context(started(folder, self.office.homes, *told))
        self.proxy.origins.append(origin)

    def kill(self, origin: str) -> None:
        self.running[origin].process.kill()
        self.running[origin].process.wait(20)


@pytest.fixture
def servers(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Servers]:
    office = Office.copied(tmp_path / "office")
    backup, address = tmp_path / "backup", request.getfixturevalue("postgresql")
    assert office.run("backup", backup).code == 0
    with balanced() as proxy, ExitStack() as after:
        told = office.settings_file.read_text().replace("record.db", f"'{address}', key: log.key")
        more = (
            f"serve: {{address: '{proxy.origin}'}}\nlibrary:\n  upstreams: []\n  folder: {tmp_path / 'library'}\n{OWN}"
        )
        office.settings_file.write_text(told + more)
        assert office.run("restore", backup).code == 0
        yield Servers(office, proxy, after)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder, size = tmp_path / "model", 12 << 20
    folder.mkdir()
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    header += b" " * (-len(header) % 8)
    weights = struct.pack("<Q", len(header)) + header + random.Random(str(tmp_path)).randbytes(size)
    for path, data in {"README.md": CARD, "LICENSE": LICENCE, "model.safetensors": weights}.items():
        (folder / path).write_bytes(data)
    return folder


@pytest.mark.parametrize("way", WAYS)
def test_each_request_of_an_upload_may_reach_another_server_and_one_may_die(
    way: str, servers: Servers, model: Path, tmp_path: Path
) -> None:
    client, part, without_xet = WAYS[way]
    python = environment(f"NO {client[0]} UPLOADED TO SEVERAL SERVERS", *client)
    token, proxy = servers.front.shop.secret(writes=True), servers.proxy

    def upload(name: str) -> Ran:
        words = ("upload", f"acme/{name}", model)
        command = ["env", f"HF_HUB_DISABLE_XET={without_xet}", python.with_name("hf"), *words]
        return run(command, servers.front, tmp_path / f"home-{name}", token)

    def had(name: str, origin: str) -> dict[str, str]:
        """What came of each file: its digest, or why it did not come."""
        path, front = f"/acme/{name}/resolve/main/", urlsplit(proxy.origin).netloc
        got = {
            one.name: servers.at(origin).ask("GET", path + one.name, token=token, host=front) for one in model.iterdir()
        }
        return {name: digest(one.body) if one.status == 200 else str(one.body) for name, one in got.items()}

    def all_of_it() -> dict[str, str]:
        return {one.name: digest(one.read_bytes()) for one in model.iterdir()}

    done = upload("whole")
    assert done.code == 0, done.text
    one, other = proxy.origins
    assert min(proxy.asked[one], proxy.asked[other]) > 3
    assert had("whole", one) == all_of_it()
    assert had("whole", other) == all_of_it()
    for name, fatal in (("first", part), ("second", "/commit/")):
        before = [*proxy.origins]
        weights = model / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-4] + name[:4].encode())
        proxy.fatal = fatal
        done = upload(name)
        if done.code:  # older clients give up where a connection breaks; what came is not sent twice
            done = upload(name)
        assert done.code == 0, done.text
        (alive,) = proxy.origins
        assert alive in before
        assert had(name, alive) == all_of_it()
        servers.start()
        assert had(name, proxy.origins[1]) == all_of_it()
        proxy.origins.reverse()
