from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.library import KINDS, Repository
from hilt.core.repository_patterns import any_matches, is_namespace, is_pattern, matches

ACME = Repository("models", "acme/llama-7b")


@pytest.mark.parametrize(
    ("pattern", "kind", "name", "found"),
    [
        ("*", "models", "acme/llama", True),
        ("*", "kernels", "gpt2", True),
        ("acme/*", "models", "acme/llama", True),
        ("acme/*", "datasets", "acme/llama", True),
        ("acme/*", "models", "acmes/llama", False),
        ("acme/*", "models", "acme", False),
        ("acme/*", "models", "other/acme/llama", False),
        ("acme/*", "models", "ACME/Llama", True),
        ("Acme/*", "models", "acme/llama", True),
        ("acme/llama-*", "models", "acme/llama-7b", True),
        ("acme/llama-*", "models", "acme/llama", False),
        ("acme/*-gguf", "models", "acme/a-gguf", True),
        ("acme/ab*bc", "models", "acme/abc", False),
        ("acme/ab*bc", "models", "acme/abbc", True),
        ("acme/llama", "models", "acme/llama", True),
        ("acme/llama", "models", "acme/llama-7b", False),
        ("gpt2", "models", "gpt2", True),
        ("gpt2", "models", "acme/gpt2", False),
        ("gpt*", "models", "gpt2", True),
        ("gpt*", "models", "gpt/evil", False),
        ("datasets/*", "datasets", "squad", True),
        ("datasets/*", "datasets", "acme/squad", True),
        ("datasets/*", "models", "acme/squad", False),
        ("Datasets/acme/*", "datasets", "acme/squad", True),
        ("datasets/acme/*", "models", "acme/squad", False),
    ],
)
def test_a_pattern_names_what_it_says(pattern: str, kind: str, name: str, found: bool) -> None:
    assert is_pattern(pattern)
    assert matches(pattern, Repository(kind, name)) is found


@pytest.mark.parametrize(
    "text",
    ["", "/", "a/", "/a", "a/b/c", "*/*", "*/a", "a**", "a/*b*", "..", "a/..", "a/.", "../a", "a b", "a/b\n", "é/*", "api/x",
     "models/datasets/*", "a" * 97, "acme/" + "a" * 97, "-a/b", "hf:a/b", "spaces/"],
)  # fmt: skip
def test_what_names_no_repository_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)


def test_a_namespace_is_no_kind_and_no_path() -> None:
    assert all(is_namespace(name) for name in ("acme", "A", "a-b_c.d", "0", "_a", "a-"))
    assert not any(
        is_namespace(name)
        for name in ("", "_", "models", "Datasets", "api", "a/b", "a..b", ".a", "-a", "*", "a\n", "a" * 97)
    )


def test_of_several_patterns_one_is_enough() -> None:
    assert any_matches(("other/*", "acme/*"), ACME)
    assert not any_matches(("other/*", "datasets/acme/*"), ACME)
    assert not any_matches((), ACME)


_WORD = st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)


@given(namespace=_WORD.filter(is_namespace), other=_WORD.filter(is_namespace), name=_WORD, kind=st.sampled_from(KINDS))
def test_the_pattern_of_one_namespace_lets_nobody_into_another(
    namespace: str, other: str, name: str, kind: str
) -> None:
    same = namespace.lower() == other.lower()
    assert matches(f"{namespace}/*", Repository(kind, f"{other}/{name}")) is same
