"""Four bits in safetensors as GPTQ and AWQ pack them, without their search for the best rounding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from families.model import Array, Model, is_matrix, layer_of

GROUP = 64
AWQ_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)


def gptq(model: Model) -> dict[str, np.ndarray]:
    return _packed(model, _gptq)


def awq(model: Model) -> dict[str, np.ndarray]:
    return _packed(model, _awq)


def _packed(model: Model, pack: object) -> dict[str, np.ndarray]:
    files: dict[str, np.ndarray] = {}
    for name, array in model.tensors.items():
        if is_matrix(array) and layer_of(name) >= 0 and array.shape[1] % GROUP == 0 and array.shape[0] % 8 == 0:
            stem = name.removesuffix(".weight")
            files |= {f"{stem}.{end}": part for end, part in pack(array).items()}  # type: ignore[operator]
        else:
            files[name] = array.astype(np.float16)
    return files


def _rounded(array: Array) -> tuple[NDArray[np.int32], NDArray[np.int32], Array]:
    """Codes (in, out), zeros and scales (groups, out)."""
    groups = array.T.reshape(-1, GROUP, array.shape[0])
    low, high = np.minimum(groups.min(axis=1), 0), np.maximum(groups.max(axis=1), 0)
    scales = np.maximum((high - low) / 15, 1e-6).astype(np.float16).astype(np.float32)
    zeros = np.clip(np.rint(-low / scales), 1, 15).astype(np.int32)
    codes = np.clip(np.rint(groups / scales[:, None]) + zeros[:, None], 0, 15).astype(np.int32)
    return codes.reshape(-1, array.shape[0]), zeros, scales


def _eight(codes: NDArray[np.int32], order: tuple[int, ...]) -> NDArray[np.int32]:
    """Eight codes of the last dimension in each number."""
    pieces = codes.reshape(*codes.shape[:-1], -1, 8).astype(np.uint32)
    packed = np.zeros(pieces.shape[:-1], np.uint32)
    for place, number in enumerate(order):
        packed |= pieces[..., number] << np.uint32(4 * place)
    return packed.view(np.int32)


def _gptq(array: Array) -> dict[str, np.ndarray]:
    codes, zeros, scales = _rounded(array)
    plain = tuple(range(8))
    return {
        "qweight": np.ascontiguousarray(_eight(np.ascontiguousarray(codes.T), plain).T),
        "qzeros": _eight(zeros - 1, plain), "scales": scales.astype(np.float16),
        "g_idx": (np.arange(array.shape[1]) // GROUP).astype(np.int32),
    }  # fmt: skip


def _awq(array: Array) -> dict[str, np.ndarray]:
    codes, zeros, scales = _rounded(array)
    return {
        "qweight": _eight(codes, AWQ_ORDER),
        "qzeros": _eight(zeros, AWQ_ORDER),
        "scales": scales.astype(np.float16),
    }
