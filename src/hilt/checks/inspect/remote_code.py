"""Code that comes with the model, and what it does.

What: configs that name Python files to be imported (`auto_map`, `custom_pipelines`, `custom_generate`, modules and
components of one's own, the `code` of MLflow, the handler of TorchServe) or compiled kernels (`attn_implementation`), files that are named and
missing or lie elsewhere; and in each Python file, named or not, what runs commands, makes code at run time, loads native
libraries or pickles, reaches the network, or writes and deletes files.

Why: code that a config names runs with all the rights of whoever loads the model, as soon as the loader is told to
trust it (`trust_remote_code=True`); and many instructions tell people to do so. MLflow, and older loaders of kernels, do
not ask. Code of another repository, as honest derivatives of a model name it too, is whatever its owner makes of it on
the day of loading: no look at this one covers it.

What it cannot see: what code does that hides its callables better than behind an import, an alias or a fixed name; what
the packages do that it imports; whether what it does is meant well.

Fix: read the named files before you allow them, pin the revision that you read (`revision`, and `code_revision` for code
of another repository), or take a model that the library supports by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.inspect.facts import REMOTE_CODE
from hilt.checks.inspect.remedies import without_remote_code
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    import ast

    from hilt.knowledge.remote_code import CodeReference


def remote_code(repository: Repository) -> Iterator[Seen]:
    sources = {path for path, format_id in repository.formats.items() if format_id == "python"}
    configs = [path for path, format_id in repository.formats.items() if format_id in ("json", "yaml")]
    if not sources and not configs:
        return
    named = _run_by_name(repository, configs)
    for reference in _references(repository, configs):
        yield Fact(key=REMOTE_CODE.key, value=True, known=Known.VERIFIED, source=reference.config)
        yield _named(reference, repository)
        named.setdefault(reference.path, f"named by {reference.config}")
    trees = {path: tree for path in sorted(sources) if (tree := _tree(repository, path)) is not None}
    _follow_imports(named, trees)
    for path, tree in trees.items():
        yield from _described(path, tree, named.get(path, ""))


def _references(repository: Repository, configs: list[str]) -> Iterator[CodeReference]:
    from hilt.knowledge.remote_code import conventional, of_mlflow, references
    from hilt.knowledge.torchserve import served

    files = frozenset(repository.formats)
    yield from conventional(files)
    for config in configs:
        try:
            if repository.formats[config] == "json":
                document = repository.read(config).value
                yield from references(config, document, files)  # type: ignore[arg-type]
                yield from served(config, document.value)  # type: ignore[attr-defined]
            elif config.rpartition("/")[2] == "MLmodel":
                yield from of_mlflow(config, repository.read(config).value, files)  # type: ignore[arg-type]
        except (FormatError, SourceError):
            continue  # read again for this check; its own gap says that it could not be read


def _run_by_name(repository: Repository, configs: list[str]) -> dict[str, str]:
    """Files that no loader imports, and a service or a container runs."""
    from hilt.knowledge.remote_code import BY_NAME, of_cog

    named = {path: f"it has {why}" for path, why in BY_NAME.items() if path in repository.formats}
    if "cog.yaml" in configs:
        try:
            paths = of_cog("cog.yaml", repository.read("cog.yaml").value)  # type: ignore[arg-type]
            named.update((path, "named by cog.yaml") for path in paths)
        except (FormatError, SourceError):
            pass  # as above
    return named


def _named(reference: CodeReference, repository: Repository) -> Finding:
    said = f"{reference.key} names {reference.text!r}"
    severity = Severity.MEDIUM
    unbound = f"{reference.elsewhere!r}, which no digest here binds and which may be another tomorrow"
    if reference.compiled:
        severity = Severity.MEDIUM if reference.elsewhere.startswith("kernels-community/") else Severity.HIGH
        said = f"{said}: compiled code of another repository, {unbound}"
    elif reference.elsewhere:
        severity = Severity.MEDIUM if reference.of_hub else Severity.HIGH
        said = f"{said}: code of another {'repository' if reference.of_hub else 'place'}, {unbound}{_pinned(reference)}"
    elif reference.away:
        severity, said = Severity.HIGH, f"{said}, which {reference.away}"
    elif reference.path not in repository.formats:
        said = f"{said}, and there is no {reference.path}"
    elif repository.formats[reference.path] != "python":
        said = f"{said}, and {reference.path} is no Python that can be read ({repository.formats[reference.path]})"
    elif reference.key == "code":
        said = f"{said}: {reference.path} stands before all installed packages on Python's search path"
    else:
        said = f"{said}: {reference.path} {reference.when}"
    where = Where(path=reference.config)
    # The config stays the same when the code that it names changes.
    fix = without_remote_code() if reference.key.startswith("auto_map") else ""
    return Finding(check=CHECK.id, severity=severity, where=where, message=said, fix=fix, whole=True)


def _pinned(reference: CodeReference) -> str:
    if not reference.revision:
        return ""
    return f"; the config states code_revision {reference.revision!r}, which binds only loaders that are handed it"


def _tree(repository: Repository, path: str) -> ast.Module | None:
    try:
        return repository.read(path).value.tree  # type: ignore[attr-defined,no-any-return]
    except (FormatError, SourceError):
        return None


def _follow_imports(named: dict[str, str], trees: dict[str, ast.Module]) -> None:
    """Adds to `named` what named files import from beside themselves."""
    from hilt.knowledge.remote_code import imported

    pending = list(named)
    while pending:
        path = pending.pop()
        for target in imported(path, trees[path]) if path in trees else ():
            if target not in named:
                named[target] = f"named by {path}"
                pending.append(target)


def _described(path: str, tree: ast.Module, by: str) -> Iterator[Finding]:
    from hilt.knowledge.python_code import TELLING, imports, uses
    from hilt.knowledge.remote_code import INSTALLERS

    brought = ", ".join(imports(tree)) or "nothing"
    said = by or INSTALLERS.get(path.rpartition("/")[2], "Python code that no config names")
    yield Finding(
        check=CHECK.id, severity=Severity.LOW, where=Where(path=path), message=f"{said}; it imports {brought[:300]}"
    )
    lines: dict[tuple[Severity, str], list[int]] = {}
    for use in uses(tree):
        telling = use.kind in TELLING
        severity = use.severity if by else min(use.severity, Severity.MEDIUM if telling else Severity.LOW)
        when = " as soon as it is imported" if use.at_import else ""
        lines.setdefault((severity, f"{use.kind.value}{when}: {use.name}"), []).append(use.line)
    for (severity, message), at in lines.items():
        more = f" (also in line {', '.join(map(str, at[1:6]))})" if at[1:] else ""
        where = Where(path=path, line=at[0])
        yield Finding(check=CHECK.id, severity=severity, where=where, message=message + more)


CHECK = listed("remote-code")
