"""One name for one callable: Python 2 names, private aliases and moved modules are told by the name they have today."""

from __future__ import annotations

_MODULES = {
    "__builtin__": "builtins", "__builtins__": "builtins", "exceptions": "builtins", "copy_reg": "copyreg",
    "nt": "os", "posix": "os", "ce": "os", "riscos": "os", "_io": "io", "_pyio": "io", "cStringIO": "io",
    "StringIO": "io", "_operator": "operator", "_pickle": "pickle", "cPickle": "pickle", "_collections": "collections",
    "_collections_abc": "collections.abc", "UserDict": "collections", "UserList": "collections",
    "UserString": "collections", "_functools": "functools", "_socket": "socket", "_ssl": "ssl",
    "_subprocess": "subprocess", "_posixsubprocess": "subprocess", "_signal": "signal", "_sqlite3": "sqlite3",
    "_ctypes": "ctypes", "_thread": "threading", "thread": "threading", "dummy_thread": "threading",
    "_datetime": "datetime", "_pydatetime": "datetime", "_decimal": "decimal", "_pydecimal": "decimal",
    "_weakref": "weakref", "_imp": "imp", "_frozen_importlib": "importlib._bootstrap",
    "_frozen_importlib_external": "importlib._bootstrap_external", "urllib2": "urllib.request",
    "httplib": "http.client", "BaseHTTPServer": "http.server", "SocketServer": "socketserver",
    "Queue": "queue", "ConfigParser": "configparser", "anydbm": "dbm", "whichdb": "dbm", "dbhash": "dbm",
    "_winreg": "winreg", "Tkinter": "tkinter", "xmlrpclib": "xmlrpc.client", "SimpleXMLRPCServer": "xmlrpc.server",
    "_multiprocessing": "multiprocessing", "_asyncio": "asyncio", "torch.tensor": "torch._tensor",
    "fileinput": "fileinput", "__main__.__builtins__": "builtins", "_pathlib": "pathlib", "pathlib._local": "pathlib",
    "pathlib._abc": "pathlib", "_codecs": "codecs", "_elementtree": "xml.etree.ElementTree", "_struct": "struct",
}  # fmt: skip

_PREFIXES = {"numpy._core": "numpy.core", "sklearn.externals.joblib": "joblib", "pyarrow._compat": "pyarrow"}

_NAMES = {
    ("builtins", "unicode"): ("builtins", "str"),
    ("builtins", "basestring"): ("builtins", "str"),
    ("builtins", "long"): ("builtins", "int"),
    ("builtins", "unichr"): ("builtins", "chr"),
    ("builtins", "xrange"): ("builtins", "range"),
    ("builtins", "raw_input"): ("builtins", "input"),
    ("builtins", "reduce"): ("functools", "reduce"),
    ("builtins", "intern"): ("sys", "intern"),
    ("builtins", "reload"): ("importlib", "reload"),
    ("itertools", "imap"): ("builtins", "map"),
    ("itertools", "ifilter"): ("builtins", "filter"),
    ("itertools", "izip"): ("builtins", "zip"),
    ("os", "getcwdu"): ("os", "getcwd"),
    ("collections", "IterableUserDict"): ("collections", "UserDict"),
}


def canonical(module: str, name: str) -> tuple[str, str]:
    """The module and name under which the documentation of today's Python, or of the library, has this callable."""
    module = _MODULES.get(module, module)
    for old, new in _PREFIXES.items():
        if module == old or module.startswith(f"{old}."):
            module = new + module[len(old) :]
    head, dot, rest = name.partition(".")  # unicode.split is str.split
    module, head = _NAMES.get((module, head), (module, head))
    return module, head + dot + rest
