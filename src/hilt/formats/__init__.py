"""How bytes are read: one bounded reader per file format, bytes in, frozen dataclass out. Readers never judge."""

from __future__ import annotations

from hilt.formats.beginnings import BLANKS, HDF5, PICKLE, PROTOBUF, TAR, XML, ZIP
from hilt.formats.reader import Reader

R_DATA = ("*.rds", "*.rdata", "*.rda")
"""Names of data of R, which is mostly compressed."""

ZIPS = ("zip", "zip-behind", "torch-zip", "torchscript", "keras", "skops", "npz")
"""Formats that are a zip, whatever else they are."""

LISTED = (
    *ZIPS, "torch-shard", "seven-zip", "rar", "ar", "zstd", "lz4", "tar", "torch-tar", "gzip", "bzip2", "xz",
    "zlib", "msgpack", "llamafile",
)  # fmt: skip
"""Formats that list members."""

ACCOUNTED = (
    "caffe", "mnn", "executorch", "executorch-data", "onnx", "ort", "tflite", "coreml", "coreml-weights",
    "paddle-program", "tensorflow-variables", "tensorflow-graph", "saved-model", "media", "sqlite", "parquet",
    "ds-store",
)  # fmt: skip
"""Formats whose value has `unowned`: the bytes that belong to no part of the file."""

CARRIERS = (
    "pickle", "joblib", "torch-legacy", "torch-tar", "torch-zip", "torchscript", "npy", "npz", "equinox", "msgpack",
    "arrow", "parquet",
)  # fmt: skip
"""Formats whose value has `pickles`."""

READERS: tuple[Reader, ...] = (
    Reader(id="safetensors", title="safetensors", names=("*.safetensors",), needs=((8, b"{"),)),
    Reader(id="gguf", title="GGUF", names=("*.gguf",), magic=((0, b"GGUF"),)),
    Reader(
        id="ggml",
        title="ggml before GGUF",
        names=("*.bin", "*.ggml"),
        magic=tuple((0, magic) for magic in (b"lmgg", b"fmgg", b"tjgg", b"algg")),
        probed=True,
    ),
    Reader(id="keras-h5", title="Keras model in HDF5", names=("*.h5", "*.hdf5", "*.keras"), magic=HDF5, probed=True),
    Reader(id="hdf5", title="HDF5", names=("*.h5", "*.hdf5", "*.hdf", "*.mat", "*.nc"), magic=HDF5, probed=True),
    Reader(
        id="torch-legacy",
        title="PyTorch before 1.6",
        names=("*.pt", "*.pth", "*.bin", "*.ckpt"),
        magic=(
            (0, b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."),
            (0, b"\x80\x03\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."),
            (0, b"\x80\x04\x95\x0d\0\0\0\0\0\0\0\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."),
            (0, b"\x80\x05\x95\x0d\0\0\0\0\0\0\0\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."),
            (0, b"L119547037146038801333356L\n."),
        ),
    ),
    Reader(
        id="equinox",
        title="Equinox leaves",
        names=("*.eqx",),
        magic=((0, b"\x93NUMPY"), (0, b"{")),  # several arrays, or a line of JSON before them
        probed=True,
    ),
    Reader(id="npy", title="NumPy array", names=("*.npy",), magic=((0, b"\x93NUMPY"),)),
    Reader(
        id="joblib",
        title="joblib",
        names=(
            "*.joblib",
            "*.jl",
            "*.pkl",
            "*.pickle",
            "*.z",
            "*.pkl.gz",
            "*.gz",
            "*.bz2",
            "*.xz",
            "*.lzma",
            "*.lz4",
            "*.sav",
        ),
        # Compressed, or as a pickle begins: its probe looks for array bytes behind.
        magic=tuple((0, start) for start in (b"x", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"]\0", b'\x04"M\x18', b"ZF0x"))
        + tuple((0, start) for start in (b"\x80", b"c", b"(", b"]", b"}")),
        probed=True,
    ),
    Reader(
        id="pickle",
        title="Python pickle",
        names=(
            "*.pkl",
            "*.pickle",
            "*.pk",
            "*.p",
            "*.dat",
            "*.joblib",
            "*.sav",
            "*.pt",
            "*.pth",
            "*.bin",
            "*.model",
            "*.pdiparams.info",
        ),
        needs=PICKLE,
    ),
    Reader(id="onnx", title="ONNX", names=("*.onnx",), needs=PROTOBUF),
    Reader(id="ort", title="ONNX Runtime model", names=("*.ort",), magic=((4, b"ORTM"),), probed=True),
    Reader(id="tflite", title="TensorFlow Lite", names=("*.tflite", "*.lite"), magic=((4, b"TFL3"),), probed=True),
    Reader(id="executorch", title="ExecuTorch program", names=("*.pte",), magic=((4, b"ET12"),), probed=True),
    Reader(id="executorch-data", title="ExecuTorch data", names=("*.ptd",), magic=((4, b"FT01"),), probed=True),
    Reader(
        id="mnn",
        title="MNN model",
        names=("*.mnn",),
        needs=((0, bytes(range(4, 256, 4))), (1, b"\0"), (2, b"\0"), (3, b"\0")),
    ),
    Reader(
        id="tensorrt",
        title="TensorRT engine",
        names=("*.engine", "*.plan", "*.trt"),
        magic=((0, b"ptrt"), (0, b"ftrt"), (4, b"{")),  # or what Ultralytics writes before it
        probed=True,
    ),
    Reader(id="saved-model", title="TensorFlow SavedModel", names=("saved_model.pb",), needs=PROTOBUF),
    Reader(id="tensorflow-graph", title="TensorFlow graph", names=("*.pb", "*.meta", "*.graphdef"), needs=PROTOBUF),
    Reader(id="keras-metadata", title="Keras metadata of a SavedModel", names=("keras_metadata.pb",), needs=PROTOBUF),
    Reader(id="tensorflow-fingerprint", title="SavedModel fingerprint", names=("fingerprint.pb",), needs=((0, b"\b"),)),
    Reader(id="tensorflow-variables", title="TensorFlow checkpoint index", names=("*.index",), needs=((0, b"\0"),)),
    Reader(id="coreml", title="Core ML", names=("*.mlmodel",), needs=PROTOBUF),
    Reader(
        id="coreml-weights",
        title="Core ML weights",
        names=("weight.bin",),
        magic=((64, b"\xef\xbe\xad\xde"),),
        probed=True,
    ),
    Reader(id="caffe", title="Caffe", names=("*.caffemodel",), needs=((0, b"\x0a\x12\x1a\x20\x28\x32\x38\x42\xa2"),)),
    Reader(
        id="tensorflow-text",
        title="TensorFlow graph as text",
        names=("*.pbtxt",),
        needs=((0, b"sgnlmvcoad#" + BLANKS),),
    ),
    Reader(
        id="triton-config",
        title="configuration of Triton Inference Server",
        names=("config.pbtxt",),
        needs=((0, b"nipbrvmodsc#" + BLANKS),),
    ),
    Reader(id="caffe-prototxt", title="Caffe network or solver", names=("*.prototxt",)),
    Reader(id="paddle-program", title="PaddlePaddle program", names=("*.pdmodel",), needs=PROTOBUF),
    Reader(id="paddle-parameters", title="PaddlePaddle parameters", names=("*.pdiparams",), needs=((0, b"\0"),)),
    Reader(id="openvino-ir", title="OpenVINO model", names=("*.xml",), needs=XML),
    Reader(id="pmml", title="PMML", names=("*.pmml", "*.xml"), needs=XML),
    Reader(
        id="ncnn",
        title="ncnn model",
        names=("*.param", "*.param.bin"),
        needs=((0, b"7\xdd" + BLANKS),),
    ),
    Reader(id="xml", title="XML", names=("*.xml", "*.mapping", "*.pmml"), needs=XML),
    Reader(
        id="xgboost",
        title="XGBoost, binary",
        names=("*.model", "*.xgb", "*.bst", "*.bin"),
        needs=((142, b"\0"), (143, b"\0")),
    ),
    Reader(id="ubjson", title="UBJSON, of XGBoost", names=("*.ubj",), needs=((0, b"{"),)),
    Reader(id="lightgbm", title="LightGBM", names=("*.txt", "*.lgb", "*.model"), needs=((0, b"t"),)),
    Reader(
        id="r-data",
        title="R data",
        names=R_DATA,
        magic=tuple((0, start) for start in (b"X\n", b"B\n", b"A\n", b"RDX", b"RDA", b"RDB")),
        probed=True,
    ),
    Reader(id="catboost", title="CatBoost", names=("*.cbm",), magic=((0, b"CBM1"),)),
    Reader(
        id="lightgbm-dataset",
        title="LightGBM dataset",
        names=("*.bin",),
        magic=((0, b"______LightGBM_Binary_File_Token______\n"),),
    ),
    Reader(
        id="mxnet-parameters",
        title="MXNet arrays",
        names=("*-[0-9][0-9][0-9][0-9].params", "*.nd"),
        magic=((0, b"\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),),
    ),
    Reader(id="torch7", title="Torch 7", names=("*.t7", "*.th"), needs=((0, b"\3\4"), (1, b"\0"))),
    Reader(id="word2vec", title="word2vec, binary", names=("*.bin",), needs=((0, b"123456789"),)),
    Reader(id="imatrix", title="importance matrix", names=("*imatrix*",), needs=((3, b"\0"), (6, b"\0"), (7, b"\0"))),
    Reader(id="dlib", title="dlib", names=("*.dat", "*.dnn", "*.svm"), needs=((0, b"\1"),)),
    Reader(
        id="sphinx",
        title="CMU Sphinx",
        names=("mdef", "means", "variances", "transition_matrices", "mixture_weights", "sendump", "*.lm.bin"),
        magic=((0, b"BMDF"), (0, b"FDMB"), (0, b"Trie Language Model"), (0, b"s3\n"), (4, b"BEGIN FILE FORMAT")),
        probed=True,
    ),
    Reader(
        id="faiss",
        title="FAISS index",
        names=("*.faiss", "*.index"),
        magic=tuple((0, start) for start in (b"Ix", b"Iw", b"IH", b"IN", b"IB")),
        probed=True,
    ),
    Reader(id="ctranslate2", title="CTranslate2", names=("model.bin",), needs=((0, bytes(range(2, 7))), (1, b"\0"))),
    Reader(id="tesseract", title="Tesseract language", names=("*.traineddata",), needs=((0, bytes(range(51))),)),
    # Formats that live in a zip have its magic and a probe, and stand before it.
    Reader(id="torch-shard", title="PyTorch distributed checkpoint", names=("*.distcp",), magic=ZIP, probed=True),
    Reader(id="torchscript", title="TorchScript", names=("*.jit", "*.ptl", "*.pt"), magic=ZIP, probed=True),
    Reader(id="keras", title="Keras model", names=("*.keras",), magic=ZIP, probed=True),
    Reader(id="skops", title="skops model", names=("*.skops",), magic=ZIP, probed=True),
    Reader(id="torch-zip", title="PyTorch", names=("*.pt", "*.pth", "*.bin", "*.ckpt"), magic=ZIP, probed=True),
    Reader(id="npz", title="NumPy arrays", names=("*.npz",), magic=ZIP, probed=True),
    Reader(
        id="zip",
        title="zip archive",
        names=("*.zip", "*.whl", "*.mar", "*.egg", "*.jar"),
        magic=ZIP,
    ),
    Reader(id="gzip", title="gzip file", names=("*.gz", "*.tgz", *R_DATA), magic=((0, b"\x1f\x8b\x08"),)),
    Reader(
        id="bzip2",
        title="bzip2 file",
        names=("*.bz2", *R_DATA),
        magic=tuple((0, b"BZh%d1AY&SY" % n) for n in range(1, 10)),
    ),
    Reader(id="xz", title="xz file", names=("*.xz", *R_DATA), magic=((0, b"\xfd7zXZ\x00"),)),
    # Before Zstandard, in which the values of an OCDBT database often come.
    Reader(
        id="ocdbt",
        title="OCDBT database, of Orbax",
        names=("manifest.ocdbt",),
        magic=tuple((0, bytes.fromhex(magic)) for magic in ("0cdb3a2a", "0cdb20de", "0cdb1234", "28b52ffd")),
        probed=True,
    ),
    Reader(id="zstd", title="Zstandard file", names=("*.zst", "*.zstd", "*.tzst"), magic=((0, b"\x28\xb5\x2f\xfd"),)),
    Reader(id="lz4", title="LZ4 file", names=("*.lz4",), magic=((0, b'\x04"M\x18'),)),
    Reader(id="seven-zip", title="7z archive", names=("*.7z",), magic=((0, b"7z\xbc\xaf\x27\x1c"),)),
    Reader(id="rar", title="RAR archive", names=("*.rar",), magic=((0, b"Rar!\x1a\7\0"), (0, b"Rar!\x1a\7\1\0"))),
    Reader(id="ar", title="ar archive", names=("*.a", "*.deb", "*.ar"), magic=((0, b"!<arch>\n"),)),
    Reader(id="torch-tar", title="PyTorch before 0.1.10", names=("*.pt", "*.pth", "*.tar", "*.t7", "*.bin"), needs=TAR),
    Reader(id="tar", title="tar archive", names=("*.tar", "*.nemo"), needs=TAR),
    Reader(
        id="foreign-archive",
        title="archive that cannot be opened",
        names=(
            "*.cab",
            "*.iso",
            "*.dmg",
            "*.lha",
            "*.lzh",
            "*.ace",
            "*.cpio",
            "*.rpm",
            "*.wim",
            "*.gpg",
            "*.age",
            "*.enc",
        ),
    ),
    Reader(id="zlib", title="zlib stream", names=("*.spacy", "*.zlib", "*.zz"), needs=((0, b"x"),)),
    Reader(id="elf", title="ELF program or library", names=("*.so", "*.so.*", "*.o"), magic=((0, b"\x7fELF"),)),
    Reader(
        id="llamafile",
        title="llamafile, a program",
        names=("*.llamafile",),
        magic=((0, b"MZqFpD='"), (0, b"jartsr='"), (0, b"APEDBG='")),
    ),
    Reader(id="pe", title="Windows program or library", names=("*.exe", "*.dll"), magic=((0, b"MZ"),), probed=True),
    Reader(
        id="macho",
        title="macOS program or library",
        names=("*.dylib",),
        magic=tuple(
            (0, bytes.fromhex(magic))
            for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe", "cafebabf")
        ),
        probed=True,
    ),
    Reader(
        id="bytecode",
        title="code for a virtual machine",
        names=("*.class", "*.wasm", "*.pyc", "*.dex", "*.bc"),
        magic=((0, b"\xca\xfe\xba\xbe"), (0, b"\0asm"), (0, b"dex\n0"), (0, b"BC\xc0\xde"), (2, b"\r\n")),
        probed=True,
    ),
    Reader(id="script", title="script", names=("*.sh",), magic=((0, b"#!"),), probed=True),
    # Behind the programs, which all have a magic. The first releases of fastText wrote none: its probe looks at the
    # arguments, small numbers of four bytes.
    Reader(
        id="fasttext",
        title="fastText",
        names=("*.ftz", "*.bin"),
        magic=((0, b"\xba\x16\x4f\x2f"), (21, b"\0\0\0")),
        probed=True,
    ),
    Reader(
        id="sigstore-bundle",
        title="Sigstore bundle, a signature",
        names=("*.sig", "*.sigstore"),
        # Other JSON is spared the look at its head; a bundle that begins otherwise is read as JSON.
        magic=tuple((0, start + b'"mediaType"') for start in (b"{", b"{ ", b"{\n  ", b"{\n    ", b"{\n\t")),
        probed=True,
    ),
    Reader(id="tokenizer", title="tokenizer.json", names=("tokenizer.json",), needs=((0, b"{" + BLANKS),)),
    Reader(id="json", title="JSON", names=("*.json", "*.ipynb", "*.webmanifest")),
    Reader(
        id="sentencepiece",
        title="SentencePiece model",
        names=("*.spm", "tokenizer.model", "*.spm.model"),
        needs=((0, b"\n"),),
    ),
    Reader(
        id="lfs-pointer",
        title="pointer of Git LFS or Xet",
        magic=(
            (0, b"version https://git-lfs.github.com/spec/v1\n"),
            (0, b"version https://hawser.github.com/spec/v1\n"),
            (0, b"# xet version "),
            (0, b"../../blobs/"),
            (0, b"../../../blobs/"),
        ),
    ),
    Reader(
        id="media",
        title="picture, sound, film, font or PDF",
        names=(
            *("*.png", "*.jpg", "*.jpeg", "*.gif", "*.webp", "*.bmp", "*.ico", "*.pdf", "*.mp4", "*.m4a", "*.mov"),
            *("*.wav", "*.ogg", "*.oga", "*.flac", "*.mp3", "*.ttf", "*.otf", "*.woff", "*.woff2"),
            *("*.tif", "*.tiff"),
        ),
        needs=((0, b"\x89\xffGR%\0OfIwBM"), (1, b"P\xd8IgLD\1TOF\0M")),
    ),
    Reader(id="ds-store", title="view of a folder, of macOS", names=(".DS_Store",), magic=((0, b"\0\0\0\1Bud1"),)),
    Reader(
        id="arrow",
        title="Apache Arrow or Feather",
        names=("*.arrow", "*.arrows", "*.feather", "*.ftr", "*.ipc"),
        magic=((0, b"ARROW1\0\0"), (0, b"FEA1"), (0, b"\xff\xff\xff\xff")),
        probed=True,
    ),
    Reader(id="sqlite", title="SQLite", names=("*.sqlite", "*.sqlite3", "*.db"), magic=((0, b"SQLite format 3\0"),)),
    Reader(
        id="tfrecord",
        title="TFRecord or TensorBoard events",
        names=("*.tfrecord", "*.tfrecords", "events.out.tfevents.*"),
        needs=((6, b"\0"), (7, b"\0")),
    ),
    Reader(id="ocdbt-values", title="values of an OCDBT database"),
    Reader(id="parquet", title="Apache Parquet", names=("*.parquet", "*.pq"), magic=((0, b"PAR1"),)),
    Reader(
        id="msgpack",
        title="MessagePack",
        names=("*.msgpack", "*.mpk", "*.msgpk", "key2row", "moves", "patterns", "lookups.bin"),
        needs=((0, bytes((*range(0x80, 0xA0), *range(0xDC, 0xE0)))),),
    ),
    # Formats that are hardly more than text: tried when nothing else fits, the most lenient last.
    Reader(
        id="model-card", title="model card", names=("readme.md", "*.md"), needs=((0, b"-\xef" + BLANKS),), weak=True
    ),
    Reader(id="jinja", title="Jinja template", names=("*.jinja", "*.jinja2", "*.j2"), weak=True),
    Reader(
        id="package-metadata",
        title="metadata of a Python package",
        names=("metadata", "pkg-info", "package-metadata"),
        needs=((0, b"Mm\xef"),),
        weak=True,
    ),
    Reader(id="python", title="Python source", names=("*.py", "*.pyw", "*.pyi"), weak=True),
    Reader(id="yaml", title="YAML", names=("*.yaml", "*.yml", "MLmodel", "Kitfile"), weak=True),
    Reader(id="json-lines", title="JSON lines", names=("*.jsonl", "*.ndjson"), needs=((0, b"{[" + BLANKS),), weak=True),
    Reader(id="ini", title="INI", names=("*.cfg", "*.ini"), weak=True),
    Reader(id="licence", title="licence text", names=("licen[cs]e*", "copying*", "notice*"), weak=True),
    Reader(
        id="text",
        title="text",
        names=("*.txt", "*.md", "*.csv", "*.tsv", "*.rst", "*.toml", "*.ini", "*.cfg", "*.log", "*.xml", "*.svg"),
        weak=True,
    ),
    # Last, so that whatever stands in front of the archive is read as what it is.
    Reader(id="zip-behind", title="zip archive behind other bytes", weak=True),
)
