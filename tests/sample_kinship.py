"""A comparison of two models in which everything that can be told is told, with hostile words of the subjects in it."""

from __future__ import annotations

from hilt.core.lineage import (
    Ablation,
    Change,
    Cut,
    Diff,
    Group,
    Kinship,
    Pair,
    Relation,
    Share,
    Sureness,
)

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e"

KINSHIP = Kinship(
    Relation.FINE_TUNED,
    Sureness.CERTAIN,
    share_a=1.0,
    share_b=0.99996,
    also=(Relation.QUANTISED,),
    distance=0.0123,
    rank=16,
    shares=(Share(f"acme/{HOSTILE}", 0.6), Share("acme/other", 0.4)),
    pairs=(
        Pair("model.layers.0.self_attn.q_proj.weight", "blk.0.attn_q.weight", 0.998, 331_776, change=0.01, rank=16),
        Pair(f"model.{HOSTILE}", "output.weight", 1.0, 28_311_552, how="transposed"),
    ),
    groups=(
        Group(0, "q", 0.01, 0.998),
        Group(0, "down", 0.0, 1.0),
        Group(1, "q", 0.5, 0.7),
        Group(1, "down", None, None),
        Group(-1, f"embedding {HOSTILE}", None, 0.9),
    ),
    why=(f"211 of 211 tensors {HOSTILE}",),
    untold=("which of the two came first",),
)

DIFF = Diff(
    a=f"./base{HOSTILE}",
    b="hf:acme/child",
    kinship=KINSHIP,
    weights_a=("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"),
    weights_b=("model.gguf",),
    ablation=Ablation(Cut.FOUND, "./base", 60, 58, (0, 1), 0.93, why=("58 of 60 matrices",), below="less than a fifth"),
    alone_a=Ablation(Cut.NOT_FOUND, matrices=60, gap=0.9, below="a strength of .3"),
    alone_b=Ablation(Cut.UNKNOWN, why=("too few layers",)),
    changes=(
        Change("licence", "rights.licences", "mit", ""),
        Change("template", "chat template", "", f"{{{{ {HOSTILE} }}}}"),
        *(Change("config", f"config.json: key{number}", str(number), str(number + 1)) for number in range(20)),
        Change("files", "LICENSE", "there", ""),
        Change("files", f"x{HOSTILE}", "", "there"),
    ),
    untold=("one set was not read",),
)
