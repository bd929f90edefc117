"""What NumPy writes: arrays of every dtype as .npy and .npz, pickled arrays, scalars and random generators."""

from __future__ import annotations

from typing import Any

import numpy as np

from honest.saving import Folder, main


def arrays() -> dict[str, Any]:
    """Arrays that are written as .npy, too."""
    plain = {np.dtype(code).name: np.zeros(3, code) for code in "?bBhHiIlLqQefdgFDG"}
    return plain | {
        "fortran": np.asfortranarray(np.zeros((3, 2))), "big": np.zeros(2, ">f4"), "empty": np.zeros((0, 3)),
        "scalar": np.array(3.0), "bytes": np.array([b"a"]), "text": np.array(["ab"]), "void": np.zeros(2, "V4"),
        "day": np.array(["2020"], "M8[D]"), "second": np.array(["2020", "NaT"], "M8[s]"), "delta": np.array([1], "m8[h]"),
        "structured": np.zeros(2, [("a", "f4"), ("b", "i4", (2,)), ("c", [("d", "U3")])]),
        "aligned": np.zeros(2, np.dtype([("a", "i1"), ("b", "f8")], align=True)),
        "object": np.array([{"a": np.zeros(2)}, None, "x"], object), "texts": np.array(["a", "b"], object),
        "nested": np.array([np.zeros(2), np.zeros(3)], object), "state": np.array({"w": np.zeros(2)}, object),
    }  # fmt: skip


def objects() -> dict[str, Any]:
    """Objects that are only pickled."""
    bit_generators = [np.random.MT19937, np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64]
    return {
        "masked": np.ma.masked_array([1, 2], [True, False]), "masked-one": np.ma.masked,
        "record": np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]), "matrix": np.matrix([1]),
        "chars": np.char.array(["a"]), "strings": np.array(["a"], np.dtypes.StringDType()),
        "scalars": [
            np.float64(1.5), np.int64(2), np.bool_(True), np.str_("a"), np.bytes_(b"a"), np.void(b"abc"),
            np.longdouble(1), np.complex64(1), np.datetime64("2020"), np.timedelta64(1), np.float16(1),
        ],
        "dtypes": [np.dtype("f4"), np.dtype([("a", "f4", (2,))]), np.dtype("M8[s]"), np.float32, np.ndarray],
        "polynomials": [np.poly1d([1, 2]), np.polynomial.Polynomial([1, 2]), np.polynomial.Chebyshev([1, 2])],
        "functions": [np.log1p, np.mean, np.sqrt, np.nan_to_num],
        "random-state": np.random.RandomState(1), "seed": np.random.SeedSequence(3),
        "random-tuple": np.random.RandomState(1).get_state(),
        "generators": [np.random.Generator(bits(1)) for bits in bit_generators],
        "bit-generators": [bits(1) for bits in bit_generators],
    }  # fmt: skip


def make(folder: Folder) -> None:
    for name, array in arrays().items():
        folder.some_way(name, array)
        folder.write(f"{name}.npy", lambda file, a=array: np.save(file, a, allow_pickle=True))
    for name, value in objects().items():
        folder.every_way(name, value)
    plain = {name: array for name, array in arrays().items() if array.dtype != object}
    folder.write("plain.npz", lambda file: np.savez(file, **plain))
    folder.write("all.npz", lambda file: np.savez(file, **arrays()))
    folder.write("compressed.npz", lambda file: np.savez_compressed(file, **{"layer/0/w": np.zeros((10, 10))}))
    folder.write("unnamed.npz", lambda file: np.savez(file, np.zeros(2), np.ones(3)))
    folder.write("none.npz", np.savez)
    folder.write("third.npy", lambda file: _write(file, np.zeros(1, [("é", "f4")]), (3, 0)))
    folder.write("second.npy", lambda file: _write(file, np.zeros(1), (2, 0)))


def _write(file: Any, array: Any, version: tuple[int, int]) -> None:
    with file.open("wb") as out:
        np.lib.format.write_array(out, array, version)


if __name__ == "__main__":
    main(make)
