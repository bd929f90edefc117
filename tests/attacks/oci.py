"""Builds OCI layouts as oras, KitOps, modctl and `docker save` write them, and layouts that say what is not so."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

Files = dict[str, bytes]
KIT, PACK, IMAGE = "application/vnd.kitops.modelkit", "application/vnd.cncf.model", "application/vnd.oci.image"
_WEIGHTS = b"\x08\0\0\0\0\0\0\0{}      "
"""A safetensors file without tensors."""


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def descriptor(media_type: str, data: bytes, **others: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest(data), "size": len(data)} | others


def tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def layout(
    config: tuple[str, bytes],
    layers: Sequence[tuple[str, bytes]],
    *,
    others: Sequence[dict[str, Any]] = (),
    **of_first: Any,
) -> Files:
    """A layout with one manifest; `of_first` changes what is said of the first layer, `others` are further layers."""
    said = [descriptor(media_type, data) for media_type, data in layers]
    said[0] |= of_first
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{IMAGE}.manifest.v1+json",
            "config": descriptor(*config),
            "layers": [*said, *others],
        }
    ).encode()
    index = {"schemaVersion": 2, "manifests": [descriptor(f"{IMAGE}.manifest.v1+json", manifest)]}
    blobs = [manifest, config[1], *(data for _, data in layers)]
    return {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "index.json": json.dumps(index).encode(),
        **{f"blobs/{digest(data).replace(':', '/')}": data for data in blobs},
    }


KITFILE = {
    "manifestVersion": "1.0.0",
    "package": {"name": "net"},
    "model": {"name": "net", "path": "./model.safetensors"},
}


def model_kit(weights: bytes = _WEIGHTS, **of_first: Any) -> Files:
    config = (f"{KIT}.config.v1+json", json.dumps(KITFILE).encode())
    layers = [
        (f"{KIT}.model.v1.tar+gzip", gzip.compress(tar({"model.safetensors": weights}), mtime=0)),
        (f"{KIT}.docs.v1.tar", tar({"README.md": b"---\nlicense: mit\n---\n# net\n"})),
    ]
    return layout(config, layers, **of_first)


def model_pack(**of_first: Any) -> Files:
    config = (
        f"{PACK}.config.v1+json",
        json.dumps({"descriptor": {"name": "net"}, "modelfs": {"type": "layers"}}).encode(),
    )
    layers = [
        (f"{PACK}.weight.v1.raw", _WEIGHTS),
        (f"{PACK}.weight.config.v1.raw", b'{"architectures": ["Net"]}'),
        (f"{PACK}.doc.v1.tar", tar({"README.md": b"# net\n"})),
    ]
    return layout(config, layers, **of_first)


def image(entry_point: Sequence[str] = ()) -> Files:
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": list(entry_point)} if entry_point else {},
    }
    layer = gzip.compress(tar({"models/model.safetensors": _WEIGHTS}), mtime=0)
    return layout((f"{IMAGE}.config.v1+json", json.dumps(config).encode()), [(f"{IMAGE}.layer.v1.tar+gzip", layer)])


def with_blob(files: Files, at: int, data: bytes) -> Files:
    """The same layout with other bytes in its blob number `at`: the manifest, the config, then the layers."""
    path = [path for path in files if path.startswith("blobs/")][at]
    return files | {path: data}


HONEST = {"a ModelKit": model_kit(), "a ModelPack": model_pack(), "an image": image()}
