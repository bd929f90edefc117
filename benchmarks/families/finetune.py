"""Trains a Llama a little further on texts of this machine, as people do: all of it, or a LoRA that is merged then.

    python finetune.py BASE_FOLDER TARGET_FOLDER --steps 12 --rate 1e-5 [--rank 16]

Runs with any Python that has torch, transformers and tokenizers; the folder holds safetensors and config.json.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

LENGTH = 64


class Adapted(nn.Module):
    """A linear layer with a product of two thin matrices beside it, as LoRA has it."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.a = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) + 2 * (x @ self.a.T @ self.b.T)


def tokens(texts: Path, words: int) -> torch.Tensor:
    """Bytes of texts as tokens: the first 256 plain words of a byte-level vocabulary, and pairs of them."""
    data = b"".join(path.read_bytes()[:60_000] for path in sorted(texts.glob("*.py"))[:40])
    pairs = [17 + (data[n] * 193 + data[n + 1]) % min(words - 17, 20_000) for n in range(0, len(data) - 1, 2)]
    return torch.tensor(pairs)


def adapt(model: nn.Module, rank: int) -> None:
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for module in list(model.modules()):
        for name, linear in list(module.named_children()):
            if isinstance(linear, nn.Linear) and name.endswith("_proj"):
                setattr(module, name, Adapted(linear, rank))


def merged(model: nn.Module) -> dict[str, torch.Tensor]:
    """The numbers with the adapters multiplied in, under the names that the model has without them."""
    state = {
        name.replace(".linear.", "."): value
        for name, value in model.state_dict().items()
        if not name.endswith((".a", ".b"))
    }
    for name, module in model.named_modules():
        if isinstance(module, Adapted):
            state[f"{name}.weight"] = module.linear.weight + 2 * module.b @ module.a
    return state


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--rate", type=float, default=1e-5)
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=Path, default=Path(json.__file__).parents[1])
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    told = json.loads((options.base / "config.json").read_text())
    model = LlamaForCausalLM(LlamaConfig(**{key: value for key, value in told.items() if key != "torch_dtype"}))
    state = {name: value.float() for name, value in load_file(options.base / "model.safetensors").items()}
    model.load_state_dict(state, strict=False)
    model.float()
    if options.rank:
        adapt(model, options.rank)
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    descent = torch.optim.AdamW(learned, lr=options.rate)
    text = tokens(options.texts, told["vocab_size"])
    for step in range(options.steps):
        begin = (options.seed * 7919 + step * LENGTH * 3) % (len(text) - LENGTH)
        batch = text[begin : begin + LENGTH][None]
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        descent.step()
        descent.zero_grad()
        if step % 10 == 0:
            print(step, f"{loss.item():.3f}", flush=True)
    options.target.mkdir(parents=True, exist_ok=True)
    trained = merged(model)
    save_file(
        {name: trained[name].detach().bfloat16().contiguous() for name in state}, options.target / "model.safetensors"
    )
    (options.target / "config.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main()
