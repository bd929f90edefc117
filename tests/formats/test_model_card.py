from __future__ import annotations

import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.model_card import ModelCard, read


def card(front: str) -> ModelCard:
    return read(MemorySource(f"---\n{front}\n---\n# A model\n".encode()), Limits())


def test_the_front_matter_is_an_object_and_the_rest_is_text() -> None:
    assert card("license: mit\nmodel-index:\n- name: a\n- name: b") == ModelCard(
        metadata={"license": "mit", "model-index": [{"name": "a"}, {"name": "b"}]}, body="\n# A model\n"
    )


@pytest.mark.parametrize("front", ["license: cc-by-nc-4.0\nlicense: mit", 'license: mit\ntags: []\n"license": gpl-3.0'])
def test_a_key_that_stands_twice_is_read_by_nobody(front: str) -> None:
    with pytest.raises(FormatError, match="the key 'license' stands in the front matter more than once"):
        card(front)
