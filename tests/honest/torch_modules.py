"""Whole modules of PyTorch as torch.save writes them, and what torch.jit and torch.export write."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator
from typing import Any

import torch
import torch.ao.quantization
import torch.fx
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations, prune

from honest.saving import Folder, main

_ARGUMENTS: tuple[tuple[Any, ...], ...] = ((), (2,), (2, 2), (2, 2, 2), (1, 2, 2, 2), ("mean",))
_FUNCTIONS = """relu gelu silu leaky_relu elu softplus mish hardswish cross_entropy mse_loss l1_loss sigmoid tanh selu relu6
    binary_cross_entropy_with_logits nll_loss smooth_l1_loss log_softmax softmax normalize dropout glu kl_div huber_loss
    avg_pool2d interpolate linear layer_norm""".split()


def every_module() -> Iterator[tuple[str, nn.Module]]:
    """Each module of torch.nn that can be made with a few numbers."""
    for name, kind in inspect.getmembers(nn, inspect.isclass):
        if issubclass(kind, nn.Module) and kind is not nn.Module:
            for arguments in _ARGUMENTS:
                try:
                    yield name, kind(*arguments)
                except (TypeError, ValueError, AssertionError, AttributeError, RuntimeError):
                    continue
                break


def compounds() -> dict[str, Any]:
    image = nn.Sequential(nn.Conv2d(1, 4, 3, padding="same"), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(784, 10))
    pruned = nn.Linear(3, 2)
    prune.l1_unstructured(pruned, "weight", 0.3)
    encoder = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True)
    return {
        "image": image, "transformer": nn.Transformer(8, 2, 1, 1, 16), "encoder": nn.TransformerEncoder(encoder, 1),
        "activation": nn.TransformerEncoderLayer(8, 2, 16, activation=functional.silu), "lstm": nn.LSTM(3, 4, 2),
        "embedding": nn.ModuleDict({"one": nn.Embedding(5, 3), "bag": nn.EmbeddingBag(5, 3)}), "pruned": pruned,
        "lists": [nn.ParameterList([nn.Parameter(torch.zeros(2))]), nn.ParameterDict({"a": nn.Parameter(torch.zeros(2))})],
        "weight-norm": nn.utils.weight_norm(nn.Linear(3, 2)), "spectral-norm": nn.utils.spectral_norm(nn.Linear(3, 2)),
        "parallel": nn.DataParallel(copy.deepcopy(image)), "traced-graph": torch.fx.symbolic_trace(nn.ReLU()),
        "quantised": torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4)), {nn.Linear}, torch.qint8),
    } | {f"function-{name}": {"activation": getattr(functional, name)} for name in _FUNCTIONS}  # fmt: skip


def scripted() -> Iterator[tuple[str, Any]]:
    """TorchScript, scripted, traced and frozen."""
    plain = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)).eval()
    yield "scripted.pt", torch.jit.script(plain)
    yield "traced.pt", torch.jit.trace(plain, torch.zeros(1, 4))
    yield "frozen.pt", torch.jit.freeze(torch.jit.script(plain))
    for name in ("lstm", "encoder", "image", "embedding"):
        yield f"scripted-{name}.pt", torch.jit.script(compounds()[name].eval())


def make(folder: Folder) -> None:
    for name, module in every_module():
        folder.write(f"nn-{name}.pt", lambda file, m=module: torch.save(m, file))
    for name, value in compounds().items():
        folder.write(f"of-{name}.pt", lambda file, v=value: torch.save(v, file))
    image = compounds()["image"]
    folder.write("of-image-old.pt", lambda file: torch.save(image, file, _use_new_zipfile_serialization=False))
    folder.every_way("of-image", image)
    for name, script in scripted():
        folder.write(name, lambda file, s=script: s.save(str(file)))
    mobile = torch.jit.script(image.eval())
    folder.write("mobile.ptl", lambda file: mobile._save_for_lite_interpreter(str(file)))
    exported = torch.export.export(image.eval(), (torch.zeros(1, 1, 28, 28),))
    folder.write("exported.pt2", lambda file: torch.export.save(exported, file))
    for name, normed in (("weight", parametrizations.weight_norm), ("spectral", parametrizations.spectral_norm)):
        parametrised = normed(nn.Linear(3, 2)).state_dict()  # the module itself refuses to be pickled
        folder.write(f"parametrised-{name}.pt", lambda file, p=parametrised: torch.save(p, file))


if __name__ == "__main__":
    main(make)
