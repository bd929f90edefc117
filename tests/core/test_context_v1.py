from __future__ import annotations

import json

from hilt.core.context import NOTHING_BESIDE, Base, Context, HubStated, Signer
from hilt.core.context_v1 import decode_context, encode_context
from hilt.core.lineage import Ablation, Cut, Kin, Kinship, Relation, Relative, Share, Sureness

FULL = Context(
    bases={"acme/base": Base(name="acme/base", licences=("mit",), bases=(("finetune", "acme/first"),), source="hub")},
    signers=(
        Signer(name="Acme", kind="identity", pem="{}", identity="a@b", issuer="https://c", models=("hf:acme/*",)),
    ),
    now="2026-11-21T12:00:00+00:00",
    hub=HubStated(commit="f" * 40, digests={"a\udcff.bin": "0" * 64}, source="hub", asked=True),
    unlisted="lies too deep",
    kin=Kin(
        searched="zoo.hilt",
        models=3,
        relatives=(
            Relative(
                name="acme/base\udcff",
                kinship=Kinship(
                    Relation.QUANTISED,
                    Sureness.CERTAIN,
                    1.0,
                    0.5,
                    also=(Relation.FINE_TUNED,),
                    distance=0.1,
                    rank=16,
                    backwards=True,
                    shares=(Share("acme/base", 0.5),),
                    why=("211 of 211 tensors",),
                    untold=("which came first",),
                ),
                weights="model.safetensors",
                bases=("acme/first",),
                digest="0" * 64,
                revision="1",
                licences=("mit",),
                newer="2",
                stale="a leak",
            ),
        ),
        declared=(Relative("acme/other", Kinship(Relation.UNRELATED, Sureness.LIKELY, 0.0, 0.0)),),
        ablations=(
            Ablation(
                Cut.FOUND,
                "acme/base",
                60,
                58,
                (1, 2),
                0.9,
                0.004,
                ("58 of 60 matrices",),
                "strengths below 0.3",
                "a.gguf",
            ),
        ),
        sets=("model.safetensors",),
        untold=("one was not compared",),
    ),
)


def test_what_is_known_beside_a_subject_reaches_the_process_that_reads() -> None:
    for context in (FULL, NOTHING_BESIDE):
        there = decode_context(json.loads(json.dumps(encode_context(context)).encode("ascii")))
        assert there == context
        assert all(getattr(FULL, name) for name in Context._fields), "every part is tried"
