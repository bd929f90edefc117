"""What hilt tells for llama.cpp, held against what llama.cpp says itself (`benchmarks/llama_cpp_memory.py`)."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.limits import MIB, Limits
from hilt.formats import gguf
from hilt.knowledge.fit import memory as rules
from hilt.knowledge.fit.model import model
from hilt.knowledge.fit.shape import Layers, Shape, Variant
from hilt.knowledge.fit.tensors import stored
from hilt.knowledge.fit.variants import Set

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "llama_cpp_memory.py"
MEASURED = json.loads(Path(__file__).with_name("llama_cpp.json").read_text(encoding="utf-8"))["measured"]
SMOLLM2 = Shape(
    (Variant("SmolLM2-135M-Instruct.Q4_1.gguf", "gguf", 96_576_768),),
    (Layers(30, "attention", heads=3, key=64, value=64),),
    vocabulary=49152,
    width=576,
    heads=9,
    inner=1536,
)
"""The one file of the corpus that is a GGUF model with layers, as hilt reads it."""
CLOSE = 0.05


@cache
def shape(name: str) -> Shape:
    """Of the header of the file that the benchmark makes, as hilt reads it."""
    if name == SMOLLM2.variants[0].name:
        return SMOLLM2
    spec = spec_from_file_location("llama_cpp_memory", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["llama_cpp_memory"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    header = gguf.read(MemorySource(module.header(module.SHAPES[name])[0]), Limits())
    tensors = tuple(stored(header.tensors, reversed_shape=True))
    told = model([Set(name, "gguf", (name,), sum(one.bytes for one in tensors), tensors, header)], None, [name])
    assert told is not None
    assert told.contradictions == ()
    return told.shape


def asked(run: dict[str, Any]) -> dict[str, int]:
    """What hilt tells for a run, in bytes by part."""
    settings = rules.ENGINES["llama.cpp"]._replace(
        whole_windows=run.get("whole_windows", False), all_words="outputs" in run
    )
    of_model = shape(run["model"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(rules.ENGINES, "as measured", settings)
        told = rules.memory(
            of_model,
            of_model.variants[0],
            "as measured",
            run["context"],
            run.get("sequences", 1),
            cache_bits=8.5 if "cache" in run else None,
            ubatch=run.get("ubatch", 512),
            flash=run.get("flash", True),
        )
    assert told is not None
    return {part.name: part.reserved for part in told.parts if part.name != "runtime"}


def named(run: dict[str, Any]) -> str:
    return " ".join(str(value) for key, value in run.items() if key not in ("shape", "mib"))


@pytest.mark.parametrize("run", MEASURED, ids=named)
def test_hilt_agrees_with_llama_cpp_within_a_twentieth(run: dict[str, Any]) -> None:
    told, said = asked(run), {part: size * MIB for part, size in run["mib"].items()}
    said["buffer"] += said.pop("output", 0)
    assert told.keys() == said.keys()
    for part in ("weights", "cache", "state"):
        assert told.get(part, 0) == pytest.approx(said.get(part, 0), rel=0.001, abs=MIB / 100), part
    assert sum(told.values()) == pytest.approx(sum(said.values()), rel=CLOSE / 2)


def test_what_is_set_aside_to_compute_in_is_close_as_well() -> None:
    """Each figure within a tenth, nine of ten within a twentieth."""
    off = []
    for run in MEASURED:
        said = (run["mib"]["buffer"] + run["mib"].get("output", 0)) * MIB
        off.append(abs(asked(run)["buffer"] / said - 1))
    assert max(off) < 2 * CLOSE
    assert sum(one < CLOSE for one in off) > 0.9 * len(off)
