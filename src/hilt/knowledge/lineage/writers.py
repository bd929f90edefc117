"""Which matrices of a transformer write to its residual stream, told by the names that the known libraries give them."""

from __future__ import annotations

import re
from typing import NamedTuple

EXPERTS = 4
"""Experts of one layer that are looked at, the first ones: whoever edits a mixture of experts edits all of them."""


class Writer(NamedTuple):
    """`kind` is "o" (out of attention), "cross" (out of attention to another stack), "down" (out of a feed-forward block),
    "shared" (the same, of the expert that every token passes), "expert" or "embedding". `stack` is what stands before the
    number of the layer, `layer` -1 outside of layers, `expert` -1 but for experts."""

    stack: str
    layer: int
    kind: str
    expert: int = -1


_ENDS = re.compile(
    r"(?:[.:](?:weight|kernel|qweight|weights|w|value|default|base_layer|parametrizations|original\d?)|:0)$"
)
_LAYER = re.compile(r"(?:^|[._])(layers?|h|blk|blocks?|resblocks|decoder_layers|encoder_layers)[._]+(\d{1,4})(?=[._])")
_EXPERT = re.compile(r"(?:experts|ffn_down|ffn_down_exps)[._](\d{1,4})(?=$|[._])")
_EMBEDDING = re.compile(
    r"(?:^|[._])(embed_tokens|wte|word_embeddings?|tok_embeddings|token_embd|token_embeddings?|embed_in|shared|"
    r"decoder\.embeddings?|encoder\.embeddings?|transformer\.embedding|tok_embed|embedding_table)$"
)
_CROSS = re.compile(r"cross|encoder_attn|encdec|src_attn|(?:^|\.)decoder\.[a-z_]+[._]\d+\.attention\.linear_1$")
_O = re.compile(
    r"(?:attn|attention|selfattention|mixer|self_attention)(?:\.attn|\.self|\.output)?[._]"
    r"(?:o_proj|out_proj|c_proj|wo|out_lin|dense|proj|o|linear_1|output|out|output_proj|to_out(?:\.0)?|linear_out)$"
    r"|(?:^|[._])(?:attn_output|attn_out|ssm_out)$|(?:^|(?<!densereludense)(?<!mlp)(?<!ffn)[._])wo$"
)
_DOWN = re.compile(
    r"(?:^|[._])(?:down_proj|ffn_down|dense_4h_to_h|fc2|lin2|fc_out|linear2|w2|ffn_down_exps|ffn_down_shexp)$"
    r"|(?:mlp|ffn|feed_forward|feedforward|densereludense|experts?)(?:\.\d+)?[._](?:c_proj|wo|linear_1|output|proj|"
    r"down|output_dense|output\.dense|layer2|mlp\.2)$"
    r"|(?:^|[._])output[._]dense$|(?:^|[._])mlp[._]2$"
)

_NAMELESS = re.compile(r"(?:^|[._:/])(?:onnx::)?[a-z]{0,12}_?\d{1,7}(?:_q|_quantized|_scaled)?$", re.IGNORECASE)


def nameless(name: str) -> bool:
    """Has this tensor a number in place of a name, as exporters of graphs give (`onnx::MatMul_470`, `val_57_q`)?"""
    return len(name) < 64 and _NAMELESS.search(name) is not None


def writer(name: str) -> Writer | None:
    """What a tensor of this name writes to the residual stream; None where it does not, as far as its name tells."""
    plain = name[:512].lower().replace("/", ".").replace("._", ".")
    while (cut := _ENDS.search(plain)) is not None:
        plain = plain[: cut.start()]
    found = _LAYER.search(plain)
    if found is None:
        embedded = _EMBEDDING.search(plain)
        return None if embedded is None else Writer(plain[: embedded.start()], -1, "embedding")
    stack, layer = plain[: found.end(1)], int(found.group(2))
    kind = _kind(plain, plain[found.end() :].lstrip("._"))
    if kind != "expert":
        return None if kind is None else Writer(stack, layer, kind)
    numbered = _EXPERT.search(plain)
    expert = int(numbered.group(1)) if numbered else 0
    return Writer(stack, layer, kind, expert) if expert < EXPERTS else None


def _kind(plain: str, tail: str) -> str | None:
    """`tail` is what stands behind the number of the layer."""
    within = tail[:-2] if (numbered := _EXPERT.search(tail)) and numbered.end() == len(tail) else tail
    if _O.search(within):
        return "cross" if _CROSS.search(plain) else "o"
    if not _DOWN.search(re.sub(r"(ffn_down)\.\d+$", r"\1", tail)):
        return None
    if "shared" in tail or "shexp" in tail:
        return "shared"
    return "expert" if "expert" in tail or "exps" in tail or _EXPERT.search(tail) else "down"
