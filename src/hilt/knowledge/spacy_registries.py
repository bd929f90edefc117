"""What the configs of spaCy name: functions by registry, and factories of components. Which of the names are its own.

Source: spaCy 3.8 (spacy/registrations.py, spacy/pipeline), Thinc 8.3 (thinc/config.py and the functions it registers).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

PACKAGES = frozenset(
    """spacy spacy-legacy spacy-loggers spacy-transformers spacy-curated-transformers spacy-experimental spacy-llm
    srsly thinc""".split()
)
"""The packages of spaCy's own makers, which put their name before that of a function."""

THINC = frozenset(
    """add bidirectional CauchySimilarity chain Dropout LayerNorm ClippedLinear HardSigmoid HardTanh ReluK noop clone
    concatenate Dish Embed expand_window Gelu HardSwish HardSwishMobilenet HashEmbed Linear list2array list2padded
    list2ragged Logistic LSTM PyTorchLSTM Maxout Mish MultiSoftmax MXNetWrapper padded2list ParametricAttention premap_ids
    PyTorchRNNWrapper PyTorchWrapper TorchScriptWrapper TensorFlowWrapper ragged2list reduce_first reduce_last reduce_max
    reduce_mean reduce_sum Relu remap_ids residual resizable siamese Sigmoid sigmoid_activation Softmax
    softmax_activation SparseLinear strings2arrays Swish tuplify uniqued with_array with_array2d with_cpu with_debug
    with_flatten with_getitem with_list with_padded with_ragged with_reshape with_nvtx_range with_signpost_interval
    lecun_normal_init he_normal_init glorot_normal_init he_uniform_init lecun_uniform_init glorot_uniform_init zero_init
    uniform_init normal_init configure_normal_init CategoricalCrossentropy SequenceCategoricalCrossentropy L2Distance
    CosineDistance RAdam Adam SGD constant_then constant decaying compounding slanted_triangular warmup_linear
    cyclic_triangular plateau""".split()
)
"""The functions of Thinc, which have no package before their names."""

FACTORIES = frozenset(
    """attribute_ruler beam_ner beam_parser curated_transformer doc_cleaner entity_linker entity_ruler
    future_entity_ruler lemmatizer merge_entities merge_noun_chunks merge_subtokens morphologizer ner nn_labeller parser
    sentencizer senter span_cleaner span_finder span_ruler spancat spancat_singlelabel tagger textcat textcat_multilabel
    tok2vec token_splitter trainable_lemmatizer transformer experimental_coref experimental_span_resolver
    experimental_char_ner_tokenizer experimental_edit_tree_lemmatizer experimental_biaffine_parser
    experimental_arc_predicter experimental_arc_labeler""".split()
)
"""The components that spaCy and the packages of its makers bring; those of spacy-llm begin with `llm`."""

_VERSIONED = re.compile(r"([\w-]+)\.v\d+")
_REFERENCE = re.compile(r"@[a-z_]{1,40}")
_DEEP = 20


class Reference(NamedTuple):
    """A function that a config names: the registry (`@architectures`) and the name in it."""

    registry: str
    name: str


def own_function(name: str) -> bool:
    """Is it one of spaCy's, Thinc's or their makers' packages?"""
    found = _VERSIONED.fullmatch(name)
    return name.split(".", 1)[0] in PACKAGES or (found is not None and found[1] in THINC)


def own_factory(name: str) -> bool:
    return name.rsplit(".", 1)[-1] in FACTORIES or name == "llm" or name.startswith("llm_")


def references(key: str, value: str) -> Iterator[Reference]:
    """The functions that one setting names: by its key, or in the JSON that is its value."""
    if _REFERENCE.fullmatch(key):
        yield Reference(key, plain(value))
    if "@" in value:
        yield from _inside(_json(value), 0)


def plain(value: str) -> str:
    """A value without the quotes of JSON around it."""
    parsed = _json(value)
    return parsed if isinstance(parsed, str) else value


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _inside(value: Any, depth: int) -> Iterator[Reference]:
    if depth > _DEEP:
        return
    if isinstance(value, dict):
        yield from (
            Reference(key, str(name))
            for key, name in value.items()
            if isinstance(key, str) and _REFERENCE.fullmatch(key)
        )
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _inside(item, depth + 1)
