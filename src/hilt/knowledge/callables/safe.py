"""Callables that honest pickles of known libraries use and that do nothing but build data, whatever they are given.

Most classes are safe only as pickles make them, empty and then filled with their state: `__init__` may open a file that
its arguments name. Exact names, or families whose bounds stand beside them. A name with a dot is never part of a family: protocol 4 resolves
`torch.nn.modules.linear` + `torch.os.system`. Functions that may be named as data but not called stand in `NAMED`.
"""

from __future__ import annotations

import re

from hilt.core.patterns import lazy_pattern
from hilt.formats.pickle_machine import Global, Value
from hilt.knowledge.callables import index
from hilt.knowledge.callables.safe_built import BUILT, NAMED_TUPLES
from hilt.knowledge.callables.safe_values import NAMED

_EXACT = {
    "builtins": """bool complex float frozenset list object set slice tuple range
        Ellipsis NotImplemented NoneType ValueError TypeError KeyError IndexError AttributeError RuntimeError
        NotImplementedError Exception StopIteration ArithmeticError ZeroDivisionError OverflowError""",
    "collections": "OrderedDict defaultdict Counter UserDict UserList",
    "datetime": "date datetime time timedelta timezone tzinfo",
    "decimal": "Decimal",
    "uuid": "UUID SafeUUID",
    "array": "array _array_reconstructor",
    "argparse": "Namespace",
    "types": "SimpleNamespace NoneType MappingProxyType",
    "ultralytics.utils": "IterableSimpleNamespace",
    "ultralytics.yolo.utils": "IterableSimpleNamespace",
    "pathlib": "PosixPath WindowsPath PurePosixPath PureWindowsPath PurePath",
    "ipaddress": "IPv4Address IPv6Address IPv4Network IPv6Network",
    "random": "Random",
    "io": "BytesIO StringIO",
    "xml.etree.ElementTree": "Element",
    "time": "struct_time",
    "zoneinfo.ZoneInfo": "_unpickle",  # a name without ways out of the folder of time zones
    "pytz": "_p _UTC",
    "dateutil.relativedelta": "relativedelta",
    "copyreg": "__newobj__ __newobj_ex__ _reconstructor",
    "numpy": """ndarray matrix recarray record void generic bool bool_ int8 int16 int32 int64 intc intp int_
        longlong uint8 uint16 uint32 uint64 uintc uintp uint ulonglong float16 float32 float64 float128 longdouble
        half single double complex64 complex128 complex256 clongdouble bytes_ string_ object_ datetime64
        timedelta64 number integer signedinteger unsignedinteger inexact floating complexfloating flexible character
        poly1d nan inf""",
    "numpy.core.multiarray": "_reconstruct scalar ndarray",
    "numpy.core.numeric": "_frombuffer",
    "numpy.core._internal": "_reconstruct _convert_to_stringdtype_kwargs",
    "numpy.char": "chararray",
    "numpy.core.defchararray": "chararray",
    "numpy.core.records": "recarray record",
    "numpy.matrixlib.defmatrix": "matrix",
    "numpy.rec": "recarray record",
    "numpy.ma.core": "MaskedArray MaskedConstant mvoid",
    "numpy.ma": "MaskedArray",
    "numpy.lib.polynomial": "poly1d",
    "numpy.lib._polynomial_impl": "poly1d",
    "numpy.random": "RandomState Generator",
    "numpy.random.mtrand": "RandomState",
    "numpy.random._mt19937": "MT19937",
    "numpy.random._pcg64": "PCG64 PCG64DXSM",
    "numpy.random._philox": "Philox",
    "numpy.random._sfc64": "SFC64",
    "numpy.random._generator": "Generator",
    "numpy.random.bit_generator": "SeedSequence BitGenerator __pyx_unpickle_SeedSequence __pyx_unpickle_BitGenerator",
    "scipy.interpolate.fitpack2": "UnivariateSpline InterpolatedUnivariateSpline LSQUnivariateSpline",
    "scipy.interpolate._fitpack2": "UnivariateSpline InterpolatedUnivariateSpline LSQUnivariateSpline",
    "scipy.interpolate.interpolate": "interp1d PPoly BPoly",
    "scipy.interpolate._interpolate": "interp1d PPoly BPoly",
    "scipy.interpolate._bsplines": "BSpline",
    "scipy.interpolate._cubic": "CubicSpline PchipInterpolator Akima1DInterpolator",
    "scipy.spatial.ckdtree": "cKDTree cKDTreeNode",
    "scipy.spatial._ckdtree": "cKDTree cKDTreeNode",
    "scipy.spatial.kdtree": "KDTree",
    "scipy.spatial._kdtree": "KDTree",
    "sklearn.neighbors._kd_tree": "newObj",
    "sklearn.neighbors._ball_tree": "newObj",
    "sklearn.neighbors.kd_tree": "newObj",
    "sklearn.neighbors.ball_tree": "newObj",
    "sklearn.neighbors.dist_metrics": "newObj",
    "sklearn.metrics._dist_metrics": "newObj",
    "torch": """Size FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage
        CharStorage ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage QUInt8Storage QInt8Storage
        QInt32Storage QUInt4x2Storage QUInt2x4Storage UntypedStorage float16 half float32 float float64 double
        bfloat16 complex32 complex64 complex128 int8 int16 short int32 int int64 long uint8 uint16 uint32 uint64 bool
        quint8 qint8 qint32 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2
        quint4x2 quint2x4 sparse_csc sparse_bsr sparse_bsc jagged channels_last_3d strided sparse_coo sparse_csr contiguous_format channels_last
        preserve_format per_tensor_affine per_channel_affine per_channel_affine_float_qparams Tensor FloatTensor
        DoubleTensor HalfTensor LongTensor IntTensor ShortTensor CharTensor ByteTensor""",
    "torch.cuda": """FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage
        CharStorage ByteStorage BoolStorage""",
    "torch.storage": "UntypedStorage TypedStorage _UntypedStorage _TypedStorage",
    "torch._utils": """_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter
        _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor
        _rebuild_nested_tensor _rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy
        _rebuild_device_tensor_from_cpu_tensor""",
    "torch.nn.parameter": "Parameter Buffer UninitializedParameter UninitializedBuffer",
    "torch._tensor": "Tensor",
    "torch.serialization": "_get_layout",
    "torch.jit._pickle": "build_tensor_from_id",
    "transformers.trainer_utils": """IntervalStrategy SchedulerType HubStrategy EvaluationStrategy SaveStrategy
        FSDPOption""",
    "pyannote.audio.core.task": "Problem Resolution",
    "transformers.training_args": "OptimizerNames",
    "accelerate.utils.dataclasses": "DistributedType",
    "torch.distributed.checkpoint.metadata": "_MEM_FORMAT_ENCODING",
    "torch.nested._internal.nested_tensor": "NestedTensor _rebuild_njt",
    "torch._dynamo.decorators": "_DimRange",
    "pandas.core.frame": "DataFrame",
    "pandas.core.series": "Series",
    "pandas": """DataFrame Series Timestamp Timedelta Index RangeIndex DatetimeIndex TimedeltaIndex PeriodIndex
        IntervalIndex MultiIndex CategoricalIndex Categorical CategoricalDtype DatetimeTZDtype IntervalDtype PeriodDtype
        SparseDtype StringDtype BooleanDtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype
        UInt32Dtype UInt64Dtype Float32Dtype Float64Dtype NA NaT Period Interval DateOffset""",
    "pandas.arrays": """StringArray DatetimeArray TimedeltaArray PeriodArray IntervalArray SparseArray IntegerArray
        FloatingArray BooleanArray NumpyExtensionArray""",
    "pandas.core.arrays.floating": "FloatingArray Float32Dtype Float64Dtype",
    "pandas.core.arrays.interval": "IntervalArray",
    "pandas.core.arrays.period": "PeriodArray",
    "pandas.core.arrays.sparse.array": "SparseArray",
    "pandas.core.arrays.sparse.dtype": "SparseDtype",
    "pandas.core.indexes.period": "PeriodIndex",
    "pandas._libs.interval": "Interval __pyx_unpickle_IntervalMixin",  # makes its own subclasses only, without __init__
    "pandas._libs.sparse": "IntIndex BlockIndex",
    "pandas._libs.tslibs.nattype": "_nat_unpickle",
    "pandas.core.internals.managers": "BlockManager SingleBlockManager",
    "pandas.core.internals.blocks": "new_block",
    "pandas._libs.internals": "_unpickle_block BlockManager BlockPlacement",
    "pandas._libs.arrays": "__pyx_unpickle_NDArrayBacked",
    "pandas._libs.tslibs.timestamps": "_unpickle_timestamp Timestamp",
    "pandas._libs.tslibs.timedeltas": "_timedelta_unpickle Timedelta",
    "pandas._libs.tslibs.offsets": """Day Hour Minute Second Milli Micro Nano BusinessDay MonthEnd MonthBegin
        QuarterEnd QuarterBegin YearEnd YearBegin Week DateOffset _unpickle""",
    "pandas._libs.missing": "NAType",
    "pandas.core.indexes.base": "Index",
    "pandas.core.indexes.range": "RangeIndex",
    "pandas.core.indexes.multi": "MultiIndex",
    "pandas.core.indexes.category": "CategoricalIndex",
    "pandas.core.indexes.datetimes": "DatetimeIndex",
    "pandas.core.indexes.timedeltas": "TimedeltaIndex",
    "pandas.core.indexes.interval": "IntervalIndex",
    "pandas.core.indexes.numeric": "Int64Index Float64Index UInt64Index",
    "pandas.core.indexes.frozen": "FrozenList",
    "pandas.core.arrays.categorical": "Categorical",
    "pandas.core.arrays.string_": "StringArray StringDtype",
    "pandas.core.arrays.integer": "IntegerArray Int64Dtype Int32Dtype Int8Dtype",
    "pandas.core.arrays.boolean": "BooleanArray BooleanDtype",
    "pandas.core.arrays.datetimes": "DatetimeArray",
    "pandas.core.arrays.timedeltas": "TimedeltaArray",
    "pandas.core.dtypes.dtypes": "CategoricalDtype DatetimeTZDtype IntervalDtype PeriodDtype",
    "pandas.core.flags": "Flags",
}
EXACT = frozenset(f"{module}.{name}" for module, names in _EXACT.items() for name in names.split())

_INERT = {
    "joblib.numpy_pickle": "NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper",  # arrays stand in their place
    "joblib.numpy_pickle_compat": "NDArrayWrapper ZNDArrayWrapper",
    "sklearn.utils": "Bunch",
    "sklearn.utils._bunch": "Bunch",
}
INERT = frozenset(f"{module}.{name}" for module, names in _INERT.items() for name in names.split())
"""Classes that are safe only as pickles make them, and then as harmless to go over as a list."""

_APART = (
    r"(?:tests|datasets|externals|callback|conftest|utils\._joblib|utils\.parallel|utils\._mocking)\b|utils\._?test"
)
"""Parts of scikit-learn that open files, reach the network or hold other people's code."""
_CLASS = r"_*[A-Z]\w*"
_FAMILIES = lazy_pattern(
    "|".join(
        (
            # Sparse matrices and arrays: csr_matrix, coo_array ...
            r"scipy\.sparse(?:\._?(?:base|bsr|coo|csc|csr|dia|dok|lil))?:(?:bsr|coo|csc|csr|dia|dok|lil)_(?:matrix|array)",
            r"numpy\.dtypes?:[A-Z]\w*DType",
            r"numpy\.polynomial\.\w+:(?:Polynomial|Chebyshev|Legendre|Laguerre|Hermite|HermiteE)",
            # Compiled parts of estimators, which hold numbers only and are made from numbers.
            rf"sklearn\.(?:tree\._(?:tree|criterion|splitter)|_loss\._?loss|linear_model\._?sgd_fast):{_CLASS}",
            rf"sklearn\.(?!{_APART})(?!\w+(?:\.\w+)*\.tests?\b)\w+(?:\.\w+){{0,3}}:__pyx_unpickle_\w+",
        )
    )
)
_BUILT_FAMILIES = lazy_pattern(
    "|".join(
        (
            # Estimators and their parts, under every path that scikit-learn has had for them since 0.14.
            rf"sklearn\.(?!{_APART})(?!\w+(?:\.\w+)*\.tests?\b)\w+(?:\.\w+){{0,3}}:{_CLASS}",
            rf"torch\.nn\.modules\.\w+:{_CLASS}",
            rf"torch\.optim\.(?:adam|adamw|sgd|rmsprop|adagrad|adadelta|adamax|nadam|radam|rprop|asgd|lbfgs|sparse_adam):{_CLASS}",
            # Those with lambdas in them hold functions of their own.
            rf"torch\.optim\.lr_scheduler:(?!LambdaLR|MultiplicativeLR){_CLASS}",
            rf"torch\.ao\.nn\.quantized(?:\.dynamic)?\.modules(?:\.\w+)?:{_CLASS}",
            rf"torch\.distributions\.[a-z]\w+:{_CLASS}",
            rf"madmom\.ml\.nn\.layers:{_CLASS}",
            # Models and configs of Transformers for PyTorch: modules, and what fills its attributes from its state.
            rf"transformers\.(?:models\.\w+\.)?(?:modeling|configuration)_(?!utils|tf_|flax_)\w+:{_CLASS}",
            r"transformers\.activations:\w+(?:Activation|GELU\w*)",
            rf"ultralytics\.nn\.modules(?:\.(?:activation|block|conv|head|transformer))?:{_CLASS}",
        )
    )
)
_DISTRIBUTIONS = lazy_pattern(
    r"scipy\.stats\._(?:continuous_distns|discrete_distns|levy_stable):(?:[a-z]\w*_gen|rv_histogram)"
)
_LAZY = ("_infer_parameters", "_lazy_load_hook")
_FOREIGN = frozenset(
    [
        "Parallel",
        "Memory",
        "MemorizedFunc",
        "Thread",
        "Process",
        "Pool",
        "Popen",
        "Path",
        "Queue",
        "Client",
        "Listener",
        "Connection",
        "MethodType",
        "FunctionType",
        "CodeType",
        "ModuleType",
        "GzipFile",
        "Request",
        "TemporaryDirectory",
        "NamedTemporaryFile",
        "TempMemmap",
        "FileIO",
        "Template",
        "ThreadpoolController",
        "ThreadPool",
        "ThreadPoolExecutor",
        "ProcessPoolExecutor",
        "NamedTuple",
        "TypedDict",
        "ForwardRef",
        "Event",
        "Lock",
        "Timer",
        "Callable",
        "Any",
        "Popen",
        "Logger",
        "Formatter",
        "Handler",
        "FileHandler",
        "Partial",
        "RemoteModule",
    ]
)
"""Classes that modules of the families import from elsewhere, in versions that the index has not."""


def is_safe(module: str, name: str, *, init: bool) -> bool:
    """May honest pickles call it? `init` says that a class is called as such, so that its `__init__` runs."""
    full = f"{module}.{name}"
    if full in EXACT or (not init and full in BUILT):
        return True
    families = (_FAMILIES,) if init else (_FAMILIES, _BUILT_FAMILIES, _DISTRIBUTIONS)
    if "." in name or name in _FOREIGN or not _in_one(families, module, name):
        return False
    entry = index.find(module, name)
    if entry is None:  # a version of the library that the index has not, or a name that none of its modules ever had
        return not index.known_module(module)
    return _in_one(families, entry.module, entry.name) and not any(_foreign(load, module) for load in entry.loads)


def _in_one(families: tuple[re.Pattern[str], ...], module: str, name: str) -> bool:
    path = f"{module}:{name}"
    return any(family.fullmatch(path) for family in families)


def _foreign(load: str, module: str) -> bool:
    """Does another library's method run when an object is made, filled or dropped, or any when it is dropped?

    Going over objects, hashing and comparing them is asked for by `is_inert`.
    """
    method, _, owner = load.partition("=")
    if method not in index.LOADING:
        return False
    return method == "__del__" or owner.partition(".")[0] not in (module.partition(".")[0], "numpy", "scipy", "torch")


def is_distribution(module: str, name: str) -> bool:
    """Is it a class of scipy.stats whose state must be looked at too? See `distributions`."""
    return _in_one((_DISTRIBUTIONS,), module, name)


def only_holds(module: str, name: str, args: Value) -> bool:
    """Does it call nothing of what it is given, as a named tuple does that is made of its fields, or of a tuple?"""
    if f"{module}.{name}" not in NAMED_TUPLES:
        return False
    match args:
        case (Global(_, "tuple"), made):  # copyreg._reconstructor goes over what it is given
            return isinstance(made, tuple)
    return isinstance(args, tuple)


def is_method(module: str, owner: str, name: str) -> bool:
    """May honest pickles take this attribute of a class, or of an object of it, to hold it?"""
    if f"{module}.{owner}.{name}" in NAMED or f"{module}.{owner}.{name}" in EXACT:
        return True
    lazy = module.startswith("torch.nn.modules.") and owner.startswith("Lazy") and name in _LAZY
    return is_safe(module, owner, init=False) and (lazy or (name == "_entropy" and is_distribution(module, owner)))


def is_inert(module: str, name: str) -> bool:
    """May its objects be gone over, hashed and compared by what they are given to? Estimators are only filled."""
    return is_safe(module, name, init=True) or f"{module}.{name}" in INERT


def is_safe_to_name(module: str, name: str) -> bool:
    """May honest pickles hold it as a value?"""
    return is_safe(module, name, init=False) or f"{module}.{name}" in NAMED
