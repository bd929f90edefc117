from __future__ import annotations

import io

import numpy as np

from formats.tensors.given import found, whole


def test_leaves_are_named_by_their_place_and_stay_as_they_are_stored() -> None:
    leaves = [np.arange(12, dtype="<f4").reshape(4, 3), np.array(2), np.ones(4, ">f8")]
    out = io.BytesIO()
    out.write(b'{"width": 4}\n')
    for leaf in leaves:
        np.save(out, leaf)
    by_name = found({"model.eqx": out.getvalue()})
    assert list(by_name) == ["0", "2"]
    assert np.array_equal(whole(by_name["0"]), leaves[0])
    assert np.array_equal(whole(by_name["2"]), leaves[2])
