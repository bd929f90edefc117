from __future__ import annotations

import pytest

from hilt.core.verification import Signed
from hilt.knowledge.provenance.comparing import may_be_renamed, state, to_digest
from hilt.knowledge.provenance.manifest import Differences
from signed import MODEL, stated

SIZES = {path: len(data) for path, data in MODEL.items()}


def test_the_signed_files_that_are_here_are_digested_and_no_others() -> None:
    here = {path: size for path, size in SIZES.items() if path != "config.json"} | {"other.txt": 3}
    assert sorted(to_digest(stated(), here)) == ["model.safetensors", "sub-b.txt", "sub/a.txt"]


def test_nobody_reads_a_file_that_its_size_gives_away() -> None:
    longer = SIZES | {"model.safetensors": SIZES["model.safetensors"] + 1}
    assert "model.safetensors" not in to_digest(stated(shard_size=100), longer)
    assert sorted(to_digest(stated(shard_size=100), SIZES)) == sorted(SIZES)
    assert "model.safetensors" in to_digest(stated(), longer), "the statement holds no sizes of whole files"


def test_an_unsigned_file_may_be_another_only_where_another_is_missing() -> None:
    here = SIZES | {"new.txt": 3, "model.sig": 9}
    fewer = {path: size for path, size in here.items() if path != "config.json"}
    assert may_be_renamed(stated(), here, ["model.sig"]) == ()
    assert may_be_renamed(stated(), fewer, ["model.sig"]) == ("new.txt",)
    assert may_be_renamed(stated(shard_size=100), fewer, ["model.sig"]) == ()


@pytest.mark.parametrize("alone", [Signed.VERIFIED, Signed.UNTRUSTED, Signed.BROKEN])
def test_files_that_differ_break_any_signature_and_what_is_unread_keeps_it_from_being_verified(alone: Signed) -> None:
    assert state(alone, Differences()) is alone
    assert state(alone, Differences(ignored=("a",), excluded=("b",), empty=("c",), signatures=("d",))) is alone
    for differs in (Differences(changed=("a",)), Differences(missing=("a",)), Differences(extra=("a",))):
        assert state(alone, differs, unlisted=True) is Signed.BROKEN
    unread = Signed.UNREAD if alone is Signed.VERIFIED else alone
    assert state(alone, Differences(unknown=("a",))) is unread
    assert state(alone, Differences(), unlisted=True) is unread
