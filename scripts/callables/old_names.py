"""Modules that are not here to be read: those of Python 2 by the names that they have today, and those of Windows."""

from __future__ import annotations

import json
from pathlib import Path

from source import facts

_RENAMED = {
    "__builtins__": "builtins", "nt": "os", "posix": "os", "ce": "os", "riscos": "os", "_subprocess": "subprocess", "popen2": "os",
    "exceptions": "builtins", "thread": "_thread", "httplib": "http.client", "urllib2": "urllib.request",
    "cPickle": "pickle", "__main__.__builtins__": "builtins", "StringIO": "io", "cStringIO": "io", "md5": "hashlib",
    "sha": "hashlib", "sets": "collections", "UserDict": "collections", "anydbm": "dbm", "whichdb": "dbm",
    "commands": "subprocess", "_winreg": "winreg", "Tkinter": "tkinter", "xmlrpclib": "xmlrpc.client",
}  # fmt: skip
_WINDOWS = ("winreg", "_winapi", "msvcrt", "nt", "msilib", "winsound", "_msi", "_overlapped")


def renamed() -> dict[str, tuple[set[str], dict[str, str]]]:
    """Each module of Python 2: the modules that have its names today, and the names that are called otherwise."""
    from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

    found: dict[str, tuple[set[str], dict[str, str]]] = {}
    for old, new in {**IMPORT_MAPPING, **_RENAMED}.items():
        found.setdefault(old, (set(), {}))[0].update({new, IMPORT_MAPPING.get(old, new)})
    for (module, name), (target, renamed_to) in NAME_MAPPING.items():
        if module in found or module in ("itertools", "collections", "os", "urllib"):
            found.setdefault(module, (set(), {}))[1][name] = f"{target}:{renamed_to}"
    return found


def stubs(out: Path) -> None:
    """Scans the stubs of modules that only Windows has, as typeshed has them."""
    import mypy

    shed = Path(mypy.__file__).with_name("typeshed") / "stdlib"
    with out.open("w", encoding="utf-8") as lines:
        for module in _WINDOWS:
            path = shed / f"{module}.pyi"
            path = path if path.exists() else shed / module / "__init__.pyi"
            if path.exists():
                found = facts(path.read_text(encoding="utf-8"), module)
                lines.write(json.dumps({"module": module, "source": found}, sort_keys=True) + "\n")
