from __future__ import annotations

import numpy as np
import pytest

from attacks.graphs import message, variables, varint
from formats.tensors.given import found, whole
from hilt.core.errors import FormatError, LimitExceeded

SEEDED = np.random.default_rng(4)
ENDING = "/.ATTRIBUTES/VARIABLE_VALUE"
CONVOLUTION, DEPTHWISE, MATRIX = (SEEDED.random(shape, "f4") for shape in ((3, 3, 5, 6), (3, 3, 5, 2), (7, 4)))
NAMES = {
    "variables/0": ("conv/kernel", CONVOLUTION),
    "variables/1": ("dw/depthwise_kernel", DEPTHWISE),
    "variables/2": ("dense/kernel", MATRIX),
    "variables/3": ("embedding/embeddings", MATRIX),
    "variables/4": ("dense/bias", MATRIX[0]),
    "variables/5": ("Adam/dense/kernel/m", MATRIX),
    "optimizer/iter": ("", np.ones(1, "f4")),
    "layer/kernel/.OPTIMIZER_SLOT/optimizer/m": ("", MATRIX),
}


def checkpoint(shards: int = 1, *, objects: bytes | None = None) -> dict[str, bytes]:
    """A checkpoint whose variables are called by number, and named in the graph of objects."""
    data = [b""] * shards
    entries: list[tuple[str, bytes]] = []
    pairs = [
        (2, message((1, "VARIABLE_VALUE"), (2, name), (3, key + ENDING))) for key, (name, _) in NAMES.items() if name
    ]
    graph = objects if objects is not None else message(*((1, message(pair)) for pair in pairs))
    text = varint(len(graph)) + b"\0" * 4 + graph
    entries.append(("_CHECKPOINTABLE_OBJECT_GRAPH", message((1, 7), (2, b""), (3, 0), (4, 0), (5, len(text)))))
    data[0] = text
    for number, (key, (_, array)) in enumerate(NAMES.items()):
        shard = number % shards
        shape = message(*((2, message((1, size))) for size in array.shape))
        place = ((3, shard), (4, len(data[shard])), (5, array.nbytes))
        entries.append((key + ENDING, message((1, 1), (2, shape), *place)))
        data[shard] += array.tobytes()
    files = {f"m/variables.data-{shard:05d}-of-{shards:05d}": part for shard, part in enumerate(data)}
    return {"m/variables.index": variables(*sorted(entries), shards=shards), **files}


@pytest.mark.parametrize("shards", [1, 3])
def test_variables_are_found_in_their_data_files_and_turned_by_the_names_layers_gave_them(shards: int) -> None:
    tensors = found(checkpoint(shards))
    expected = {
        "variables/0": CONVOLUTION.transpose(3, 2, 0, 1),
        "variables/1": DEPTHWISE.transpose(2, 3, 0, 1).reshape(10, 1, 3, 3),
        "variables/2": MATRIX.T,
        "variables/3": MATRIX,
        "variables/4": MATRIX[0],
    }
    assert {"variables/5", *expected} == tensors.keys()
    for name, array in expected.items():
        assert np.array_equal(whole(tensors[name]), array), name


def test_old_checkpoints_name_variables_themselves() -> None:
    shape = message((2, message((1, 7))), (2, message((1, 4))))
    place = ((3, 0), (4, 0), (5, MATRIX.nbytes))
    slot, weights = (message((1, 1), (2, shape), *place) for _ in range(2))
    index = variables(("dense/kernel", weights), ("dense/kernel/Adam_1", slot), ("global_step", message((1, 9))))
    (tensor,) = found({"model.ckpt.index": index, "model.ckpt.data-00000-of-00001": MATRIX.tobytes()}).values()
    assert (tensor.name, tensor.shape) == ("dense/kernel", (4, 7))
    assert np.array_equal(whole(tensor), MATRIX.T)


def test_data_files_that_are_missing_or_too_short_are_told() -> None:
    files = checkpoint()
    with pytest.raises(FormatError, match="there is no file"):
        found({"m/variables.index": files["m/variables.index"]})
    with pytest.raises(FormatError, match="reaches past the end"):
        found({**files, "m/variables.data-00000-of-00001": files["m/variables.data-00000-of-00001"][:700]})


def test_a_graph_of_objects_that_is_none_is_told() -> None:
    with pytest.raises(FormatError):
        found(checkpoint(objects=b"\xff" * 50))


@pytest.mark.reaches("graph_text_bytes")
def test_a_graph_of_objects_is_bounded() -> None:
    from formats.tensors.given import given
    from hilt.core.limits import Limits
    from hilt.formats.tensors import tensors

    form, file = given(checkpoint())
    with pytest.raises(LimitExceeded, match="graph_text_bytes"):
        list(tensors(form, file._replace(limits=Limits(graph_text_bytes=50))))
