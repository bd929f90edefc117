from __future__ import annotations

import io
import pickle
from typing import Any

import joblib
import numpy as np
import pytest

from attacks.archives import Part, torch_zip, torchscript
from attacks.confusions import ALL as SAMPLES
from attacks.pickles import HONEST, LEGACY, PAYLOAD, Sample, called, long_bytes, named, npy, p
from attacks.torch_tars import torch_tar
from hilt.checks.inspect.pickle_clean import CHECK
from hilt.core.limits import Limits
from reading import facts

EMPTY = LEGACY + pickle.dumps({}, 2) + pickle.dumps([], 2)
KEY = "inspect.pickles_clean"


def clean(data: bytes, name: str, limits: Limits = Limits()) -> Any:  # noqa: B008
    return facts(CHECK, data, name, limits).get(KEY)


def joblib_of(value: object, **options: Any) -> bytes:
    out = io.BytesIO()
    joblib.dump(value, out, **options)
    return out.getvalue()


def npz_of(*arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, *arrays)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        *((pickle.dumps({"a": [1.0, "b", (None, b"c")]}, protocol), "model.pkl") for protocol in range(6)),
        *((pickle.dumps(np.arange(9), protocol), "model.pkl") for protocol in range(6)),
        *((joblib_of([np.ones(99)] * 3, compress=level), "model.joblib") for level in (0, 3, ("xz", 3))),
        (torch_zip(), "model.pt"),
        (torchscript(""), "model.pt"),
        (torch_tar(), "model.pth.tar"),
        (EMPTY, "model.pt"),
        (npz_of(np.array([1, "b"], dtype=object)), "arrays.npz"),
        (p(2, called(named("torch.storage", "_load_from_bytes"), long_bytes(EMPTY))), "model.pkl"),
    ],
)
def test_an_honest_file_is_clean(data: bytes, name: str) -> None:
    assert clean(data, name) is True


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_no_attack_is_clean(sample: Sample) -> None:
    assert clean(sample.data, sample.name) is False


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (HONEST + b"\0", "model.pkl"),
        (torch_zip(Part(name="model/data/1")), "model.pt"),
        (torch_zip(storage=b""), "model.pt"),
        (torch_zip(Part(name="model/.data/version", data=b"3\n", local_extra=b"FB\4\0hilt")), "model.pt"),
        (torch_zip(Part(name="model/.data/version", data=b"3\n", crc32=7)), "model.pt"),
        (torch_zip() + b"hilt", "model.pt"),
        (torch_tar() + b"hilt", "model.pth.tar"),
    ],
)
def test_a_byte_that_belongs_to_nothing_is_not_clean(data: bytes, name: str) -> None:
    assert clean(data, name) is False


def test_what_was_not_followed_to_its_end_is_not_clean() -> None:
    data = pickle.dumps(list(range(10_000)))
    assert clean(data, "model.pkl") is True
    assert clean(data, "model.pkl", Limits(pickle_held_bytes=1000)) is False


def test_nothing_is_stated_of_a_file_without_pickles() -> None:
    assert facts(CHECK, npz_of(np.ones(3)), "arrays.npz") == {}
    assert facts(CHECK, npy(b"\0" * 4, "'<f4'"), "array.npy") == {}
    assert clean(npy(b"\0" * 4, "'<f4'") + p(2, PAYLOAD), "array.npy") is False
