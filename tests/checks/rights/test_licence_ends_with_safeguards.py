from __future__ import annotations

from hilt.checks.rights.licence_ends_with_safeguards import CHECK
from hilt.core.lineage import Cut
from related import cut, found, relative, subject

NVIDIA = b"---\nlicense: other\nlicense_name: nvidia-open-model-license\n---\n# A model\n"
MIT = b"---\nlicense: mit\n---\n# A model\n"


def test_a_licence_that_ends_where_guardrails_are_bypassed() -> None:
    ((severity, path, message),) = found(CHECK, subject({"README.md": NVIDIA}, ablations=[cut(base="hf:acme/base")]))
    assert (severity, path) == ("high", "model.safetensors")
    assert message.startswith("NVIDIA Open Model License")
    assert "58 of 60 matrices, compared with hf:acme/base" in message


def test_the_licence_of_what_the_weights_descend_from_counts_whatever_the_label_says() -> None:
    made = subject({"README.md": MIT}, relative(licences=("nvidia-open-model-2025",)), ablations=[cut()])
    ((severity, _, message),) = found(CHECK, made)
    assert severity == "medium"
    assert "as the weights alone show" in message


def test_other_licences_and_whole_models_are_quiet() -> None:
    assert found(CHECK, subject({"README.md": MIT}, ablations=[cut()])) == []
    assert found(CHECK, subject({"README.md": NVIDIA}, ablations=[cut(Cut.NOT_FOUND)])) == []
    assert found(CHECK, subject({"README.md": NVIDIA})) == []
