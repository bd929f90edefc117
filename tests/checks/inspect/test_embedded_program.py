from __future__ import annotations

import io
import json
import random
import struct
import tarfile
import zipfile

import pytest

from attacks.programs import ELF, ELF_SPOILED, MACHO, PE, PROGRAMS
from hilt.checks.inspect.embedded_program import CHECK
from hilt.core.byte_source import MemorySource
from hilt.core.fact import Fact
from hilt.core.finding import Finding, Severity
from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.formats import elf, macho, pe
from repositories import findings_in, repository

NOISE = random.Random(5).randbytes(40_000)


def weights(inside: bytes) -> bytes:
    """A file of one tensor of bytes."""
    data = NOISE + inside + NOISE
    header = json.dumps({"w": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}).encode()
    return struct.pack("<Q", len(header)) + header + data


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_in_a_tensor_is_named_with_its_place(name: str) -> None:
    data = weights(PROGRAMS[name])
    (finding,) = findings_in(CHECK, {"model.safetensors": data})
    assert finding.severity is Severity.HIGH
    assert finding.message == f"holds a program: {name}"
    assert (finding.where.tensor, finding.where.offset) == ("w", data.index(PROGRAMS[name]))


def test_a_header_spoiled_where_linux_does_not_look_hides_nothing() -> None:
    assert len(findings_in(CHECK, {"model.safetensors": weights(ELF_SPOILED)})) == 1


@pytest.mark.parametrize(
    "inside",
    [
        b"\x7fELF",
        b"\x7fELF\2\1\1" + NOISE[:100],
        b"MZ" + NOISE[:58] + b"\x80\0\0\0" + NOISE[:64] + b"PE\0\0" + NOISE[:300],
        b"PE\0\0d\x86" + NOISE[:300],
        b"\xcf\xfa\xed\xfe" + NOISE[:100],
        ELF[:20] + b"\xff" * 44,
    ],
)
def test_the_first_bytes_of_a_program_alone_are_quiet(inside: bytes) -> None:
    assert findings_in(CHECK, {"model.safetensors": weights(inside)}) == []


def test_a_program_behind_the_end_is_found_where_the_file_cannot_be_read() -> None:
    broken = weights(b"")[:-5] + ELF
    (finding,) = findings_in(CHECK, {"model.safetensors": b"\xff" + broken})
    assert finding.where.offset == len(broken) - len(ELF) + 1


@pytest.mark.parametrize("program", [ELF, PE, MACHO])
def test_a_file_that_is_a_program_is_left_to_native_code(program: bytes) -> None:
    assert findings_in(CHECK, {"lib.so": program + NOISE + ELF}) == []


def test_a_member_of_an_archive_is_a_file_of_its_own_and_a_storage_of_pytorch_is_not() -> None:
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("acme/lib.so", ELF + NOISE)
        archive.writestr("acme/data.bin", NOISE)
    assert findings_in(CHECK, {"acme.zip": wheel.getvalue()}) == []
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as packed:
        info = tarfile.TarInfo("lib.so")
        info.size = len(ELF)
        packed.addfile(info, io.BytesIO(ELF))
    assert findings_in(CHECK, {"acme.tar": tar.getvalue()}) == []
    torch = io.BytesIO()
    with zipfile.ZipFile(torch, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\2}.")
        archive.writestr("archive/data/0", NOISE + ELF)
        archive.writestr("archive/version", b"3\n")
    (finding,) = findings_in(CHECK, {"pytorch_model.bin": torch.getvalue()})
    assert finding.severity is Severity.HIGH
    assert str(finding.where) == f"pytorch_model.bin!/archive/data/0@{len(NOISE)}"


def test_what_was_searched_is_a_fact() -> None:
    seen = list(CHECK.run(repository({"a.safetensors": weights(ELF), "b.safetensors": weights(b"")})))
    (fact,) = [one for one in seen if isinstance(one, Fact)]
    assert (fact.key, fact.value) == ("inspect.embedded_programs", 1)
    assert len([one for one in seen if isinstance(one, Finding)]) == 1


def test_programs_past_the_limit_leave_open_how_many_there_are() -> None:
    seen = list(CHECK.run(repository({"a.safetensors": weights(ELF * 9)}, limits=Limits(byte_marks=3))))
    assert [one.state for one in seen if isinstance(one, Gap)] == [State.FAILED]
    assert [one for one in seen if isinstance(one, Fact)] == []


@pytest.mark.parametrize(("reader", "program"), [(elf, ELF), (pe, PE), (macho, MACHO)])
def test_a_header_cut_short_is_no_program_and_no_error(reader: object, program: bytes) -> None:
    assert reader.certain(MemorySource(program))  # type: ignore[attr-defined]
    for length in range(40):
        assert not reader.certain(MemorySource(program[:length]))  # type: ignore[attr-defined]
    for seed in range(300):
        assert not reader.certain(MemorySource(program[:4] + random.Random(seed).randbytes(300)))  # type: ignore[attr-defined]
