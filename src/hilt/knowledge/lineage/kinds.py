"""Where a tensor stands in its model, by its name: the number of its layer, and what it does there.

Names are those of transformers, of GGUF, of OpenAI's GPT-2 and Whisper, of CTranslate2, of timm and of TensorFlow's BERT. What
rests on names serves the picture and ties; no kinship rests on them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

NO_LAYER = -1
_LAYER = re.compile(
    r"(?:^|[./_])(?:h|layers?|blocks?|blk|encoder|decoder|resblocks|group|stages?|transformer|residual_layers|features)"
    r"[./_]?(\d{1,5})(?=[./_]|$)(?:[./_]layer[./_]\d(?=[./_]))?"  # T5 counts the parts of a block as layers
)
_KINDS: tuple[tuple[str, str], ...] = (
    # Norms first: their names hold those of what they stand at ("attn_norm", "input_layernorm").
    ("norm", r"[Nn]orm|(?:^|[._/])ln_?\w{0,3}(?=[._/]|$)|batch_?normali[sz]ation|(?:^|[._/])bn\d*(?=[._/]|$)|running_(?:mean|var)"),
    ("position", r"position_?embed|pos_embed|wpe|positional|position_embd|position_encodings"),
    ("type", r"token_type|token_types|segment_embed"),
    ("embedding", r"embed_tokens|word_embeddings|token_embd|tok_embeddings|wte|embed_in|tokens?_embed\w*|(?:^|[._/])shared(?=[._/])|embeddings?(?:_table)?(?:[._/](?:weight|kernel|embeddings))?$"),
    ("head", r"lm_head|(?:^|[./])output\.weight$|embed_out|classifier|(?:^|[._/])score(?=[._/])|cls[._/]predictions|logits|projection/"),
    ("router", r"router|ffn_gate_inp|(?:^|[./])gate\.(?:weight|wg)|gate_network"),
    ("qkv", r"qkv|query_key_value|c_attn|in_proj|Wqkv|self_attention/linear_0|attn/linear_0"),
    ("q", r"q_proj|attn_q|(?:^|[._/])query|(?:^|[._/])wq(?=[._/])|q_lin|(?:^|[._/])q(?=[._/]|$)|to_q|q_[ab]_proj"),
    ("k", r"k_proj|attn_k|(?:^|[._/])key|(?:^|[._/])wk(?=[._/])|k_lin|(?:^|[._/])k(?=[._/]|$)|to_k"),
    ("v", r"v_proj|attn_v|(?:^|[._/])value|(?:^|[._/])wv(?=[._/])|v_lin|(?:^|[._/])v(?=[._/]|$)|to_v"),
    ("gate_up", r"gate_up|gate_and_up|fc1_gate_up|wi_fused"),
    ("gate", r"gate_proj|ffn_gate|(?:^|[._/])w1(?=[._/])|wi_0"),
    ("up", r"up_proj|ffn_up|(?:^|[._/])w3(?=[._/])|wi_1|intermediate[._/]dense|c_fc|dense_h_to_4h|(?:^|[._/])fc1|mlp[._/]0(?=[._/])|lin1|linear1|ffn/linear_0"),
    ("down", r"down_proj|ffn_down|(?:^|[._/])w2(?=[._/])|Dense[._/]wo(?=[._/])|mlp[._/]c_proj|dense_4h_to_h|(?:^|[._/])fc2|mlp[._/]2(?=[._/])|lin2|linear2|ffn/linear_1|(?<!attention)[._/]output[._/]dense"),
    ("o", r"o_proj|attn_out|attn_output|attention[._/]output[._/]dense|(?:^|[._/])wo(?=[._/])|out_proj|attn[._/](?:c_)?proj|Attention[._/]o(?=[._/])|out_lin|(?:^|[._/])out(?=[._/])|attention[._/]dense|to_out|self_attention/linear_[123]|attention/linear_[123]"),
    ("convolution", r"conv"),
    ("recurrent", r"lstm|gru|rnn|weight_[ih]h"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_LONGEST = 400


class Place(NamedTuple):
    """`layer` is `NO_LAYER` outside of layers. `kind` is one of those above, with ".bias" where it is one; else "other"."""

    layer: int
    kind: str


@lru_cache(maxsize=1 << 14)
def place(name: str) -> Place:
    """Of names longer than any honest one only the end is looked at."""
    name = name[-_LONGEST:]
    layers = [int(found[1]) for found in _LAYER.finditer(name)]
    kind = next((kind for kind, pattern in _PATTERNS if pattern.search(name)), "other")
    bias = kind != "norm" and re.search(r"bias|(?<=[._/])b$|beta$", name) is not None
    return Place(layers[-1] if layers else NO_LAYER, f"{kind}.bias" if bias else kind)


@lru_cache(maxsize=1 << 14)
def stack(name: str) -> str:
    """What stands before the number of the layer: the same for all layers of an encoder."""
    found = [*_LAYER.finditer(name[-_LONGEST:])]
    return name[-_LONGEST:][: found[-1].start(1)] if found else ""
