"""Caches as the tools lay them out, made by code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMIT, OTHER = "1" * 40, "2" * 40
GGUF = b"GGUF" + b"\3" * 40


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hub_cache(
    root: Path,
    files: Mapping[str, bytes],
    *,
    name: str = "models--org--name",
    commit: str = COMMIT,
    refs: Sequence[str] = ("main",),
    shared: Sequence[str] = (),
) -> Path:
    """A snapshot as huggingface_hub lays it out; `shared` files lie in the store that several repositories share. The snapshot."""
    repository = root / name
    snapshot = repository / "snapshots" / commit
    (repository / "blobs").mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        blob = repository / "blobs" / sha256(data)
        if path in shared:
            stored = root / "blobs" / "ab" / hashlib.sha256(b"xet" + data).hexdigest()
            stored.parent.mkdir(parents=True, exist_ok=True)
            (root / "blobs" / ".huggingface-shared-blobs").write_text("1\n")
            stored.write_bytes(data)
            if not blob.is_symlink():
                blob.symlink_to(f"../../blobs/ab/{stored.name}")
        elif not blob.exists():
            blob.write_bytes(data)
        link = snapshot / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to("../" * (path.count("/") + 2) + f"blobs/{blob.name}")
    for ref in refs:
        (repository / "refs" / ref).parent.mkdir(parents=True, exist_ok=True)
        (repository / "refs" / ref).write_text(commit)
    return snapshot


def blob(root: Path, data: bytes) -> str:
    """A blob of Ollama; its digest as manifests write it."""
    (root / "blobs").mkdir(parents=True, exist_ok=True)
    (root / "blobs" / f"sha256-{sha256(data)}").write_bytes(data)
    return f"sha256:{sha256(data)}"


def manifest(root: Path, layers: Mapping[str, bytes], config: bytes = b"{}") -> bytes:
    """A manifest of Ollama, whose blobs are there."""
    listed = [
        {"mediaType": f"application/vnd.ollama.image.{kind}", "digest": blob(root, data), "size": len(data)}
        for kind, data in layers.items()
    ]
    told = {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": blob(root, config), "size": 2}
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "config": told, "layers": listed}).encode()


def ollama_store(root: Path, layers: Mapping[str, bytes], *, name: str = "library/tiny", tag: str = "latest") -> Path:
    """A model as every version of Ollama lays it out. Its manifest."""
    path = root / "manifests" / "registry.ollama.ai" / name / tag
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(manifest(root, layers))
    return path


def ollama_store_v2(
    root: Path, layers: Mapping[str, bytes], *, name: str = "library/tiny", tag: str = "latest"
) -> Path:
    """A model as newer versions lay it out: a list of manifests, itself a blob, to which a link leads. The link."""
    child = blob(root, manifest(root, layers))
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    listed = [{"mediaType": kind, "digest": child, "runner": "llamacpp", "format": "gguf"}]
    parents = {"schemaVersion": 2, "mediaType": "application/vnd.ollama.manifest.list.v2+json", "manifests": listed}
    parent = blob(root, json.dumps(parents).encode())
    path = root / "manifests-v2" / "ollama.com" / name / tag
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(f"../../../../blobs/{parent.replace(':', '-')}")
    return path


def llama_cache(root: Path, name: str = "org_name_tiny-q4.gguf", data: bytes = GGUF) -> Path:
    """A model as `llama-cli --model-url` lays it out."""
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)
    (root / f"{name}.etag").write_text(f'"{sha256(data)}"')
    return root / name


def torch_cache(root: Path, data: bytes = b"weights") -> Path:
    """A checkpoint and a repository as torch.hub lays them out. The checkpoint."""
    checkpoints, repository = root / "hub" / "checkpoints", root / "hub" / "pytorch_vision_main"
    checkpoints.mkdir(parents=True)
    repository.mkdir()
    (repository / "hubconf.py").write_text("dependencies = ['torch']\n")
    (root / "hub" / "trusted_list").write_text("pytorch_vision\n")
    path = checkpoints / f"resnet18-{sha256(data)[:8]}.pth"
    path.write_bytes(data)
    return path
