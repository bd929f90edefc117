"""A PostgreSQL server of the tests' own, from Debian's packages, for as long as a test uses it."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PASSWORD = "open sesame"
"""Of the user `guarded`, who may come by the network alone."""
_QUICK = "-c fsync=off -c full_page_writes=off -c max_connections=200"
"""Nothing that the tests look at outlives the machine, so that nothing has to reach the disk."""
_WHO_MAY = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


def why_not() -> str:
    """Why there can be no server here; empty where there can. In continuous integration there must be one."""
    if _binaries() is not None:
        return ""
    if os.environ.get("CI") == "true":
        raise RuntimeError(
            "PostgreSQL is not installed, and its tests must run here: scripts/install-system installs it"
        )
    return "PostgreSQL is not installed; scripts/install-system installs it"


class Server:
    """A server in `folder`, on a socket there and a free port of this machine."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self._options = folder, options
        binaries = _binaries()
        assert binaries is not None
        self._control = binaries / "pg_ctl"

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text())

    def address(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}&port={self.port}"

    def guarded_address(self, name: str, password: str) -> str:
        return f"postgresql://guarded:{password}@127.0.0.1:{self.port}/{name}"

    def start(self, port: int = 0) -> None:
        """Makes the folder where it is not there; `pg_ctl` waits until the server answers."""
        if not (self.folder / "data").exists():
            self._make()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = port or probe.getsockname()[1]
        (self.folder / "port").write_text(str(port))
        where = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("start", "--log", str(self.folder / "log"), "--options", " ".join([where, *self._options]))

    def stop(self, how: str = "fast") -> None:
        self._run("stop", "--mode", how)

    def remove(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)  # it may be where a disk is mounted

    def execute(self, *statements: str, name: str = "postgres") -> None:
        with psycopg.connect(self.address(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _make(self) -> None:
        """PostgreSQL does not run as root, so there the folder belongs to another user."""
        self.folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("init", "--options", "--no-sync --username=postgres --auth=trust --encoding=UTF8 --locale=C")
        (self.folder / "data" / "pg_hba.conf").write_text(_WHO_MAY)

    def _run(self, *command: str) -> None:
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        with (self.folder / "control.log").open("ab") as log:  # the server inherits it, so a pipe would never end
            subprocess.run(
                [self._control, *command, "--silent", "--wait", "--pgdata", str(self.folder / "data")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, cwd=self.folder, **user,
            )  # fmt: skip


@contextmanager
def shared_server(beside: Path) -> Iterator[Server]:
    """The server of all processes that name the file `beside`: the first starts it, the last stops it."""
    with beside.open("a+") as file, beside.with_suffix(".turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # one at a time starts or stops it
        file.seek(0)
        folder = Path(file.read() or tempfile.mkdtemp(prefix="hilt-postgresql-"))
        server = Server(folder, _QUICK)
        if not (folder / "data").exists():
            server.start()
            server.execute(f"CREATE USER guarded PASSWORD '{PASSWORD}'")
            file.write(str(folder))
            file.flush()
        fcntl.flock(file, fcntl.LOCK_SH)  # held for as long as we live, however we end
        fcntl.flock(turn, fcntl.LOCK_UN)
        try:
            yield server
        finally:
            fcntl.flock(turn, fcntl.LOCK_EX)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still uses it
            else:
                server.remove()
                file.truncate(0)


def _binaries() -> Path | None:
    """The folder of the newest version that is installed."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr/local/pgsql").glob("bin")]
    found = shutil.which("pg_ctl")
    places += [Path(found).parent] if found else []
    return max((place for place in places if (place / "pg_ctl").exists()), key=str, default=None)
