"""Callables that honest pickles of known libraries use and that do nothing but build data, whatever they are given.

Most classes are safe only as pickles make them, empty and then filled with their state: `__init__` may open a file that
its arguments name. Exact names, or families whose bounds stand beside them. A name with a dot is never part of a family: protocol 4 resolves
`torch.nn.modules.linear` + `torch.os.system`. Functions that may be named as data but not called stand in `NAMED`.
"""

from __future__ import annotations

import re

_EXACT = {
    "builtins": """bool bytearray bytes complex dict float frozenset int list object set slice str tuple range
        Ellipsis NotImplemented NoneType ValueError TypeError KeyError IndexError AttributeError RuntimeError
        NotImplementedError Exception StopIteration ArithmeticError ZeroDivisionError OverflowError""",
    "collections": "OrderedDict defaultdict Counter UserDict UserList UserString",
    "datetime": "date datetime time timedelta timezone tzinfo",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "uuid": "UUID SafeUUID",
    "array": "array _array_reconstructor",
    "argparse": "Namespace",
    "types": "SimpleNamespace NoneType MappingProxyType",
    "pathlib": "PosixPath WindowsPath PurePosixPath PureWindowsPath PurePath",
    "ipaddress": "IPv4Address IPv6Address IPv4Network IPv6Network",
    "random": "Random",
    "enum": "Enum IntEnum",
    "io": "BytesIO StringIO",
    "xml.etree.ElementTree": "Element",
    "copyreg": "__newobj__ __newobj_ex__ _reconstructor",
    "numpy": """ndarray dtype matrix recarray record void generic bool bool_ int8 int16 int32 int64 intc intp int_
        longlong uint8 uint16 uint32 uint64 uintc uintp uint ulonglong float16 float32 float64 float128 longdouble
        half single double complex64 complex128 complex256 clongdouble str_ bytes_ string_ unicode_ object_ datetime64
        timedelta64 number integer signedinteger unsignedinteger inexact floating complexfloating flexible character
        poly1d nan inf""",
    "numpy.core.multiarray": "_reconstruct scalar ndarray",
    "numpy.core.numeric": "_frombuffer",
    "numpy.core.records": "recarray record",
    "numpy.matrixlib.defmatrix": "matrix",
    "numpy.rec": "recarray record",
    "numpy.ma.core": "MaskedArray _mareconstruct MaskedConstant mvoid",
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
        quint8 qint8 qint32 float8_e4m3fn float8_e5m2 strided sparse_coo sparse_csr contiguous_format channels_last
        preserve_format per_tensor_affine per_channel_affine per_channel_affine_float_qparams Tensor""",
    "torch.cuda": """FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage
        CharStorage ByteStorage BoolStorage""",
    "torch.storage": "UntypedStorage TypedStorage _UntypedStorage _TypedStorage",
    "torch._utils": """_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter
        _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor
        _rebuild_nested_tensor _rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy
        _rebuild_device_tensor_from_cpu_tensor""",
    "torch.nn.parameter": "Parameter Buffer UninitializedParameter",
    "torch._tensor": "Tensor",
    "torch.serialization": "_get_layout",
    "torch.jit._pickle": """build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id
        restore_type_tag""",
    "transformers.trainer_utils": """IntervalStrategy SchedulerType HubStrategy EvaluationStrategy SaveStrategy
        FSDPOption""",
    "pyannote.audio.core.task": "Problem Resolution",
    "transformers.training_args": "OptimizerNames",
    "accelerate.utils.dataclasses": "DistributedType",
    "torch.torch_version": "TorchVersion",
    "pandas.core.frame": "DataFrame",
    "pandas.core.series": "Series",
    "pandas": "DataFrame Series Timestamp Timedelta Index RangeIndex",
    "pandas.core.internals.managers": "BlockManager SingleBlockManager",
    "pandas.core.internals.blocks": "new_block",
    "pandas._libs.internals": "_unpickle_block BlockManager BlockPlacement",
    "pandas._libs.arrays": "__pyx_unpickle_NDArrayBacked",
    "pandas._libs.tslibs.timestamps": "_unpickle_timestamp Timestamp",
    "pandas._libs.tslibs.timedeltas": "_timedelta_unpickle Timedelta",
    "pandas._libs.tslibs.offsets": "Day Hour Minute Second BusinessDay MonthEnd MonthBegin _unpickle",
    "pandas._libs.missing": "NAType",
    "pandas.core.indexes.base": "Index _new_Index",
    "pandas.core.indexes.range": "RangeIndex",
    "pandas.core.indexes.multi": "MultiIndex",
    "pandas.core.indexes.category": "CategoricalIndex",
    "pandas.core.indexes.datetimes": "DatetimeIndex _new_DatetimeIndex",
    "pandas.core.indexes.timedeltas": "TimedeltaIndex",
    "pandas.core.indexes.interval": "IntervalIndex _new_IntervalIndex",
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

_BUILT = {
    "xgboost.core": "Booster",
    "xgboost.sklearn": """XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor XGBModel""",
    "xgboost.compat": "XGBoostLabelEncoder",
    "lightgbm.basic": "Booster",
    "lightgbm.sklearn": "LGBMClassifier LGBMRegressor LGBMRanker LGBMModel _LGBMLabelEncoder",
    "catboost.core": "CatBoost CatBoostClassifier CatBoostRegressor CatBoostRanker",
    "transformers.training_args": "TrainingArguments",
    "transformers.training_args_seq2seq": "Seq2SeqTrainingArguments",
    "transformers.trainer_pt_utils": "AcceleratorConfig",
    "accelerate.state": "PartialState",
    "accelerate.utils.dataclasses": "DeepSpeedPlugin",
    "omegaconf.listconfig": "ListConfig",
    "omegaconf.dictconfig": "DictConfig",
    "omegaconf.base": "ContainerMetadata Metadata",
    "omegaconf.nodes": "AnyNode StringNode IntegerNode FloatNode BooleanNode",
    "pyannote.audio.core.task": "Specifications",
    "pyannote.audio.core.model": "Introspection",
    "madmom.ml.nn": "NeuralNetwork NeuralNetworkEnsemble",
    "madmom.ml.gmm": "GMM",
    "joblib.numpy_pickle": "NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper",
    "joblib.numpy_pickle_compat": "NDArrayWrapper ZNDArrayWrapper",
    # Not a family: its corpora and wrappers open files and start programs when somebody goes over them.
    "gensim.corpora.dictionary": "Dictionary",
    "gensim.models.callbacks": "PerplexityMetric CoherenceMetric DiffMetric ConvergenceMetric",
    "gensim.models.doc2vec": "Doc2Vec Doctag Doc2VecTrainables Doc2VecVocab DocvecsArray TaggedDocument",
    "gensim.models.ensemblelda": "EnsembleLda CBDBSCAN Topic Cluster",
    "gensim.models.fasttext": "FastText FastTextKeyedVectors FastTextTrainables FastTextVocab",
    "gensim.models.hdpmodel": "HdpModel HdpTopicFormatter SuffStats",
    "gensim.models.keyedvectors": """KeyedVectors Word2VecKeyedVectors FastTextKeyedVectors Doc2VecKeyedVectors
        BaseKeyedVectors WordEmbeddingsKeyedVectors EuclideanKeyedVectors CompatVocab Vocab""",
    "gensim.models.ldamodel": "LdaModel LdaState",
    "gensim.models.ldamulticore": "LdaMulticore",
    "gensim.models.ldaseqmodel": "LdaSeqModel LdaPost sslm",
    "gensim.models.logentropy_model": "LogEntropyModel",
    "gensim.models.lsimodel": "LsiModel Projection",
    "gensim.models.nmf": "Nmf",
    "gensim.models.normmodel": "NormModel",
    "gensim.models.phrases": "Phrases Phraser FrozenPhrases",
    "gensim.models.poincare": "PoincareModel PoincareKeyedVectors",
    "gensim.models.rpmodel": "RpModel",
    "gensim.models.tfidfmodel": "TfidfModel",
    "gensim.models.translation_matrix": "TranslationMatrix BackMappingTranslationMatrix Space",
    "gensim.models.word2vec": "Word2Vec Vocab Word2VecTrainables Word2VecVocab Heapitem",
}
BUILT = frozenset(f"{module}.{name}" for module, names in _BUILT.items() for name in names.split())
"""Classes whose objects are safe to make as pickles do, empty and then filled, but whose `__init__` may open files."""

_INERT = {
    "joblib.numpy_pickle": "NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper",  # arrays stand in their place
    "joblib.numpy_pickle_compat": "NDArrayWrapper ZNDArrayWrapper",
    "sklearn.utils": "Bunch",
    "sklearn.utils._bunch": "Bunch",
}
INERT = frozenset(f"{module}.{name}" for module, names in _INERT.items() for name in names.split())
"""Classes that are safe only as pickles make them, and then as harmless to go over as a list."""

_NAMED = {
    "builtins": "abs all any hash id len max min print repr round sorted sum zip",
    "numpy": """abs absolute add exp expm1 log log10 log1p log2 sqrt square sign sin cos tan tanh mean median std var
        sum prod max min amax amin nanmean nanmedian maximum minimum identity ravel reciprocal cbrt clip""",
    "numpy.core.fromnumeric": "mean std sum prod var amax amin ravel",
    "numpy.lib.function_base": "median average",
    "typing": "Any Union Optional List Dict Tuple Callable",
    "gensim.utils": "call_on_class_only",
    "gensim.models.phrases": "original_scorer npmi_scorer",
    "madmom.ml.nn.activations": "linear relu sigmoid tanh softmax elu",
    "sklearn.feature_selection._univariate_selection": "f_classif f_regression chi2 f_oneway r_regression",
    "sklearn.feature_selection.univariate_selection": "f_classif f_regression chi2",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.metrics._classification": """accuracy_score f1_score precision_score recall_score log_loss
        balanced_accuracy_score jaccard_score matthews_corrcoef brier_score_loss""",
    "sklearn.metrics._ranking": "roc_auc_score average_precision_score top_k_accuracy_score",
    "sklearn.metrics._regression": """r2_score mean_squared_error mean_absolute_error median_absolute_error
        root_mean_squared_error max_error explained_variance_score mean_squared_log_error
        mean_absolute_percentage_error""",
    "sklearn.metrics._scorer": "_passthrough_scorer",
    "sklearn.metrics.pairwise": "rbf_kernel linear_kernel polynomial_kernel euclidean_distances cosine_distances",
    "sklearn.preprocessing._function_transformer": "_identity",
    "scipy.special._ufuncs": "expit logit",
    "torch.nn.functional": "relu gelu silu tanh softmax log_softmax",
    "torch._C._nn": "gelu silu",
    "transformers.activations": "gelu",
}
NAMED = frozenset(f"{module}.{name}" for module, names in _NAMED.items() for name in names.split())

_APART = (
    r"(?:tests|datasets|externals|callback|conftest|utils\._joblib|utils\.parallel|utils\._mocking)\b|utils\._?test"
)
"""Parts of scikit-learn that open files, reach the network or hold other people's code."""
_CLASS = r"_*[A-Z]\w*"
_FAMILIES = re.compile(
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
_BUILT_FAMILIES = re.compile(
    "|".join(
        (
            # Estimators and their parts, under every path that scikit-learn has had for them since 0.14.
            rf"sklearn\.(?!{_APART})(?!\w+(?:\.\w+)*\.tests?\b)\w+(?:\.\w+){{0,3}}:{_CLASS}",
            rf"torch\.nn\.modules\.\w+:{_CLASS}",
            rf"torch\.optim\.(?:adam|adamw|sgd|rmsprop|adagrad|adadelta|adamax|nadam|radam|rprop|asgd|lbfgs):{_CLASS}",
            rf"madmom\.ml\.nn\.layers:{_CLASS}",
        )
    )
)
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
"""Classes that modules of the families import from elsewhere."""


def is_safe(module: str, name: str, *, init: bool) -> bool:
    """May honest pickles call it? `init` says that a class is called as such, so that its `__init__` runs."""
    full = f"{module}.{name}"
    if full in EXACT or (not init and full in BUILT):
        return True
    if "." in name or name in _FOREIGN:
        return False
    path = f"{module}:{name}"
    return bool(_FAMILIES.fullmatch(path)) or (not init and bool(_BUILT_FAMILIES.fullmatch(path)))


def is_inert(module: str, name: str) -> bool:
    """May its objects be gone over, hashed and compared by what they are given to? Estimators are only filled."""
    return is_safe(module, name, init=True) or f"{module}.{name}" in INERT


def is_safe_to_name(module: str, name: str) -> bool:
    """May honest pickles hold it as a value?"""
    return is_safe(module, name, init=False) or f"{module}.{name}" in NAMED
