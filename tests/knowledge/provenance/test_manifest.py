from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.knowledge.provenance import manifest, statement
from hilt.knowledge.provenance.manifest import File
from signed import LIMITS, MODEL, found, stated


def test_the_files_of_a_model_are_listed_by_code_point() -> None:
    assert [one.name for one in stated().resources] == ["config.json", "model.safetensors", "sub-b.txt", "sub/a.txt"]
    shards = stated(MODEL, shard_size=100).resources
    assert [one.name for one in shards[1:4]] == [
        "model.safetensors:0:100",
        "model.safetensors:100:200",
        "model.safetensors:200:280",
    ]


@pytest.mark.parametrize(("size", "places"), [(0, ()), (5, ((0, 5),)), (10, ((0, 10),)), (11, ((0, 10), (10, 11)))])
def test_shards_follow_each_other_to_the_end(size: int, places: tuple[tuple[int, int], ...]) -> None:
    assert manifest.shards(size, 10) == manifest.pieces(size, 10) == places
    assert manifest.pieces(size, 0) == ((0, size),)


def test_what_oms_and_the_signer_leave_out_is_not_signed_and_recorded() -> None:
    files = MODEL | {
        ".git/x": b"",
        ".gitattributes": b"",
        "model.sig": b"",
        "cache/a": b"",
        "cached": b"",
        "a/.git/x": b"",
    }
    signed = stated(files, ignore_paths=["model.sig", "cache", ".git"])
    assert {one.path for one in signed.resources} == {*MODEL, "cached", "a/.git/x"}
    assert signed.ignore_paths == (".git", ".gitattributes", ".github", ".gitignore", "cache", "model.sig")


@pytest.mark.parametrize("path", ["*.bin", "a?", "[a]", "/a", "../a", "a/", "./a", "", "a\\b"])
def test_nothing_is_left_out_by_a_pattern_or_from_elsewhere(path: str) -> None:
    with pytest.raises(FormatError, match="cannot be left out"):
        stated(ignore_paths=[path])


def test_what_cannot_be_signed_is_refused() -> None:
    for files, said in (
        ([], "no file to sign"),
        ([File(".gitignore", 0, ("0" * 64,))], "no file to sign"),
        ([File("a\\b", 0, ("0" * 64,))], "cannot be a file of the model: it holds a backslash"),
        ([File("a", 0)], "'a' comes with 0 digests, not 1"),
        ([File("a", 0, ("00",))], "is no digest by sha256"),
        ([File("a", 0, ("0" * 64,)), File("a", 0, ("1" * 64,))], "'a' is listed twice"),
    ):
        with pytest.raises(FormatError, match=said):
            manifest.build("model", files)
    with pytest.raises(FormatError, match="comes with 1 digests, not 2"):
        manifest.build("model", [File("a", 11, ("0" * 64,))], shard_size=10)
    with pytest.raises(FormatError, match=r"a hash_type that OMS 1\.0 does not know: 'md5'"):
        manifest.build("model", [File("a", 11, ("0" * 32,))], algorithm="md5")


def test_nothing_differs_where_all_is_as_it_was() -> None:
    for algorithm in ("sha256", "blake2b", "blake3"):
        for shard_size in (0, 64):
            differences = manifest.compare(
                stated(MODEL, algorithm=algorithm, shard_size=shard_size), found(MODEL, algorithm, shard_size)
            )
            assert differences == manifest.Differences()


def test_shards_are_held_against_the_size_of_the_file_too() -> None:
    signed = stated({"a": b"x" * 20}, shard_size=10)
    longer = found({"a": b"x" * 21}, shard_size=10)
    same_digests = [File("a", 21, signed_digests(signed))]
    assert manifest.compare(signed, longer).changed == ("a",)
    assert manifest.compare(signed, same_digests).changed == ("a",)
    assert manifest.compare(signed, [File("a", 21)]).changed == ("a",)  # for that, nobody needs to read it
    assert manifest.compare(signed, [File("a", 20)]).unknown == ("a",)


def signed_digests(signed: statement.Statement) -> tuple[str, ...]:
    return tuple(one.digest for one in signed.resources)


def test_empty_files_beside_shards_are_told_for_nobody_signs_them() -> None:
    signed = stated(MODEL | {"__init__.py": b""}, shard_size=10)
    assert "__init__.py" not in {one.path for one in signed.resources}
    differences = manifest.compare(signed, found(MODEL | {"__init__.py": b"", "b/__init__.py": b""}, shard_size=10))
    assert (differences.any, differences.empty) == (False, ("__init__.py", "b/__init__.py"))


def test_a_file_under_a_new_name_is_missing_extra_and_renamed() -> None:
    differences = manifest.compare(
        stated(), found({"x" if path == "config.json" else path: d for path, d in MODEL.items()})
    )
    assert (differences.missing, differences.extra, differences.renamed) == (
        ("config.json",),
        ("x",),
        (("config.json", "x"),),
    )


def test_a_name_in_another_case_or_form_is_another_name() -> None:
    differences = manifest.compare(
        stated({"Config.json": b"", "caf\u00e9": b""}), found({"config.json": b"", "cafe\u0301": b""})
    )
    assert (differences.missing, differences.extra) == (("Config.json", "caf\u00e9"), ("cafe\u0301", "config.json"))


NAMES = st.lists(
    st.text("ab-.:/é", min_size=1, max_size=6).filter(lambda name: not statement.why_no_path(name)), max_size=6
)


@given(NAMES, st.sampled_from([0, 1, 3]), st.data())
def test_whatever_is_built_is_read_and_holds_over_its_files_and_no_others(
    names: list[str], shard_size: int, data: st.DataObject
) -> None:
    files = {name: data.draw(st.binary(min_size=1, max_size=7)) for name in names} | {"z": b"z"}
    signed = stated(files, shard_size=shard_size)
    assert statement.parse(statement.write(signed), LIMITS) == signed
    assert not manifest.compare(signed, found(files, shard_size=shard_size)).any
    victim = data.draw(st.sampled_from(sorted({one.path for one in signed.resources})))
    other = files | {victim: files[victim] + b"x"}
    assert manifest.compare(signed, found(other, shard_size=shard_size)).changed == (victim,)
    fewer = {path: content for path, content in files.items() if path != victim}
    assert manifest.compare(signed, found(fewer, shard_size=shard_size)).missing == (victim,)


def test_long_lists_of_places_cost_no_more_than_they_are_long() -> None:
    signed = stated(MODEL, ignore_paths=[f"a/b{number}" for number in range(50_000)])
    files = [*found(), *(File(f"a/b{number}/c", 0, ("0" * 64,)) for number in range(50_000))]
    assert len(manifest.compare(signed, files).ignored) == 50_000
