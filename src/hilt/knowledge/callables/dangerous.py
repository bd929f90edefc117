"""Callables that are a known road from a pickle into the machine that loads it, and which road each one is.

Names are canonical (see `names`). A list like this is never complete: what is not in it is unknown, not safe.
"""

from __future__ import annotations

SHELL = "runs commands or other programs"
CODE = "runs Python code"
IMPORT = "imports modules, which runs their code"
FILES = "reads, writes or removes files"
NETWORK = "reaches the network"
UNPICKLE = "loads another pickle or archive of code"
NATIVE = "loads or calls native code"
REACH = "reaches any function or attribute by its name, or calls what it is given"
INTERPRETER = "changes or stops the running interpreter"
INSIDE = "reaches into the inside of Python objects"

_MODULES = {
    SHELL: """os subprocess pty commands popen2 pexpect sh invoke fabric plumbum git pipes distutils setuptools
        multiprocessing concurrent asyncio pip ensurepip venv idlelib lib2to3 torch.distributed.run
        torch.distributed.launch torch.utils.collect_env torch.utils.bottleneck numpy.distutils numpy.f2py
        test test_support _aix_support _osx_support _bootsubprocess _pyrepl platform sysconfig sympy.utilities._compilation
        sympy.external torch.testing numpy.testing""",
    CODE: """code codeop bdb pdb timeit trace profile cProfile doctest unittest runpy pydoc rlcompleter cgitb
        _interpreters _xxsubinterpreters _xxinterpchannels torch._dynamo torch._inductor torch.fx torch.package
        torch.utils.cpp_extension numexpr IPython ipykernel""",
    IMPORT: "importlib imp pkgutil zipimport site modulefinder torch.hub",
    FILES: """shutil fileinput linecache zipfile tarfile tempfile filecmp glob gzip bz2 lzma dbm sqlite3 mmap
        pathlib logging difflib uu mailbox xml.sax torch.serialization h5py numpy.lib.npyio numpy.lib._npyio_impl""",
    NETWORK: """socket ssl socketserver http urllib requests httpx aiohttp ftplib smtplib smtpd telnetlib nntplib
        imaplib poplib xmlrpc webbrowser antigravity paramiko torch.distributed.rpc huggingface_hub wget
        urllib3""",
    UNPICKLE: "pickle dill marshal shelve jsonpickle cloudpickle pandas.compat.pickle_compat joblib.numpy_pickle_utils",
    NATIVE: "ctypes cffi _cffi_backend winreg _winapi msvcrt torch.ops numba llvmlite torch.classes",
    INTERPRETER: "sys gc inspect signal faulthandler atexit threading resource tracemalloc select syslog",
}

_NAMES = {
    SHELL: """webbrowser.get mailcap.findmatch mailcap.test uuid._popen uuid._arp_getnode uuid._ip_getnode
        uuid._lanscan_getnode uuid._netstat_getnode uuid._ifconfig_getnode mlflow.projects.backend.local._run_entry_point
        sympy.utilities.codegen.CodeGen.write""",
    CODE: """builtins.eval builtins.exec builtins.execfile builtins.compile builtins.breakpoint builtins.apply
        types.CodeType types.FunctionType types.LambdaType types.MethodType types.ModuleType types.GeneratorType
        types.coroutine dataclasses._create_fn dataclasses.make_dataclass collections.namedtuple typing.get_type_hints
        typing.ForwardRef typing._eval_type pandas.eval pandas.core.computation numpy.lib.utils sympy.sympify
        sympy.parsing sympy.lazy_function sympy.lambdify sympy.utilities.lambdify sympy.plotting
        sympy.polys.monomials.MonomialOps sympy.printing.tests torch.compile torch.jit.unsupported_tensor_ops
        torch.jit.script torch.jit.CompilationUnit torch.utils._config_module torch.testing._internal
        tkinter.Tcl tkinter.Tk turtle.config_dict hydra._internal.utils cloudpickle.cloudpickle
         xml.etree.ElementTree.ElementTree.write pstats.Stats sched.scheduler
        contextlib.ExitStack configparser.ConfigParser numpy.core._internal numpy.ma.core._MaskedUFunc
        torch.distributed.nn.api torch.distributed.elastic""",
    IMPORT: """builtins.__import__ builtins.reload xmlrpc.server.resolve_dotted_attribute numpy.ctypeslib
        transformers.dynamic_module_utils transformers.utils.import_utils nemo.core.classes.common hydra.utils
        logging.config unittest.mock._importer dill._dill._import_module cloudpickle.cloudpickle.subimport
        torch._utils._import_dotted_name sympy.external.importtools werkzeug.utils.import_string
        django.utils.module_loading""",
    FILES: """builtins.open builtins.file io.open io.FileIO io.open_code io._open_code_with_warning io.OpenWrapper
        codecs.open os.open numpy.load numpy.save numpy.savez numpy.savez_compressed numpy.savetxt numpy.loadtxt
        numpy.genfromtxt numpy.fromfile numpy.memmap numpy.DataSource numpy.lib._datasource numpy.core.memmap
        numpy.ndarray.tofile numpy.recfromtxt numpy.recfromcsv scipy.io sklearn.datasets joblib.Memory joblib.memory
        dotenv.set_key http.cookiejar.LWPCookieJar gettext.GNUTranslations argparse.FileType
        torch.save torch.storage.UntypedStorage.from_file torch.from_file xml.etree.ElementTree.parse
        lib2to3.pgen2.grammar.Grammar builtins.input""",
    NETWORK: """pandas.read_csv pandas.read_excel pandas.read_table pandas.read_json pandas.read_html pandas.read_xml
        pandas.read_parquet pandas.read_fwf pandas.read_sql pandas.io torch.utils.model_zoo""",
    UNPICKLE: """numpy.lib.format pandas.read_pickle pandas.read_hdf torch.load torch.jit.load joblib.load
        joblib.numpy_pickle.load joblib.numpy_pickle.load_temporary_memmap sklearn.utils._joblib.load yaml.load
        yaml.full_load yaml.unsafe_load yaml.load_all yaml.unsafe_load_all keras.models.load_model
        tensorflow.keras.models.load_model keras.saving tensorflow.saved_model copyreg.add_extension
        copyreg.remove_extension copyreg.clear_extension_cache numpy.core.tests multiprocessing.reduction
        torch.multiprocessing torch._inductor.codecache transformers.AutoModel torch.hub.load_state_dict_from_url""",
    NATIVE: "torch.ops.load_library torch.classes.load_library numpy.ctypeslib.load_library scipy.LowLevelCallable",
    REACH: """builtins.getattr builtins.setattr builtins.delattr builtins.vars builtins.globals builtins.locals
        builtins.dir builtins.map builtins.filter builtins.type builtins.memoryview builtins.__dict__ builtins.super
        builtins.__build_class__ builtins.property builtins.classmethod builtins.staticmethod operator.attrgetter
        operator.methodcaller operator.call operator.setitem operator.delitem operator.itemgetter
        functools.partial functools.partialmethod functools.reduce functools.singledispatch functools.wraps
        functools.update_wrapper functools.cached_property functools.lru_cache functools.cmp_to_key
        itertools.starmap itertools.accumulate itertools.groupby itertools.dropwhile itertools.takewhile
        itertools.filterfalse weakref.finalize numpy.apply_along_axis numpy.vectorize numpy.frompyfunc
        numpy.fromfunction numpy.piecewise numpy.apply_over_axes numpy.core.fromnumeric._wrapfunc joblib.Parallel
        joblib.delayed joblib.parallel string.Formatter dill._dill._get_attr dill._dill._create_function
        torch.utils.data.DataLoader collections.ChainMap unittest.mock""",
    INTERPRETER: "builtins.exit builtins.quit builtins.help",
}

_MODULE_ROADS = {module: road for road, text in _MODULES.items() for module in text.split()}
_NAME_ROADS = {name: road for road, text in _NAMES.items() for name in text.split()}
_ROADS = _MODULE_ROADS | _NAME_ROADS

_HARMLESS = frozenset(
    [
        "pathlib.Path",
        "pathlib.PurePath",
        "logging.Logger",
        "logging.getLogger",
        "inspect.Signature",
        "inspect.Parameter",
        "inspect._empty",
        "threading.Lock",
        "threading.RLock",
        "signal.Signals",
        "os.PathLike",
        "sqlite3.Row",
    ]
)
"""Parts of these modules that nobody can do harm with: unknown, not dangerous."""

_MODULE_OBJECTS = frozenset(
    ["os", "sys", "subprocess", "shutil", "socket", "builtins", "importlib", "ctypes", "pickle", "posix", "nt", "pty"]
)
"""Modules so telling that their bare name inside another module is a road too."""

_INSIDES = frozenset(
    [
        "__class__",
        "__subclasses__",
        "__globals__",
        "__builtins__",
        "__dict__",
        "__base__",
        "__bases__",
        "__mro__",
        "__code__",
        "__loader__",
        "__spec__",
        "__getattribute__",
        "__getattr__",
        "__setattr__",
        "__import__",
        "__reduce__",
        "__reduce_ex__",
        "__subclasshook__",
        "__closure__",
        "__func__",
        "__self__",
        "__init_subclass__",
        "f_globals",
        "f_locals",
        "f_builtins",
        "gi_frame",
        "tb_frame",
    ]
)


def road(module: str, name: str) -> str:
    """Which known road this callable is; empty where none is known.

    A dotted name is followed: `torch._utils` + `os.system` is `os.system`, and `builtins` + `eval.__call__` is eval.
    """
    if f"{module}.{name}" in _HARMLESS:
        return ""
    parts = name.split(".")
    if _INSIDES.intersection(parts):
        return INSIDE
    found = _longest(f"{module}.{name}")
    for start in range(len(parts)):
        inner = ".".join(parts[start:])
        if start > 0 or len(parts) > 1:
            found = found or _longest(inner.lstrip("_"))
        elif inner in _MODULE_OBJECTS:
            found = found or _ROADS.get(inner, IMPORT)
        if len(parts) > 1:
            found = found or _longest(f"builtins.{inner}")
    return found


def final(module: str, name: str) -> str:
    """The name that a dotted name comes down to: `os.system` for `torch._utils` + `os.system`."""
    parts = name.split(".")
    if not _longest(f"{module}.{name}"):
        for start in range(len(parts)):
            inner = ".".join(parts[start:])
            if len(parts) - start > 1 and _longest(inner.lstrip("_")):
                return inner.lstrip("_")
    return f"{module}.{name}"


def _longest(path: str) -> str:
    """The road of the longest beginning of `path` that has one."""
    while path:
        if path in _ROADS:
            return _ROADS[path]
        path = path.rpartition(".")[0]
    return ""
