"""Writes down what the modules of one Python hold: run by the builder inside the interpreter that is indexed.

    python scan.py PLAN OUT     PLAN: JSON with "paths" and "roots" (folders, top-level names) and "skip"; OUT: JSON lines

Every module is read as source, and imported where that is harmless, each with an alarm. Python 3.7 and later.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import source

sys.path.pop(0)
HOOKS = """__new__ __init__ __setstate__ __setattr__ __getattr__ __getattribute__ __hash__ __eq__ __del__ append extend
    __setitem__ add update __call__ __reduce__""".split()
SECONDS = 120
_NEVER = re.compile(
    r"(^|\.)(tests?|testing|__main__|conftest|antigravity|this|idlelib|turtledemo|lib2to3\.tests|setup)(\.|$)"
)
_NATIVE = re.compile(r"^(\w+?)(\.cpython-|\.abi3|\.so$|\.pyd$)")
_OUT = re.compile(
    r"^(test\.(?!support|__init__)|lib2to3\.tests|idlelib\.idle_test|ctypes\.test|tkinter\.test|turtledemo)"
)
_TESTS = re.compile(r"^(?!numpy|sympy|torch|transformers).*\.(tests?|conftest)(\.|$)")
"""Modules whose names are written down, and not what they call."""
_ALWAYS = ("numpy.testing", "torch.testing", "pandas.testing", "pandas._testing", "test.support")


class _TookTooLong(BaseException):
    pass


def modules(plan: dict[str, Any]) -> Iterator[tuple[str, str | None, str]]:
    """Every module below the paths: its name, its source or None, and the package that it stands in."""
    for name in sys.builtin_module_names if plan.get("builtins") else ():
        yield name, None, ""
    for path in plan["paths"]:
        for entry in sorted(os.listdir(path)):
            yield from _module(path, entry, "", plan["roots"])


def _module(folder: str, entry: str, package: str, roots: Sequence[str] = ()) -> Iterator[tuple[str, str | None, str]]:
    path, native = os.path.join(folder, entry), _NATIVE.match(entry)
    name = entry[:-3] if entry.endswith(".py") else native.group(1) if native else entry
    if not name.isidentifier() or name == "__pycache__" or (roots and name not in roots):
        return
    full = package + name
    if _OUT.match(full):
        return
    if os.path.isdir(path):
        if os.path.exists(os.path.join(path, "__init__.py")) or (package and _has_code(path)):
            yield full, os.path.join(path, "__init__.py"), full
            for inner in sorted(os.listdir(path)):
                yield from _module(path, inner, full + ".")
    elif name != "__init__" and (entry.endswith(".py") or native):
        yield full, path if entry.endswith(".py") else None, package[:-1]


def _has_code(path: str) -> bool:
    return any(entry.endswith(".py") or _NATIVE.match(entry) for entry in os.listdir(path))


def load(name: str, skip: set[str]) -> types.ModuleType | None:
    """The module itself, or None where it is not for importing here."""
    if name in skip or (_NEVER.search(name) and not name.startswith(_ALWAYS)):
        return None
    if hasattr(sys, "platform") and sys.platform != "emscripten":
        import signal

        def stop(*_: object) -> None:
            raise _TookTooLong

        signal.signal(signal.SIGALRM, stop)
        signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001
        print(f"{name}: {type(error).__name__}: {' '.join(str(error).split())[:100]}", file=sys.stderr)
        return None
    finally:
        if sys.platform != "emscripten":
            signal.alarm(0)


def home(value: object, here: str, name: str) -> list[str]:
    """Where a class or function is defined: the place that it states, if it is there, else where it was found."""
    module, qualname = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if module is None and isinstance(value, types.BuiltinFunctionType):
        module = getattr(getattr(value, "__self__", None), "__name__", None)
    if isinstance(module, str) and isinstance(qualname, str) and module in sys.modules:
        found = sys.modules[module]
        try:
            for part in qualname.split("."):
                found = vars(found)[part]
        except (KeyError, TypeError):
            found = None
        found = getattr(found, "__func__", found) if isinstance(found, (classmethod, staticmethod)) else found
        if found is value:
            return [module, qualname]
    return _FIRST.setdefault(id(value), [here, name])


_FIRST = {}
"""Where objects stand first that do not say where they are at home."""
_EARLY = ("builtins", "types", "sys", "posix", "_io", "io", "os")


def binding(value: object, here: str, name: str) -> list[str] | None:
    """What a name of a module or class holds: `M` a module, `R` a class or function and its home, `V` a value and its type."""
    if isinstance(value, types.ModuleType):
        return ["M", value.__name__]
    if isinstance(value, (staticmethod, classmethod, types.MethodType)):
        value = value.__func__
    if isinstance(value, type) or (callable(value) and hasattr(type(value), "__get__") and hasattr(value, "__name__")):
        return ["R", *home(value, here, name)]
    if isinstance(value, (types.BuiltinFunctionType, types.FunctionType)) or type(value).__name__ in _FUNCTIONS:
        return ["R", *home(value, here, name)]
    kind = type(value)
    if (kind.__module__ in ("builtins", "typing", "re") and here != "builtins") or not isinstance(kind, type):
        return None
    return ["V", *home(kind, kind.__module__, kind.__qualname__)]


_FUNCTIONS = {"cython_function_or_method", "_ArrayFunctionDispatcher", "ufunc", "fused_cython_function", "PyCapsule"}


def describe(klass: type, here: str, depth: int = 0) -> dict[str, Any]:
    """A class: what it inherits, which hooks of pickling it has itself, what stands in it."""
    own = vars(klass)
    inner, classes = {}, {}
    for name in sorted(own):
        if isinstance(name, str) and (not name.startswith("__") or name == "__call__"):
            found = binding(own[name], here, klass.__qualname__ + "." + name)
            if found and found[0] != "V":
                inner[name] = found
            value = own[name]
            if isinstance(value, type) and depth < 3 and value is not klass and found and found[1] == here:
                classes[value.__qualname__] = describe(value, here, depth + 1)
    try:
        mro = [home(base, base.__module__, base.__qualname__) for base in klass.__mro__[1:]]
    except AttributeError:
        mro = []
    meta = type(klass)
    return {
        "mro": [base for base in mro if base != ["builtins", "object"]],
        "hooks": [hook for hook in HOOKS if own.get(hook) is not None],
        "meta": [] if meta is type else home(meta, meta.__module__, meta.__qualname__),
        "names": inner,
        "classes": classes,
    }


def runtime(module: types.ModuleType, full: str) -> dict[str, Any]:
    """Names and classes of a module as they are when it has been imported."""
    names, classes = {}, {}
    for name, value in sorted((k, v) for k, v in list(vars(module).items()) if isinstance(k, str)):
        if name in ("__builtins__", "__loader__", "__spec__", "__builtin__"):
            continue
        try:
            found = binding(value, full, name)
            if found:
                names[name] = found
            if found == ["R", full, name] and isinstance(value, type):
                classes[name] = describe(value, full)
        except Exception as error:  # noqa: BLE001
            print(f"{full}.{name}: {error!r}", file=sys.stderr)
    return {"names": names, "classes": classes}


def main() -> None:
    with open(sys.argv[1]) as stream:
        plan = json.load(stream)
    wanted = sorted({name: (name, path, package) for name, path, package in modules(plan)}.values())
    skip = set(plan["skip"])
    with open(sys.argv[2] + ".importing", "w") as log:
        loaded = {}
        for name, _, _ in wanted:
            log.seek(0)
            log.truncate()
            log.write(name)
            log.flush()
            if plan.get("import", True):
                loaded[name] = load(name, skip)
    tops = {name.partition(".")[0] for name, _, _ in wanted}
    files = {name for name, _, _ in wanted}
    for name, module in sorted(sys.modules.items()):  # those that have no file: parts of extensions, lazy ones
        if name.partition(".")[0] in tops and name not in files and isinstance(module, types.ModuleType):
            loaded[name] = module
            wanted.append((name, None, ""))
    wanted.sort(key=lambda each: (each[0] not in _EARLY, each[1] is not None, each[0]))
    with open(sys.argv[2], "w") as out:
        for name, path, package in wanted:
            record = {"module": name}
            if path is not None and os.path.exists(path):
                try:
                    with open(path, "rb") as stream:
                        record["source"] = source.facts(stream.read(), package, not _TESTS.search(name))
                except (SyntaxError, ValueError, RecursionError) as error:
                    print(f"{name}: {error!r}", file=sys.stderr)
            if loaded.get(name) is not None:
                record["runtime"] = runtime(loaded[name], name)
            out.write(json.dumps(record, sort_keys=True) + "\n")
    if sys.platform != "emscripten":
        os._exit(0)  # whatever threads and exit handlers the imports left behind


if __name__ == "__main__":
    main()
