from __future__ import annotations

import io
import zipfile

import numpy as np

from attacks.pickles import PAYLOAD, npy, p
from hilt.checks.inspect.pickle_code import CHECK
from hilt.checks.inspect.pickle_hidden import CHECK as HIDDEN
from reading import findings, read


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return target.getvalue()


def test_the_arrays_of_an_archive_are_listed_with_the_pickles_of_those_that_hold_objects() -> None:
    target = io.BytesIO()
    np.savez_compressed(target, a=np.arange(5), o=np.array([{1: 2}], dtype=object))
    file = read(target.getvalue(), "arrays.npz")
    assert file.format == "npz"
    assert {name: array.shape for name, array in file.value.arrays.items()} == {"a.npy": (5,), "o.npy": (1,)}
    assert [stream.name for stream in file.value.pickles] == ["o.npy"]


def test_a_payload_in_one_array_is_found_at_its_member() -> None:
    (finding,) = findings(CHECK, zipped(a=npy(p(3, b"N")), b=npy(p(3, PAYLOAD))), "arrays.npz")
    assert finding.where.path == "arrays.npz!/b.npy"
    assert "os.system('echo hilt')" in finding.message


def test_a_broken_array_does_not_hide_the_others() -> None:
    data = zipped(a=b"\x93NUMPY\x09", b=npy(p(3, PAYLOAD)))
    assert "os.system('echo hilt')" in findings(CHECK, data, "arrays.npz")[0].message
    assert "breaks" in findings(HIDDEN, data, "arrays.npz")[0].message
