"""What torch.save writes beside whole modules: state dicts, tensors of every kind, optimisers, checkpoints."""

from __future__ import annotations

import argparse
import collections
import functools
import pathlib
import random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import lr_scheduler

from honest.saving import Folder, main

_DTYPES = """float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128
    complex32 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2""".split()
_OPTIMISERS = "SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam Rprop ASGD LBFGS Adafactor SparseAdam".split()
_SCHEDULERS: dict[str, Any] = {
    "StepLR": {"step_size": 3}, "MultiStepLR": {"milestones": [2, 4]}, "ExponentialLR": {"gamma": 0.9},
    "CosineAnnealingLR": {"T_max": 10}, "CosineAnnealingWarmRestarts": {"T_0": 10}, "LinearLR": {}, "ConstantLR": {},
    "OneCycleLR": {"max_lr": 0.1, "total_steps": 10}, "ReduceLROnPlateau": {}, "PolynomialLR": {},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1, "cycle_momentum": False},
}  # fmt: skip


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))


def tensors() -> dict[str, Any]:
    eye, shared = torch.eye(4), torch.zeros(6)
    return {
        **{f"dtype-{name}": {"w": torch.empty(4, dtype=getattr(torch, name))} for name in _DTYPES if hasattr(torch, name)},
        "dtypes": [getattr(torch, name) for name in _DTYPES if hasattr(torch, name)],
        "parameter": [nn.Parameter(torch.zeros(3)), nn.Buffer(torch.zeros(3)), torch.zeros(2, requires_grad=True)],
        "quantised": [
            torch.quantize_per_tensor(torch.rand(3), 0.1, 0, torch.quint8),
            torch.quantize_per_channel(torch.rand(2, 3), torch.ones(2), torch.zeros(2), 0, torch.qint8),
        ],
        "sparse": [eye.to_sparse(), eye.to_sparse_csr(), eye.to_sparse_csc(), eye.to_sparse_bsr((2, 2))],
        "nested": torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]),
        "jagged": torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)], layout=torch.jagged),
        "conjugate": [torch.zeros(3, dtype=torch.complex64).conj(), torch.zeros(3, dtype=torch.complex64).conj().imag],
        "shared": {"all": shared, "part": shared[2:4], "turned": shared.view(2, 3).t()},
        "meta": torch.empty(3, device="meta"), "empty": torch.zeros(0), "storage": torch.zeros(3).untyped_storage(),
        "words": [torch.Size([1, 2]), torch.device("cpu"), torch.device("cuda", 0), torch.strided, torch.channels_last],
        "packed": nn.utils.rnn.pack_sequence([torch.zeros(3, 1), torch.zeros(2, 1)]), "version": torch.__version__,
        "random": {"python": random.getstate(), "numpy": np.random.RandomState(1).get_state(), "torch": torch.get_rng_state()},
    }  # fmt: skip


def training() -> dict[str, Any]:
    """Optimisers, schedulers and the checkpoints of training loops."""
    weights, made = model().state_dict(), {}
    for name in _OPTIMISERS:
        one = nn.Linear(3, 2, bias=False)
        optimiser = getattr(torch.optim, name)(one.parameters(), lr=0.1)
        if name not in ("SparseAdam", "LBFGS"):
            one(torch.ones(1, 3)).sum().backward()
            optimiser.step()
        made |= {f"optimiser-{name}": optimiser, f"optimiser-{name}-state": optimiser.state_dict()}
    for name, options in _SCHEDULERS.items():
        scheduler = getattr(lr_scheduler, name)(torch.optim.AdamW(model().parameters(), lr=0.1), **options)
        made |= {f"scheduler-{name}": scheduler, f"scheduler-{name}-state": scheduler.state_dict()}
    averaged = torch.optim.swa_utils.AveragedModel(model())
    hyper = {
        "lr": 1e-3,
        "path": pathlib.Path("d"),
        "activation": nn.ReLU,
        "loss": nn.CrossEntropyLoss(),
        "dtype": torch.float32,
    }
    best = {"best_model_score": torch.tensor(0.1), "best_model_path": "x"}
    lightning = {
        "epoch": 1, "global_step": 10, "pytorch-lightning_version": "2.2.0", "state_dict": weights,
        "callbacks": {"ModelCheckpoint{'monitor': None}": best}, "optimizer_states": [{}], "hyper_parameters": hyper,
    }  # fmt: skip
    partial = functools.partial(torch.optim.Adam, lr=0.1)
    return made | {
        "scaler": torch.amp.GradScaler("cpu").state_dict(), "averaged": averaged, "averaged-state": averaged.state_dict(),
        "arguments": {"model": weights, "args": argparse.Namespace(lr=0.1, out=pathlib.Path("x")), "epoch": 3},
        "scores": {"best": np.float64(0.3), "step": np.int64(3), "mean": collections.deque([torch.zeros(1)], maxlen=3)},
        "counts": [collections.OrderedDict(a=1), collections.defaultdict(list), collections.Counter("a"), {1}],
        "dataset": torch.utils.data.TensorDataset(torch.zeros(3)), "normal": torch.distributions.Normal(0.0, 1.0),
        "lightning": lightning, "lightning-partial": {**lightning, "hyper_parameters": {"optimizer": partial, "net": model()}},
    }  # fmt: skip


def make(folder: Folder) -> None:
    weights = model().state_dict()
    for name in ("model.pt", "model.pth", "pytorch_model.bin", "model.ckpt"):
        folder.write(name, lambda file: torch.save(weights, file))
    for protocol in range(2, 6):
        for zipped in (True, False):
            options: dict[str, Any] = {"pickle_protocol": protocol, "_use_new_zipfile_serialization": zipped}
            kind = "zip" if zipped else "legacy"
            folder.write(f"weights-{kind}-{protocol}.pt", lambda file, o=options: torch.save(weights, file, **o))
    torch.serialization.set_crc32_options(False)
    folder.write("without-checksums.pt", lambda file: torch.save(weights, file))
    torch.serialization.set_crc32_options(True)
    for name, value in (tensors() | training()).items():
        folder.write(f"{name}.pt", lambda file, v=value: torch.save(v, file))
        if name.startswith(("dtype", "parameter", "quantised", "optimiser-Adam")):
            folder.write(
                f"{name}-old.pt", lambda file, v=value: torch.save(v, file, _use_new_zipfile_serialization=False)
            )
    folder.every_way("weights", weights)


if __name__ == "__main__":
    main(make)
