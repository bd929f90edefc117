"""What Python code does that code of a model need not do: commands, code made at run time, network, native libraries.

The table names callables by the module that defines them; imports, aliases, `getattr` with a fixed name and
`__import__("os")` are followed back to it. A use counts, called or not: what is handed on is called elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from hilt.core.finding import Severity


class Kind(Enum):
    """What a use means."""

    COMMAND = "runs commands"
    CODE = "runs code that is made or loaded at run time"
    NATIVE = "loads native code"
    NETWORK = "reaches the network"
    DOWNLOAD = "downloads from a model hub"
    PICKLE = "loads pickles, which may run code"
    IMPORT = "imports a module whose name is computed"
    DELETE = "deletes or moves files"
    WRITE = "writes files"


USES: dict[Kind, str] = {
    Kind.COMMAND: """
        os.system os.popen os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe os.spawnl
        os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe os.posix_spawn os.posix_spawnp
        os.startfile posix.system nt.system subprocess.run subprocess.call subprocess.check_call subprocess.check_output
        subprocess.Popen subprocess.getoutput subprocess.getstatusoutput pty.spawn asyncio.create_subprocess_exec
        asyncio.create_subprocess_shell pexpect.spawn pexpect.run webbrowser.open pip.main pip._internal.main
    """,
    Kind.CODE: """
        builtins.eval builtins.exec builtins.compile marshal.load marshal.loads types.CodeType types.FunctionType
        runpy.run_path runpy.run_module code.interact code.InteractiveInterpreter importlib.util.spec_from_file_location
        importlib.machinery.SourceFileLoader importlib.machinery.SourcelessFileLoader imp.load_source imp.load_module
        timeit.timeit timeit.repeat cProfile.run profile.run pdb.run bdb.Bdb torch.hub.load builtins.breakpoint
    """,
    Kind.NATIVE: """
        ctypes.CDLL ctypes.PyDLL ctypes.WinDLL ctypes.OleDLL ctypes.cdll ctypes.windll ctypes.pythonapi ctypes.util cffi.FFI
        torch.ops.load_library torch.classes.load_library torch.utils.cpp_extension importlib.machinery.ExtensionFileLoader
        _ctypes.dlopen numpy.ctypeslib.load_library cupy.RawKernel
        cupy.RawModule
    """,
    Kind.NETWORK: """
        socket urllib.request.urlopen urllib.request.urlretrieve urllib.request.Request urllib.request.build_opener
        urllib2.urlopen urllib3 http.client http.server requests httpx aiohttp ftplib smtplib telnetlib poplib imaplib
        nntplib xmlrpc paramiko websocket websockets asyncio.open_connection asyncio.start_server pycurl wget.download
        torch.hub.download_url_to_file torch.hub.load_state_dict_from_url boto3 gradio_client dns.resolver
    """,
    Kind.DOWNLOAD: "huggingface_hub.hf_hub_download huggingface_hub.snapshot_download huggingface_hub.HfApi",
    Kind.PICKLE: """
        pickle.load pickle.loads pickle.Unpickler _pickle.loads cloudpickle.load cloudpickle.loads dill.load dill.loads
        joblib.load pandas.read_pickle shelve.open torch.load jsonpickle.decode yaml.load yaml.unsafe_load yaml.full_load
    """,
    Kind.IMPORT: "importlib.import_module builtins.__import__ pkgutil.resolve_name pydoc.locate",
    Kind.DELETE: "shutil.rmtree shutil.move os.remove os.unlink os.rmdir os.removedirs os.rename os.replace os.chmod",
}
TABLE = {name: kind for kind, names in USES.items() for name in names.split()}
MODULES = frozenset({"os", "posix", "nt", "subprocess", "builtins", "pty", "marshal", "runpy", "ctypes", "importlib"})
"""Modules whose attributes are worth a look when their name is computed."""
SAFE_IF_SAID = {"torch.load": "weights_only", "yaml.load": "Loader"}
"""Pickle roads that a keyword closes."""
COMPILES = frozenset({"torch.utils.cpp_extension.load", "torch.utils.cpp_extension.load_inline"})
"""Native code that is compiled from source in the open, as models that bring kernels do when they are imported."""
TELLING = frozenset({Kind.COMMAND, Kind.CODE, Kind.NATIVE, Kind.NETWORK})
"""What a person should see even in a file that nothing imports."""
BUILTINS = frozenset({"eval", "exec", "compile", "__import__", "getattr", "open", "vars", "globals", "breakpoint"})
DEEPEST_NAME = 20
"""Dots and calls in one expression that are followed."""

Scope = str | None
"""The function in which code stands; None for code that runs when the module is imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of something in the table. `at_import` is true where importing the module is enough to get there."""

    kind: Kind
    name: str
    line: int
    at_import: bool

    @property
    def severity(self) -> Severity:
        """How bad it is in code that a loader imports."""
        match self.kind:
            # What is called later, honest models do too: they compile their kernels, evaluate the name of an activation,
            # fetch the picture that their user names. An import that does it asks nobody.
            case Kind.COMMAND | Kind.CODE if self.at_import:
                return Severity.CRITICAL
            case Kind.NATIVE | Kind.NETWORK if self.at_import and self.name not in COMPILES:
                return Severity.HIGH
            case Kind.WRITE:
                return Severity.LOW
        return Severity.MEDIUM


def imports(tree: ast.Module) -> tuple[str, ...]:
    """The packages that the module imports, sorted; its own ones with a leading dot."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module] if node.module else [alias.name for alias in node.names]
            names.update("." * node.level + (module if node.level else module.split(".")[0]) for module in modules)
    return tuple(sorted(names))


def uses(tree: ast.Module) -> Iterator[Use]:
    """Every use of something in the table, in the order of the lines."""
    names = _Names(tree)
    placed = list(_placed(tree))
    at_import = _run_at_import(placed)
    found = {
        Use(kind=kind, name=name, line=getattr(node, "lineno", 0), at_import=scope in at_import)
        for node, scope in placed
        for kind, name in _used(node, names)
    }
    longer = {(use.line, use.name.rpartition(".")[0]) for use in found}
    return iter(
        sorted((use for use in found if (use.line, use.name) not in longer), key=lambda use: (use.line, use.name))
    )


class _Names:
    """What the names of a module stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self._of: dict[str, str] = {}
        assigned: list[tuple[str, ast.expr]] = []
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=aliases):
                    for alias in aliases:
                        self._of[alias.asname or alias.name.split(".")[0]] = (
                            alias.name if alias.asname else alias.name.split(".")[0]
                        )
                case ast.ImportFrom(module=str(module), names=aliases, level=0):
                    for alias in aliases:
                        if alias.name == "*":
                            known = [name for name in TABLE if name.startswith(module + ".")]
                            self._of.update({name.rpartition(".")[2]: name for name in known})
                        self._of[alias.asname or alias.name] = f"{module}.{alias.name}"
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.NamedExpr(target=ast.Name(id=name), value=value)
                ):
                    assigned.append((name, value))
        self._of.update({node.name: "" for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)})
        for name, value in assigned:
            if name not in self._of and (stands_for := self.dotted(value)):
                self._of[name] = stands_for

    def dotted(self, node: ast.expr, depth: int = 0) -> str:
        """The full name of what an expression stands for; empty where that is not known."""
        if depth > DEEPEST_NAME:
            return ""
        match node:
            case ast.Name(id=name):
                return self._of.get(name, f"builtins.{name}" if name in BUILTINS else "")
            case ast.Attribute(value=ast.Name(id="__builtins__"), attr=attr):
                return f"builtins.{attr}"
            case ast.Attribute(value=value, attr=attr):
                inside = self.dotted(value, depth + 1)
                return f"{inside}.{attr}" if inside else ""
            case ast.Subscript(value=value, slice=key):
                return self._item(value, _text(key), depth)
            case ast.Call(func=func, args=[first, *rest]):
                return self._call(self.dotted(func, depth + 1), first, rest, depth)
        return ""

    def _item(self, value: ast.expr, key: str | None, depth: int) -> str:
        match value:
            case ast.Name(id="__builtins__"):
                return f"builtins.{key}" if key else ""
            case ast.Call(func=ast.Name(id="vars"), args=[inner]) | ast.Attribute(value=inner, attr="__dict__"):
                inside = self.dotted(inner, depth + 1)
                return f"{inside}.{key}" if inside and key else ""
        return key or "" if self.dotted(value, depth + 1) == "sys.modules" else ""

    def _call(self, function: str, first: ast.expr, rest: list[ast.expr], depth: int) -> str:
        if function == "builtins.getattr" and rest:
            inside, name = self.dotted(first, depth + 1), _text(rest[0])
            return f"{inside}.{name}" if inside and name else ""
        if function in ("builtins.__import__", "importlib.import_module"):
            return _text(first) or ""
        return ""


def _text(node: ast.expr, depth: int = 0) -> str | None:
    """The string that an expression of string literals yields."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right) if depth < DEEPEST_NAME:
            first, second = _text(left, depth + 1), _text(right, depth + 1)
            return first + second if first is not None and second is not None else None
    return None


def _used(node: ast.expr, names: _Names) -> Iterator[tuple[Kind, str]]:
    name = names.dotted(node)
    kind = _kind(name)
    bare_module = isinstance(node, ast.Name) and name in TABLE and "." not in name
    if kind not in (None, Kind.IMPORT) and not bare_module and name not in SAFE_IF_SAID:
        yield kind, name
    if not isinstance(node, ast.Call):
        return
    function = names.dotted(node.func)
    keywords = {
        word.arg: ast.unparse(word.value)
        for word in node.keywords
        if word.arg in ("weights_only", "Loader", "allow_pickle")
    }
    match function:
        case "torch.load" | "yaml.load" if "True" not in keywords.values() and "Safe" not in str(
            keywords.get("Loader")
        ):
            yield Kind.PICKLE, function
        case "numpy.load" if keywords.get("allow_pickle") == "True":
            yield Kind.PICKLE, function
        case "builtins.getattr" if len(node.args) > 1 and _text(node.args[1]) is None:
            module = names.dotted(node.args[0])
            if module in MODULES:
                yield Kind.CODE, f"an attribute of {module} whose name is computed"
        case "builtins.open" if _writes(node):
            yield Kind.WRITE, "open"
        case _ if _kind(function) is Kind.IMPORT and (not node.args or _text(node.args[0]) is None):
            yield Kind.IMPORT, function


def _kind(name: str) -> Kind | None:
    """The kind of a name, or of the module above it that is listed as a whole."""
    while name:
        if name in TABLE:
            return TABLE[name]
        name = name.rpartition(".")[0]
    return None


def _writes(call: ast.Call) -> bool:
    modes = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "mode")]
    return any((mode := _text(node)) is None or bool(set(mode) & set("wax+")) for node in modes)


def _placed(tree: ast.Module) -> Iterator[tuple[ast.expr, Scope]]:
    """Every name, attribute, item and call, with the function it stands in.

    Decorators and defaults stand outside their function; what stands under `if __name__ == "__main__"` is never imported.
    """
    pending: list[tuple[ast.AST, Scope, str]] = [(tree, None, "")]
    while pending:
        node, scope, owner = pending.pop()
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call) and not _is_stored(node):
            yield node, scope
        body: list[ast.AST] = []
        within: Scope = scope
        value: ast.AST | None = None
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                body, within = [*node.body], f"{owner}.{name}"
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as value):
                body, within = [value.body], f".{name}"
            case ast.Call(func=ast.Lambda() as value):
                body = [value.body]
            case ast.Lambda():
                body, within = [node.body], ".<lambda>"
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
                )
            ):
                body, within = [*node.body], "<main>"
            case ast.ClassDef(name=name):
                owner = name
        apart = {id(child) for child in (*body, value)}
        pending.extend((child, within, "") for child in body)
        pending.extend((child, scope, owner) for child in ast.iter_child_nodes(node) if id(child) not in apart)


def _is_stored(node: ast.expr) -> bool:
    return not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _run_at_import(placed: list[tuple[ast.expr, Scope]]) -> set[Scope]:
    """The scopes that code at the top of the module gets to, directly or through others.

    A function counts when it is named, a special method when its class is called, any other method by its name alone.
    """
    named: dict[Scope, set[str]] = {}
    for node, scope in placed:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                named.setdefault(scope, set()).add(name)
            case ast.Call(func=ast.Name(id=name)):
                named.setdefault(scope, set()).add(f"{name}()")
    by_name: dict[str, set[Scope]] = {}
    for scope in {scope for _, scope in placed} - {None, "<main>"}:
        owner, _, name = str(scope).rpartition(".")
        by_name.setdefault(f"{owner}()" if owner and name.startswith("__") else name, set()).add(scope)
    reached: set[Scope] = set()
    pending: list[Scope] = [None]
    while pending:
        scope = pending.pop()
        if scope not in reached:
            reached.add(scope)
            pending.extend(target for name in named.get(scope, ()) for target in by_name.get(name, ()))
    return reached
