"""Models of random numbers with real headers, and an nginx that serves them as a hub does: as cheaply as a hub can be had."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1, sha256
from pathlib import Path
from typing import NamedTuple

sys.path.append(str(Path(__file__).parents[1] / "tests"))

import numpy as np

from nginx_server import free_port, nginx

WEIGHTS = "model.safetensors"
HIDDEN, INNER, WORDS = 2048, 5632, 32_000
_BLOCK = 64 << 20
_CARD = (
    "---\nlicense: apache-2.0\npipeline_tag: text-generation\n---\n# {name}\n\nRandom numbers, to be measured with.\n"
)
_LICENCE = Path(__file__).parents[1] / "LICENSE"


class Held(NamedTuple):
    """A file of a model: its size and what git calls it; its SHA-256 where it is a large one."""

    size: int
    blob: str
    sha256: str = ""


class Model(NamedTuple):
    """A model in `folder`; `name` is ORG/NAME."""

    name: str
    folder: Path
    commit: str
    files: dict[str, Held]

    @property
    def weights(self) -> Held:
        return self.files[WEIGHTS]

    @property
    def bytes(self) -> int:
        return sum(one.size for one in self.files.values())


class Hub(NamedTuple):
    """Where the models are had, the process, and a line for each request: method, path, status, bytes."""

    origin: str
    pid: int
    log: Path

    def sent(self, model: Model) -> tuple[int, float]:
        """How often the weights were fetched from their first byte to the last, and all bytes that were sent of them by their size."""
        asked = [line.split() for line in self.log.read_text().splitlines() if WEIGHTS in line and model.name in line]
        whole = sum(1 for method, _, status, count in asked if method == "GET" and status == "200" and int(count))
        return whole, sum(int(one[3]) for one in asked) / model.weights.size


def make(folder: Path, name: str, size: int) -> Model:
    """A model with the shapes of a Llama, of about `size` bytes."""
    place = folder / name
    place.mkdir(parents=True)
    (place / "README.md").write_text(_CARD.format(name=name))
    (place / "LICENSE").write_bytes(_LICENCE.read_bytes())
    shapes = _shapes(size)
    layers, hidden = sum(1 for one in shapes if "q_proj" in one), shapes["model.norm.weight"][0]
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": hidden,
        "torch_dtype": "bfloat16",
    }
    config |= {"intermediate_size": hidden * INNER // HIDDEN, "num_hidden_layers": layers, "num_attention_heads": 16}
    config["vocab_size"] = shapes["model.embed_tokens.weight"][0]
    (place / "config.json").write_text(json.dumps(config))
    digest = _write(place / WEIGHTS, shapes, name)
    files = {path.name: _held(path, digest if path.name == WEIGHTS else "") for path in sorted(place.iterdir())}
    commit = sha1(json.dumps([name, files]).encode()).hexdigest()
    return Model(name, place, commit, files)


@contextmanager
def hub(folder: Path, models: list[Model]) -> Iterator[Hub]:
    """Serves the models, and without a hub around them the folder in which they lie, at /plain/."""
    port, log = free_port(), folder / "asked"
    parts, maps = "".join(_locations(folder, one, port) for one in models), "".join(map(_named, models))
    text = f"""
    map_hash_bucket_size 256;
    {maps}
    log_format asked '$request_method $uri $status $body_bytes_sent';
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        access_log {log} asked;
        sendfile on; tcp_nopush on; etag off; keepalive_requests 1000000;
        location /plain/ {{ access_log off; alias {models[0].folder.parents[1]}/; }}
        {parts}
    }}
    """
    log.touch()
    with nginx(folder / "nginx", text, port, workers="2") as process:
        yield Hub(f"http://127.0.0.1:{port}", process.pid, log)


def _shapes(size: int) -> dict[str, tuple[int, ...]]:
    """Tensors of a model of about so many bytes of bfloat16; a small one has narrow layers of few words."""
    hidden, inner, words = HIDDEN, INNER, WORDS
    while size < 2 * (4 * hidden**2 + 3 * hidden * inner + words * hidden):
        hidden, inner, words = hidden // 2, inner // 2, words // 2
    layer = {f"self_attn.{one}_proj": (hidden, hidden) for one in "qkvo"}
    layer |= {"mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden), "mlp.down_proj": (hidden, inner)}
    each, embedding = 2 * sum(a * b for a, b in layer.values()), 2 * words * hidden
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (words, hidden), "model.norm.weight": (hidden,)}
    for number in range(round((size - embedding) / each)):
        shapes |= {f"model.layers.{number}.{one}.weight": shape for one, shape in layer.items()}
        shapes |= {f"model.layers.{number}.{one}_layernorm.weight": (hidden,) for one in ("input", "post_attention")}
    return shapes


def _write(path: Path, shapes: dict[str, tuple[int, ...]], name: str) -> str:
    """Random bfloat16, the same 64 MiB again and again; its SHA-256."""
    header: dict[str, object] = {"__metadata__": {"format": "pt", "name": name}}
    at = 0
    for tensor, shape in shapes.items():
        end = at + 2 * int(np.prod(shape))
        header[tensor] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    numbers = np.random.default_rng(sum(name.encode())).standard_normal(_BLOCK // 2, dtype=np.float32) * np.float32(
        0.02
    )
    block = (numbers.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    digest = sha256()
    with path.open("wb") as file:
        for piece in (struct.pack("<Q", len(text)) + text, *(block[: at - start] for start in range(0, at, _BLOCK))):
            file.write(piece)
            digest.update(piece)
    return digest.hexdigest()


def _held(path: Path, digest: str) -> Held:
    size = path.stat().st_size
    git = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n".encode()
    data = git if digest else path.read_bytes()
    return Held(size, sha1(b"blob %d\0" % len(data) + data).hexdigest(), digest)


def _named(model: Model) -> str:
    """What POST /paths-info answers, which Olah asks for one file at a time."""
    told = "".join(f"paths={path} '[{json.dumps(_listed(path, held))}]'; " for path, held in model.files.items())
    return f"map $http_x_paths $paths_{model.commit} {{ {told} }}\n    "


def _locations(folder: Path, model: Model, port: int) -> str:
    """What the hub answers about the model."""
    info, tree = folder / f"{model.commit}.info", folder / f"{model.commit}.tree"
    siblings = [{"rfilename": path} for path in model.files]
    date = "2026-11-01T00:00:00.000Z"
    told = {"_id": model.commit[:24], "id": model.name, "modelId": model.name, "sha": model.commit, "private": False}
    told |= {"gated": False, "disabled": False, "tags": [], "downloads": 0, "likes": 0, "lastModified": date}
    info.write_text(json.dumps(told | {"createdAt": date, "siblings": siblings}))
    tree.write_text(json.dumps([_listed(path, held) for path, held in model.files.items()]))
    api = f"/api/models/{model.name}"
    json_of = "default_type application/json;"
    lines = [f"location = {api} {{ {json_of} alias {info}; }}"]
    lines.append(f"location = /_paths/{model.commit} {{ {json_of} return 200 $paths_{model.commit}; }}")
    # Only where a request is passed on, its body is at hand.
    passed = "proxy_set_header X-Paths $request_body; proxy_method GET; proxy_pass_request_body off; proxy_set_header Content-Length ''"
    passed += f"; proxy_pass http://127.0.0.1:{port}/_paths/{model.commit}"
    for revision in ("main", model.commit):
        lines.append(f"location = {api}/revision/{revision} {{ {json_of} alias {info}; }}")
        lines.append(f"location = {api}/tree/{revision} {{ {json_of} alias {tree}; }}")
        lines.append(f"location = {api}/tree/{revision}/ {{ rewrite ^ {api}/tree/{revision} last; }}")
        lines.append(f"location = {api}/paths-info/{revision} {{ {passed}; }}")
        for path, held in model.files.items():
            large = f"add_header X-Linked-Etag '\"{held.sha256}\"'; add_header X-Linked-Size {held.size};"
            lines.append(
                f"location = /{model.name}/resolve/{revision}/{path} {{ alias {model.folder}/{path}; "
                f"add_header X-Repo-Commit {model.commit}; add_header ETag '\"{held.sha256 or held.blob}\"'; "
                f"{large if held.sha256 else ''} }}"
            )
    return "\n        ".join(lines) + "\n        "


def _listed(path: str, held: Held) -> dict[str, object]:
    told: dict[str, object] = {"type": "file", "path": path, "size": held.size, "oid": held.blob}
    return told | {"lfs": {"oid": held.sha256, "size": held.size, "pointerSize": 135}} if held.sha256 else told
