"""Builds small models of the formats that are no more than a table and numbers: honest ones, byte by byte."""

from __future__ import annotations

import struct

TREE = struct.pack("<6i", 1, 1, 0, 0, 3, 0) + bytes(4 * 31) + bytes(20 + 16)
"""A tree of one leaf, in XGBoost's binary form."""


def _text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def xgboost(
    booster: str = "gbtree",
    *,
    trees: int = 2,
    tree: bytes = TREE,
    start: bytes = b"binf",
    major: int = 1,
    attributes: tuple[tuple[str, str], ...] = (("best_iteration", "1"),),
    metrics: tuple[str, ...] = (),
) -> bytes:
    """A model; metrics are written as versions before 1.0 did."""
    data = start + struct.pack("<f6I", 0.5, 3, 0, 1, bool(metrics), major, 0) + bytes(4 * 27)
    data += _text("binary:logistic") + _text(booster)
    if booster == "gblinear":
        data += struct.pack("<II", 3, 1) + bytes(4 * 32) + struct.pack("<Q", 4) + bytes(16)
    else:
        data += struct.pack("<i", trees) + bytes(156) + tree * trees + bytes(4 * trees)
        data += struct.pack("<Q", trees) + bytes(4 * trees) if booster == "dart" else b""
    data += struct.pack("<Q", len(attributes)) + b"".join(_text(name) + _text(value) for name, value in attributes)
    return data + (struct.pack("<Q", len(metrics)) + b"".join(map(_text, metrics)) if metrics else b"")


def xgboost_serialised() -> bytes:
    model = xgboost(start=b"")
    return b"CONFIG-offset:" + struct.pack("<q", len(model)) + model + b'{"learner": {}}'


def _dense(rows: int, columns: int) -> bytes:
    return struct.pack("<qq", rows, columns) + bytes(4 * rows * columns)


def _quantised(rows: int, columns: int, *, norms: bool) -> bytes:
    centroids = struct.pack("<iiii", columns, 1, columns, columns) + bytes(4 * 256 * columns)
    data = struct.pack("<?qqi", norms, rows, columns, rows) + bytes(rows) + centroids
    return data + (bytes(rows) + struct.pack("<iiii", 1, 1, 1, 1) + bytes(4 * 256) if norms else b"")


def fasttext(
    words: tuple[str, ...] = ("der", "the"),
    labels: tuple[str, ...] = ("__label__de", "__label__en"),
    *,
    quantised: bool = False,
    counts: tuple[int, int, int] | None = None,
) -> bytes:
    """A classifier; `counts` overrides the stated numbers of entries, words and labels."""
    data = b"\xba\x16\x4f\x2f" + struct.pack("<i", 12) + struct.pack("<12id", 2, *[1] * 6, 3, *[0] * 4, 1e-4)
    stated = counts or (len(words) + len(labels), len(words), len(labels))
    data += struct.pack("<iiiqq", *stated, 99, -1)
    data += b"".join(word.encode() + b"\0" + struct.pack("<q?", 5, False) for word in words)
    data += b"".join(label.encode() + b"\0" + struct.pack("<q?", 5, True) for label in labels)
    if quantised:
        return data + b"\1" + _quantised(4, 2, norms=True) + b"\1" + _quantised(2, 2, norms=False)
    return data + b"\0" + _dense(4, 2) + b"\0" + _dense(2, 2)


def tesseract(config: str = "", *, order: str = "<", entries: int = 24) -> bytes:
    """A language with a config, if any, the data of its network, and a version."""
    parts = {0: config.encode(), 17: b"network", 23: b"5.0.0"}
    table, data, place = b"", b"", 4 + 8 * entries
    for number in range(entries):
        part = parts.get(number, b"")
        table += struct.pack(order + "q", place + len(data) if part else -1)
        data += part
    return struct.pack(order + "i", entries) + table + data


LIGHTGBM = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=Column_0 c=1
feature_infos=[0:1] none
tree_sizes=200
average_output

Tree=0
num_leaves=2
num_cat=0
split_feature=0
split_gain=1.5e-05
threshold=0.5
decision_type=2
left_child=-1
right_child=-2
leaf_value=-0.1 nan
leaf_weight=1 inf
is_linear=0
shrinkage=0.1


end of trees

feature_importances:
Column_0=1
c=1=2

parameters:
[boosting: gbdt]
[data: ]

end of parameters

pandas_categorical:[["a", "b"]]
"""


def npy(descr: str, shape: tuple[int, ...], data: bytes) -> bytes:
    literal = str({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    literal += b" " * (-(len(literal) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(literal)) + literal + data


LEAVES = npy("<f4", (2, 3), bytes(24)) + npy("<i8", (), bytes(8))


def ubjson() -> bytes:
    """An object with every kind of value."""
    inner = b"i\x04nameSi\x05trees" + b"i\x07weights[$d#L" + struct.pack(">q", 2) + bytes(8)
    inner += (
        b"i\x05mixed[" + b"ZTFi\1U\2I\0\3l\0\0\0\4L" + bytes(8) + b"d" + bytes(4) + b"D" + bytes(8) + b"CxHi\x011N]"
    )
    inner += b"i\x05count[#i\x02TF" + b"i\x05typed{$i#i\x02i\x01a\1i\x01b\2" + b"i\x05lists[$[#i\x02]]"
    return b"{L" + struct.pack(">q", 7) + b"learner{" + inner + b"}" + b"i\x07version[$L#i\x01" + bytes(8) + b"}"


HONEST = {
    "xgboost": ("model.model", xgboost()),
    "fasttext": ("lid.ftz", fasttext()),
    "tesseract": ("eng.traineddata", tesseract("chop_enable 1\n")),
    "lightgbm": ("model.txt", LIGHTGBM.encode()),
    "equinox": ("model.eqx", LEAVES),
    "ubjson": ("model.ubj", ubjson()),
}
"""The usual name and an honest file of each format."""
