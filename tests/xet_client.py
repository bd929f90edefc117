"""The real client of xet, hf_xet, in a process of its own, and a server that keeps what it sends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, NamedTuple

_UPLOAD = """
import json, sys
import hf_xet
told = json.loads(sys.argv[1])
try:
    with hf_xet.XetSession().new_upload_commit(
        token_refresh_url=told["address"], token_refresh_headers=told["headers"]
    ) as commit:
        files = [commit.start_upload_file(path, sha256=hf_xet.COMPUTE_SHA256) for path in told["paths"]]
    print(json.dumps([one.result().xet_info.sha256 for one in files]))
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def upload(address: str, paths: Sequence[Path], home: Path, *, token: str = "hf_x") -> subprocess.CompletedProcess[str]:
    """Uploads files with a token from `address`; the client remembers what it sent below `home`. It tells their SHA-256."""
    told = {"address": address, "headers": {"Authorization": f"Bearer {token}"}, "paths": [str(path) for path in paths]}
    # What is tried again is tried at once.
    environment = {**os.environ, "HF_HOME": str(home), "HF_XET_CLIENT_RETRY_BASE_DELAY": "10ms"}
    return subprocess.run(
        [sys.executable, "-c", _UPLOAD, json.dumps(told)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


class Sent(NamedTuple):
    method: str
    path: str
    body: bytes


def hf(origin: str, home: Path, token: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command of huggingface_hub, as it is."""
    told = {
        "HF_ENDPOINT": origin,
        "HF_HOME": str(home),
        "HF_TOKEN": token,
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "NO_COLOR": "1",
    }
    env = {key: value for key, value in os.environ.items() if not key.startswith("HF_")} | told
    command = [str(Path(sys.executable).with_name("hf")), *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=110, check=False)


@contextmanager
def recorder() -> Iterator[tuple[str, list[Sent]]]:
    """A server that takes whatever it is sent by xet, without looking at it; its address, and what came."""
    sent: list[Sent] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        answers: ClassVar[dict[str, object]] = {"/v1/xorbs/": {"was_inserted": True}, "/v1/shards": {"result": 1}}

        def do_GET(self) -> None:
            address = f"http://127.0.0.1:{self.server.server_address[1]}"
            token = {"casUrl": address, "accessToken": "x", "exp": 1 << 40}
            self._answer(token if self.path == "/token" else None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent.append(Sent("POST", self.path, body))
            self._answer(next((told for path, told in self.answers.items() if self.path.startswith(path)), None))

        def _answer(self, told: object) -> None:
            data = json.dumps(told).encode()
            self.send_response(200 if told else 404)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", sent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
