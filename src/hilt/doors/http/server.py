"""The one door to uvicorn: answers whoever comes until it is interrupted."""

from __future__ import annotations

import signal
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from hilt.core.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from hilt.gate.configured.serve_settings import Tls

NEEDED = ("uvicorn", "starlette", "prometheus_client", "argon2", "python_multipart", "jwt")
"""What comes with the extra `serve`."""

SPARE = 100
"""Connections beyond those that are answered, which are told to come again."""
FILES = 300
"""Files that a server has open beside its connections, each of which takes one."""


def listen(host: str, port: int, what: str, said: str = "--host {host} --port {port}") -> socket.socket:
    """A socket at `host` and `port` (0 for any that is free) for `what`. Raises `MissingExtra`, `UsageError`."""
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtra(what, "serve")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(f"{said.format(host=host, port=port)}: {error.strerror or error}") from None


def address(listening: socket.socket, scheme: str = "http") -> str:
    """Where it is reached."""
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def read_tls(tls: Tls) -> None:
    """Raises `UsageError` where no server can be what this certificate says."""

    def no_terminal() -> bytes:
        raise ValueError("the key is encrypted; write it without a password into a file that only the server reads")

    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tls.certificate, tls.key, no_terminal)
    except (OSError, ValueError) as error:
        said = getattr(error, "reason", "") or getattr(error, "strerror", "") or error
        raise UsageError(f"tls {tls.certificate} and {tls.key}: {said}") from None


def serve(
    application: ASGIApp,
    listening: socket.socket,
    *,
    at_once: int,
    longest: float = 0.0,
    tls: Tls | None = None,
    closing: Callable[[], None] = lambda: None,
) -> None:
    """Answers whoever comes, `at_once` connections at the same time, or as many as the system lets a process have; more are told to
    come again.

    With `longest`, a connection lasts that many seconds, whatever came of it. `closing` is called when it is interrupted, before
    it waits for what is not answered yet.
    """
    import uvicorn

    from hilt.doors.http.front import LONGEST_HEAD
    from hilt.doors.http.impatient import Impatient

    at_once = min(at_once, most_connections(at_once))
    protocol = type("Protocol", (Impatient,), {"longest": longest, "most": at_once + SPARE})
    encrypted: dict[str, Any] = {"ssl_certfile": tls.certificate, "ssl_keyfile": tls.key} if tls else {}
    config = uvicorn.Config(
        application,
        http=protocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=at_once,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        **encrypted,
    )

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            closing()
            await super().shutdown(sockets)

    with suppress(_Stopped):
        if threading.current_thread() is threading.main_thread():
            signal.signal(
                signal.SIGTERM, _stop
            )  # uvicorn raises it once more when it has ended, for whoever asked before it
        Server(config).run(sockets=[listening])


class _Stopped(BaseException):
    """Whoever runs the server has it end."""


def _stop(*_: object) -> None:
    raise _Stopped


def most_connections(wanted: int) -> int:
    """How many the system allows, after it was asked for as many as are `wanted`: each may send a file, which is open as well."""
    try:
        import resource
    except ImportError:  # where there is no such limit
        return wanted
    needed, (soft, hard) = FILES + SPARE + 2 * wanted, resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if soft == resource.RLIM_INFINITY else max((soft - FILES - SPARE) // 2, 10)
