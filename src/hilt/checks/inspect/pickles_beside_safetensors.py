"""Pickles of weights that are there as safetensors too.

What: in one folder, weights in PyTorch's own format beside weights in safetensors, under the names that transformers,
diffusers and PEFT look for.

Why: these loaders take the safetensors and leave the pickles alone, unless they are told `use_safetensors=False` or the
safetensors are missing. What pickles can do, nobody needs to risk here.

What it cannot see: whether both hold the same numbers; files under other names.

Fix: leave the pickles out (`ignore_patterns=["*.bin", "*.pt"]` in a download), and load with `use_safetensors=True`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where

_PAIRS = (
    ("pytorch_model", "model"),
    ("diffusion_pytorch_model", "diffusion_pytorch_model"),
    ("adapter_model", "adapter_model"),
)
"""How the names of files of one set of weights begin, as pickles and as safetensors."""
_PICKLED = ("torch-zip", "torch-legacy", "torch-tar", "pickle")


def pickles_beside_safetensors(repository: Repository) -> Iterator[Finding]:
    safe: dict[str, list[str]] = defaultdict(list)
    for path, format_id in repository.formats.items():
        if format_id == "safetensors":
            folder, _, name = path.rpartition("/")
            safe[folder].append(name)
    for path, format_id in repository.formats.items():
        folder, _, name = path.rpartition("/")
        if format_id in _PICKLED and safe.get(folder):
            for pickled, plain in _PAIRS:
                beside = sorted(other for other in safe[folder] if _begins(other, plain))
                if _begins(name, pickled) and beside:
                    message = f"loaders take {beside[0]}, and this file only where they are told use_safetensors=False"
                    yield Finding(
                        check=CHECK.id, severity=Severity.INFO, where=Where(path=path), message=message, whole=True
                    )


def _begins(name: str, stem: str) -> bool:
    return name.startswith((f"{stem}.", f"{stem}-"))


CHECK = listed("pickles-beside-safetensors")
