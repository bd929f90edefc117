"""Builds small models of formats that are little more than numbers: dlib, word2vec, CatBoost, Torch 7 and the like."""

from __future__ import annotations

import struct

from attacks import small_formats


def integer(value: int) -> bytes:
    """An integer as dlib writes it."""
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def integers(*values: int) -> bytes:
    return b"".join(map(integer, values))


def text(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def tensor(*shape: int) -> bytes:
    size = 4
    for length in shape:
        size *= length
    return integers(2, *shape) + b"\x3d" * size


ALIAS = integers(1, 1, 2, 1, 1)
EMPTY = tensor(0, 0, 0, 0)


def dlib_network(*, layer: str = "con_4", labels: tuple[str, ...] = (), behind: bytes = b"") -> bytes:
    """A convolution, a normalisation and a linear unit under a loss."""
    options = integers(1, 80, 80) + integers(1, -4) * 7
    start = integer(1) + text("loss_mmod_") + options + integers(2, 2, 3) + text("input_rgb_image_pyramid")
    convolution = text(layer) + tensor(1, 2, 3, 1) + integers(1, 3, 3, 1, 1, 0, 0) + ALIAS * 2 + integers(1, 0) * 4
    convolution += b"110" + EMPTY * 3 + integer(1)
    normalisation = text("affine_2") + tensor(1, 4, 1, 1) + ALIAS * 2 + integer(0) + b"0" + b"110" + EMPTY * 3
    unit = text("relu_") + b"110" + EMPTY * 3
    ended = integer(len(labels)) + b"".join(map(text, labels)) if labels else b""
    return start + integers(1, -10) * 3 + convolution + normalisation + unit + ended + behind


def dlib_predictor(
    *, trees: int = 2, stated: int | None = None, leaf: bytes = integers(-4, -1) + integers(7000000, -20) * 4
) -> bytes:
    """A shape predictor of two points."""
    tree = integers(1, 0, 1) + integers(5, -3) + integer(2) + leaf * 2
    ends = integer(1) + integers(2, 0, 1) + integer(1) + integer(2) + integers(1, -1) * 4
    return integer(1) + leaf + integers(1, trees if stated is None else stated) + tree * trees + ends


def word2vec(
    words: tuple[str, ...] = ("the", "größe", "a"), *, stated: int | None = None, between: bytes = b""
) -> bytes:
    entries = between.join(word.encode() + b" " + struct.pack("<3f", 1.0, -2.0, 0.5) for word in words)
    return b"%d 3\n" % (len(words) if stated is None else stated) + entries


def imatrix(*, count: int = 2, name: str = "blk.0.attn_q.weight", numbers: int = 4, made_from: str = "") -> bytes:
    one = struct.pack("<i", len(name)) + name.encode() + struct.pack("<ii4f", 100, numbers, 1.0, 2.0, 0.5, 0.25)
    text = struct.pack("<ii", 20, len(made_from)) + made_from.encode() if made_from else b""
    return struct.pack("<i", count) + one * 2 + text


def s3(*shape: int, floats: int, checksum: bool = True, order: str = "<", lengths: tuple[int, ...] = ()) -> bytes:
    head = (
        b"s3\nversion 1.0\n"
        + (b"chksum0 yes\n" if checksum else b"")
        + b"endhdr\n"
        + struct.pack(f"{order}I", 0x11223344)
    )
    numbers = struct.pack(f"{order}{len(shape) + len(lengths) + 1}I", *shape, *lengths, floats)
    return head + numbers + bytes(4 * floats) + (bytes(4) if checksum else b"")


def bmdf(order: str = "<", *, sequences: int = 2) -> bytes:
    start = (b"BMDF" if order == "<" else b"FDMB") + struct.pack(f"{order}II", 1, 12) + b"DESCRIPTION\0"
    counts = struct.pack(f"{order}10I", 2, 3, 3, 6, 9, 2, 2, 3, 1, 0)
    return start + counts + b"AH\0SIL\0\0" + bytes(8 + 3 * 12) + struct.pack(f"{order}I", 3 * sequences) + bytes(12)


def sendump(*, clusters: int = 0) -> bytes:
    said = ["BEGIN FILE FORMAT DESCRIPTION", "feature_count 2", "mixture_count 4", "model_count 5"]
    said += [f"cluster_count {clusters}", "cluster_bits 4"] if clusters else []
    lines = b"".join(struct.pack("<I", len(line) + 1) + line.encode() + b"\0" for line in said) + bytes(4)
    return lines + (bytes(clusters + 2 * 4 * 3) if clusters else struct.pack("<II", 4, 5) + bytes(2 * 4 * 5))


def trie(words: tuple[str, ...] = ("a", "b")) -> bytes:
    """Single words only: the tables of more take 256 KiB."""
    named = b"".join(word.encode() + b"\0" for word in words)
    head = b"Trie Language Model" + struct.pack("<BI", 1, len(words))
    return head + bytes(12 * (len(words) + 1)) + struct.pack("<I", len(named)) + named


def first_fasttext() -> bytes:
    """As its first releases wrote: no magic, no list of pruned words, no marks of quantised matrices."""
    new = small_formats.fasttext()
    at = 8 + 12 * 4 + 8 + 3 * 4 + 8
    matrices = new[at + 8 + sum(len(word) + 10 for word in ("der", "the", "__label__de", "__label__en")) :]
    size = 16 + 4 * struct.unpack_from("<q", matrices, 1)[0] * struct.unpack_from("<q", matrices, 9)[0]
    entries = new[at + 8 : len(new) - len(matrices)]
    return new[8:at] + entries + matrices[1 : 1 + size] + matrices[2 + size :]


def catboost(*, version: bytes = b"FlabuffersModel_v1", tables: tuple[bytes, ...] = (b"ctr",), parts: int = 1) -> bytes:
    """Trees that name one further part, and its tables."""
    core = struct.pack("<I6HiIII", 16, 12, 12, 4, 0, 0, 8, 12, 8, 28, len(version)) + version.ljust(20, b"\0")
    core += struct.pack("<III", parts, 4, 18) + b"static_provider_v1\0\0"
    written = b"".join(struct.pack("<I", len(table)) + table for table in tables)
    return b"CBM1" + struct.pack("<I", len(core)) + core + struct.pack("<I", len(tables)) + written


def lightgbm_dataset(*blocks: bytes) -> bytes:
    named = b"".join(
        struct.pack("<Q", len(block)) + block for block in blocks or (b"header..", b"labels..", b"group...")
    )
    return b"______LightGBM_Binary_File_Token______\n\0" + named


def mxnet(*, kind: int = 0, names: tuple[str, ...] = ("arg:a", "aux:b"), storage: int = 0) -> bytes:
    """Two arrays of two by three floats, in a new and in the oldest way."""
    new = struct.pack("<IiiQQiii", 0xF993FAC9, storage, 2, 2, 3, 1, 0, kind) + bytes(24)
    old = struct.pack("<IIIiii", 2, 2, 3, 1, 0, kind) + bytes(24)
    named = b"".join(struct.pack("<Q", len(name)) + name.encode() for name in names)
    return struct.pack("<QQQ", 0x112, 0, 2) + new + old + struct.pack("<Q", len(names)) + named


def sparse_mxnet(indexes: int = 1) -> bytes:
    """One array of four rows of three floats, of which two are stored; with two, compressed."""
    stored = struct.pack("<iQQ", 2, 2, 3) if indexes == 1 else struct.pack("<iQ", 1, 6)
    beside = struct.pack("<iiQ", 6, 1, 2) + (struct.pack("<iiQ", 6, 1, 5) if indexes == 2 else b"")
    kind = struct.pack("<iQQiii", 2, 4, 3, 1, 0, 0)
    numbers = bytes(24) + bytes(16) + (bytes(40) if indexes == 2 else b"")
    one = struct.pack("<Ii", 0xF993FAC9, indexes) + stored + kind + beside + numbers
    return struct.pack("<QQQ", 0x112, 0, 1) + one + struct.pack("<QQ", 1, 1) + b"w"


def lua_text(value: str) -> bytes:
    return struct.pack("<i", len(value)) + value.encode()


LUA_FUNCTION = struct.pack("<ii", 8, 5) + lua_text("\x1bLua own") + struct.pack("<iii", 3, 6, 0)


def torch7(*, inside: bytes = struct.pack("<id", 1, 2.0)) -> bytes:
    """A module that holds a tensor, and once more the same tensor, and whatever is given."""
    storage = (
        struct.pack("<ii", 4, 3) + lua_text("V 1") + lua_text("torch.FloatStorage") + struct.pack("<q", 2) + bytes(8)
    )
    tensor = struct.pack("<ii", 4, 2) + lua_text("V 1") + lua_text("torch.FloatTensor")
    tensor += struct.pack("<iqqq", 1, 2, 1, 1) + storage
    pairs = [
        (b"weight", tensor),
        (b"same", struct.pack("<ii", 4, 2)),
        (b"bias", struct.pack("<ii", 5, 1)),
        (b"x", inside),
    ]
    table = struct.pack("<iii", 3, 4, len(pairs))
    table += b"".join(struct.pack("<i", 2) + lua_text(name.decode()) + value for name, value in pairs)
    return struct.pack("<ii", 4, 1) + lua_text("V 1") + lua_text("nn.Linear") + table


HONEST = {
    "dlib": ("model.dat", dlib_network()),
    "word2vec": ("vectors.bin", word2vec()),
    "imatrix": ("imatrix.dat", imatrix()),
    "sphinx": ("means", s3(1, 2, 3, lengths=(2, 4), floats=18)),
    "catboost": ("model.cbm", catboost()),
    "lightgbm-dataset": ("train.bin", lightgbm_dataset()),
    "mxnet-parameters": ("model-0000.params", mxnet()),
    "torch7": ("model.t7", torch7()),
}
"""By the id of the format, the usual name and the content of one honest file."""

MORE = (
    ("sparse-0000.params", sparse_mxnet()),
    ("sparse-0000.params", sparse_mxnet(2)),
    ("mmod.dat", dlib_network(labels=("tench", "shark"))),
    ("faces.dat", dlib_predictor()),
    ("lid.bin", first_fasttext()),
    ("mdef", bmdf()),
    ("sendump", sendump()),
    ("sendump", sendump(clusters=16)),
    ("words.lm.bin", trie()),
    ("transition_matrices", s3(2, 3, 4, floats=24)),
)
"""Names and contents of honest files of the same formats that are built otherwise."""
