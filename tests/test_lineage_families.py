"""The families of the benchmark, with a small model of chance as their base: what was done to it is named, in every container.

The benchmark itself takes real models: `benchmarks/lineage_families.py`.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hilt.core.lineage import KIN, Cut

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from families.cases import CHANGES, CONTAINERS, Case
from families.layouts import LAYOUTS
from families.model import Model, Shape
from families.told import Seen, cut_out, related, seen

pytestmark = pytest.mark.slow  # forty families in every container

WIDTH, INNER, LAYERS, WORDS, HEADS = 256, 512, 6, 900, 8
DONE = (
    *(
        (change, "safetensors")
        for change in ("noise 0.01", "lora 8", "pruned 30%", "pruned 50%", "more words", "fewer layers", "layers twice",
                       "merged with a sibling", "stitched with a stranger", "trained from scratch")
    ),
    *((change, "gguf Q8_0") for change in ("noise 0.1", "pruned 30%", "more words", "fewer layers", "trained from scratch")),
)  # fmt: skip
CUTS = ("ablated: strength 0.3", "ablated: strength 1", "ablated: norms kept", "ablated: a direction for each layer")
AS_IT_WAS = "as it was"


@cache
def base() -> Model:
    """A small Llama whose numbers are of chance, each matrix as spread as trained ones are."""
    chance = np.random.default_rng(11)

    def matrix(rows: int, columns: int) -> np.ndarray:
        strong = np.exp(0.3 * chance.standard_normal((1, columns), dtype=np.float32))
        return chance.standard_normal((rows, columns), dtype=np.float32) * strong / np.float32(columns**0.5)

    tensors = {"model.embed_tokens.weight": matrix(WORDS, WIDTH), "model.norm.weight": 1 + 0.1 * matrix(1, WIDTH)[0]}
    for layer in range(LAYERS):
        shapes = {
            "self_attn.q_proj": (WIDTH, WIDTH), "self_attn.k_proj": (WIDTH // 2, WIDTH), "self_attn.v_proj": (WIDTH // 2, WIDTH),
            "self_attn.o_proj": (WIDTH, WIDTH), "mlp.gate_proj": (INNER, WIDTH), "mlp.up_proj": (INNER, WIDTH),
            "mlp.down_proj": (WIDTH, INNER),
        }  # fmt: skip
        tensors |= {f"model.layers.{layer}.{name}.weight": matrix(*shape) for name, shape in shapes.items()}
        for norm in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"model.layers.{layer}.{norm}.weight"] = 1 + 0.1 * matrix(1, WIDTH)[0]
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_key_value_heads": HEADS // 2}
    return Model("small", Shape("llama", LAYERS, WIDTH, HEADS, HEADS // 2, INNER, WORDS, config), tensors)


def looked_at(
    folder: Path, *changes: str, layout: str = AS_IT_WAS, container: str = "safetensors"
) -> tuple[Case, Seen]:
    found = tuple(CHANGES[name] for name in changes)
    case = Case("case", "small", found, layout, CONTAINERS[container])
    case.write(folder, {"small": base()})
    return case, seen(folder)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return looked_at(tmp_path_factory.mktemp("base"))[1]


def assert_named(original: Seen, case: Case, copy: Seen) -> None:
    kinship = related(original, copy)
    assert {kinship.relation, *kinship.also} & case.truth.told[0], kinship
    assert kinship.related is case.truth.related


@pytest.mark.parametrize("container", CONTAINERS)
def test_weights_are_known_in_every_container(container: str, tmp_path: Path, original: Seen) -> None:
    assert_named(original, *looked_at(tmp_path, container=container))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_are_known_in_every_layout(layout: str, tmp_path: Path, original: Seen) -> None:
    _, copy = looked_at(tmp_path, layout=layout)
    assert related(original, copy).relation in KIN


@pytest.mark.parametrize(("change", "container"), DONE)
def test_what_was_done_is_named(change: str, container: str, tmp_path: Path, original: Seen) -> None:
    assert_named(original, *looked_at(tmp_path, change, container=container))


@pytest.mark.parametrize("change", CUTS)
@pytest.mark.parametrize("container", ["safetensors F16", "gguf Q8_0", "gguf Q4_0"])
def test_a_direction_that_was_cut_out_is_found_with_the_base(
    change: str, container: str, tmp_path: Path, original: Seen
) -> None:
    _, copy = looked_at(tmp_path, change, container=container)
    assert cut_out(original, copy, related(original, copy)).cut is Cut.FOUND


@pytest.mark.parametrize("change", ["noise 0.01", "lora 16", "pruned 50%", "merged with a sibling"])
def test_other_changes_cut_nothing_out(change: str, tmp_path: Path, original: Seen) -> None:
    _, copy = looked_at(tmp_path, change, container="gguf Q8_0")
    assert cut_out(original, copy, related(original, copy)).cut is Cut.NOT_FOUND
    assert copy.alone.cut is not Cut.FOUND
