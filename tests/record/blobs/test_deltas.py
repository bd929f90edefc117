"""What is kept as a difference comes back to the bit, or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import randrange

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import work_of_packing
from hilt.core.errors import ChangedWhileRead, FormatError, NotReady, SourceError, UsageError
from hilt.formats.safetensors import BITS
from hilt.record.blobs import one_writer
from hilt.record.blobs.deltas import Delta, Deltas
from hilt.record.blobs.store import Blobs
from kept_files import sha256_of, stored
from killed_at_work import killed
from weights_to_pack import Numbers, moved, numbers, safetensors

WEIGHTS = {f"layers.{n}.weight": numbers("BF16", 512, 1024, seed=n) for n in range(3)} | {
    "head.bias": numbers("F32", 7)
}
BASE = safetensors(WEIGHTS)
TUNED = safetensors({name: moved(one) for name, one in WEIGHTS.items()}, metadata={"format": "pt"})


@pytest.fixture
def deltas(blobs: Blobs) -> Deltas:
    return Deltas(blobs)


def packed(blobs: Blobs, result: bytes, *bases: bytes) -> Delta:
    """The delta of a result, whose plain bytes are gone."""
    deltas = Deltas(blobs)
    beside = [stored(blobs, one) for one in bases]
    name = stored(blobs, result)
    made = deltas.make(deltas.plan(name, beside))
    blobs.remove(name)
    return made


def whole(deltas: Deltas, sha256: str) -> bytes:
    return b"".join(deltas.read(sha256))


def edited(deltas: Deltas, sha256: str, data: bytes) -> Path:
    path = deltas.path(sha256)
    path.chmod(0o644)
    path.write_bytes(data)
    return path


def test_a_fine_tune_takes_a_part_of_its_bytes_and_comes_back(blobs: Blobs, deltas: Deltas, folder: Path) -> None:
    made = packed(blobs, TUNED, BASE)
    assert made == Delta(sha256_of(TUNED), len(TUNED), deltas.path(made.sha256).stat().st_size, (sha256_of(BASE),))
    assert made.kept < 0.25 * len(TUNED)
    assert whole(deltas, made.sha256) == TUNED
    assert deltas.find(made.sha256) == made
    assert list(deltas.each()) == [made.sha256]
    assert deltas.path(made.sha256) == folder / "blobs" / "sha256" / made.sha256[:2] / f"{made.sha256}.delta"
    assert deltas.path(made.sha256).stat().st_mode & 0o777 == 0o444
    assert os.listdir(folder / "partial") == []
    assert [one.sha256 for one in blobs.each()] == [sha256_of(BASE)]


def test_every_number_format_comes_back_whatever_became_of_it(blobs: Blobs, deltas: Deltas) -> None:
    base = {f"{dtype}.{rows}": numbers(dtype, rows, 24) for dtype in BITS for rows in (0, 1, 30)}
    base |= {"scalar": numbers("F32"), "none": numbers("I64", 0)}
    tuned = {name: moved(one) for name, one in base.items()}
    others = {
        "tuned": safetensors(tuned),
        "another header": safetensors(tuned, metadata={"format": "pt", "by": "ü\x1f" * 50}, ahead=5),
        "other order": safetensors(dict(reversed(tuned.items()))),
        "not aligned, with holes": safetensors(tuned, ahead=1, between=3),
        "renamed": safetensors({f"model.{name}": one for name, one in base.items()}),
        "other numbers": safetensors({name: one._replace(data=one.data[::-1]) for name, one in base.items()}),
        "other shapes": safetensors({name: Numbers("U8", (len(one.data),), one.data) for name, one in base.items()}),
        "bytes at the end": safetensors(tuned) + b"and more",
        "one tensor": safetensors({"F32.30": tuned["F32.30"]}),
        "no tensor": safetensors({}),
    }
    for name, data in others.items():
        made = packed(blobs, data, safetensors(base))
        assert whole(deltas, made.sha256) == data, name


@pytest.mark.parametrize("count", [2, 12])
def test_other_shards_than_those_of_the_base_come_back(blobs: Blobs, deltas: Deltas, count: int) -> None:
    base = {f"layers.{n}.weight": numbers("F32", 64, 64, seed=n) for n in range(12)}
    shards = [safetensors(dict(list(base.items())[n::count])) for n in range(count)]
    result = safetensors({name: moved(one) for name, one in base.items()})
    made = packed(blobs, result, *shards)
    assert made.bases == tuple(sha256_of(one) for one in shards)
    assert whole(deltas, made.sha256) == result
    assert made.kept < 0.4 * len(result)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(data=st.data())
def test_any_tensors_against_any_others_come_back(blobs: Blobs, deltas: Deltas, data: st.DataObject) -> None:
    def file() -> bytes:
        names = data.draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=5))
        tensors = {
            f"{name}.weight": numbers(
                data.draw(st.sampled_from(sorted(BITS))),
                data.draw(st.integers(0, 40)),
                40,
                seed=data.draw(st.integers(0, 2)),
            )
            for name in names
        }
        return safetensors(tensors, between=data.draw(st.integers(0, 9)))

    bases, result = [file() for _ in range(data.draw(st.integers(1, 3)))], file()
    made = packed(blobs, result, *(one for one in bases if one != result))
    assert whole(deltas, made.sha256) == result


def test_a_base_that_nothing_is_taken_of_is_not_needed(blobs: Blobs) -> None:
    stranger = safetensors({"other": numbers("F32", 100, 100, seed=9)})
    assert packed(blobs, TUNED, stranger, BASE).bases == (sha256_of(BASE),)


def test_bases_stay_and_what_they_rebuild_may_go(blobs: Blobs, deltas: Deltas) -> None:
    made = packed(blobs, TUNED, BASE)
    stored(blobs, TUNED)
    other = stored(blobs, b"a card")
    kept = frozenset({made.sha256, other})
    stays = deltas.stays(kept)
    assert stays == {sha256_of(BASE), other}
    assert blobs.evict(0, stays) == [made.sha256]
    assert whole(deltas, made.sha256) == TUNED


def test_where_a_delta_cannot_be_read_nothing_may_go(blobs: Blobs, deltas: Deltas) -> None:
    made = packed(blobs, TUNED, BASE)
    edited(deltas, made.sha256, b"hiltdlt1")
    with pytest.raises(SourceError, match=made.sha256):
        deltas.stays(frozenset())


def test_what_is_no_safetensors_is_not_packed(blobs: Blobs, deltas: Deltas) -> None:
    with pytest.raises(FormatError):
        deltas.plan(stored(blobs, b"PK" * 5000), [stored(blobs, BASE)])


def test_what_is_not_here_is_not_packed(blobs: Blobs, deltas: Deltas) -> None:
    with pytest.raises(SourceError, match="No such file"):
        deltas.plan(stored(blobs, BASE), [sha256_of(b"nobody has it")])
    with pytest.raises(UsageError):
        deltas.path("../../etc/passwd")
    assert deltas.find(sha256_of(b"nobody has it")) is None


def test_one_packs_a_file_at_a_time(blobs: Blobs, deltas: Deltas, folder: Path) -> None:
    plan = deltas.plan(stored(blobs, TUNED), [stored(blobs, BASE)])
    path = folder / "partial" / f"delta-{plan.sha256}"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    assert one_writer.take(descriptor, path)
    with pytest.raises(NotReady, match="being packed already"):
        deltas.make(plan)
    one_writer.close(descriptor)
    assert deltas.make(plan).kept < len(TUNED)


def test_without_zstandard_what_every_python_has_packs_and_a_library_that_needs_it_says_how_to_have_it(
    blobs: Blobs, deltas: Deltas, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = packed(blobs, TUNED, BASE)
    other = safetensors({name: moved(one, seed=3) for name, one in WEIGHTS.items()})
    monkeypatch.setitem(sys.modules, "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", None)
    assert whole(deltas, packed(blobs, other, BASE).sha256) == other
    with pytest.raises(SourceError, match=rf"{made.sha256}.delta: .*pip install 'hilt\[zstd\]'"):
        whole(deltas, made.sha256)


def test_where_the_bytes_change_while_they_are_packed_nothing_is_kept(
    blobs: Blobs, deltas: Deltas, folder: Path
) -> None:
    plan = deltas.plan(stored(blobs, TUNED), [stored(blobs, BASE)])
    path = blobs.path(plan.sha256)
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(bytes([TUNED[-1] ^ 1]))
    with pytest.raises(ChangedWhileRead):
        deltas.make(plan)
    assert deltas.find(plan.sha256) is None
    assert os.listdir(folder / "partial") == []


def test_a_base_that_is_gone_or_another_is_named(blobs: Blobs, deltas: Deltas) -> None:
    made = packed(blobs, TUNED, BASE)
    base = blobs.path(sha256_of(BASE))
    base.chmod(0o644)
    base.write_bytes(BASE[:-1] + bytes([BASE[-1] ^ 1]))
    with pytest.raises(ChangedWhileRead, match=f"{sha256_of(BASE)}; put it back from a copy"):
        whole(deltas, made.sha256)
    base.write_bytes(BASE + b"more")
    with pytest.raises(SourceError, match=rf"{base}: it has {len(BASE) + 4} bytes, and had {len(BASE)}"):
        whole(deltas, made.sha256)
    base.unlink()
    with pytest.raises(SourceError, match=rf"{base}: No such file .*; put it back"):
        whole(deltas, made.sha256)


def test_a_delta_under_another_name_a_link_or_a_folder_is_refused(blobs: Blobs, deltas: Deltas, tmp_path: Path) -> None:
    made = packed(blobs, TUNED, BASE)
    other = sha256_of(b"other")
    deltas.path(other).parent.mkdir(exist_ok=True)
    deltas.path(other).write_bytes(deltas.path(made.sha256).read_bytes())
    with pytest.raises(SourceError, match=f"it says that it is {made.sha256}"):
        whole(deltas, other)
    deltas.path(made.sha256).rename(tmp_path / "elsewhere")
    deltas.path(made.sha256).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="symbolic links"):
        whole(deltas, made.sha256)
    deltas.path(made.sha256).unlink()
    deltas.path(made.sha256).mkdir()
    with pytest.raises(SourceError, match="it is no file"):
        whole(deltas, made.sha256)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_a_mangled_delta_gives_all_bytes_right_or_not_the_last_ones(
    blobs: Blobs, deltas: Deltas, data: st.DataObject
) -> None:
    small = safetensors({"w": numbers("BF16", 30, 40)})
    result = safetensors({"w": moved(numbers("BF16", 30, 40))})
    made = packed(blobs, result, small)
    mangled = bytearray(deltas.path(made.sha256).read_bytes())
    what = data.draw(st.sampled_from(["change", "cut", "add"]))
    if what == "change":
        mangled[data.draw(st.integers(0, len(mangled) - 1))] ^= data.draw(st.integers(1, 255))
    elif what == "cut":
        del mangled[data.draw(st.integers(0, len(mangled) - 1)) :]
    else:
        mangled += data.draw(st.binary(min_size=1, max_size=5))
    path, came = edited(deltas, made.sha256, bytes(mangled)), b""
    try:
        for block in deltas.read(made.sha256):
            came += block
    except SourceError as error:
        assert str(path) in str(error) or str(blobs.folder) in str(error)  # noqa: PT017
        assert len(came) < len(result)
    else:
        assert came == result
    path.unlink()


def test_the_last_block_of_what_is_wrong_never_goes_out(blobs: Blobs, deltas: Deltas) -> None:
    made = packed(blobs, TUNED, BASE)
    base = blobs.path(sha256_of(BASE))
    base.chmod(0o644)
    with base.open("r+b") as file:
        file.seek(5000)
        file.write(b"!")
    came: list[bytes] = []
    with pytest.raises(ChangedWhileRead):
        came.extend(deltas.read(made.sha256))
    assert 0 < sum(map(len, came)) < len(TUNED)


def test_whoever_is_killed_leaves_the_plain_bytes_or_the_delta_whole() -> None:
    assert killed(work_of_packing, step=10, first=randrange(1, 11)) > 60


@pytest.mark.slow
def test_whoever_is_killed_after_any_call_leaves_the_plain_bytes_or_the_delta_whole() -> None:
    assert killed(work_of_packing, step=1) > 60
