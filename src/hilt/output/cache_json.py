"""What lies in caches and how it stands, as JSON."""

from __future__ import annotations

from typing import Any

from hilt.core.cache_scan import CacheScan, PutBack, ScannedCache, ScannedModel
from hilt.core.wire import encode_text


def scan_data(scan: CacheScan) -> dict[str, Any]:
    return {
        "use": encode_text(scan.use),
        "compared": scan.compared,
        "caches": [_cache(one) for one in scan.caches],
        "models": [_model(one) for one in scan.models],
        "problems": [encode_text(one) for one in scan.problems],
    }


def put_back_data(told: PutBack) -> dict[str, Any]:
    return {
        "moved": [encode_text(path) for path in told.moved],
        "left": [{"path": encode_text(path), "why": encode_text(why)} for path, why in told.left],
    }


def _cache(cache: ScannedCache) -> dict[str, Any]:
    return {
        "cache": cache.kind,
        "where": encode_text(cache.where),
        "found": cache.found,
        "models": cache.models,
        "strays": cache.strays,
        "problems": [encode_text(one) for one in cache.problems],
    }


def _model(model: ScannedModel) -> dict[str, Any]:
    return {
        "cache": model.cache,
        "name": encode_text(model.name),
        "revision": encode_text(model.revision),
        "where": encode_text(model.where),
        "state": model.state.value,
        "why": [encode_text(one) for one in model.why],
        "since": model.since,
        "uses": [{"use": encode_text(one.use), "until": one.until} for one in model.uses],
        "reference": encode_text(model.reference),
        "subject": f"sha256:{model.subject}" if model.subject else None,
        "by": model.by or None,
        "also": encode_text(model.also) or None,
        "files": model.files,
        "size": model.size,
        "moved": encode_text(model.moved) or None,
        "kept": [encode_text(one) for one in model.kept],
    }
