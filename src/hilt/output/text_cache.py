"""What lies in the caches of a machine and how it stands, on a terminal: what was stopped first."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from hilt.core.cache_scan import CacheScan, CacheState, PutBack, ScannedCache, ScannedModel
from hilt.output.figures import counted, size_text, some, tally
from hilt.output.layout import Page
from hilt.output.quote import quote

_COLUMN = 18
_TITLES = {"hugging-face": "Hugging Face", "ollama": "Ollama", "llama.cpp": "llama.cpp", "torch": "torch.hub"}
_TONES = {
    CacheState.WITHDRAWN: "red",
    CacheState.BLOCKED: "red",
    CacheState.NOT_READ: "yellow",
    CacheState.NEVER_ADMITTED: "yellow",
    CacheState.ADMITTED: "green",
}
_USES, _KEPT, _PROBLEMS, _BACK = 3, 3, 10, 20
"""What of each is told; --json tells all."""
_ORDER = list(CacheState)


def write_scan(page: Page, scan: CacheScan) -> None:
    """Every model, then every cache, then what it comes to."""
    for model in sorted(scan.models, key=lambda one: (_ORDER.index(one.state), one.cache, one.name, one.revision)):
        _model(page, model)
    if scan.models:
        page.blank()
    for cache in scan.caches:
        _cache(page, cache)
    for problem in scan.problems:
        page.flow([(quote(problem, 600), "yellow")], indent=_COLUMN, label=("problem", "yellow"))
    page.blank()
    _summary(page, scan)


def write_put_back(page: Page, told: PutBack) -> None:
    for path in told.moved[:_BACK]:
        page.flow([(quote(path, 600), "")], indent=_COLUMN, label=("back", "green"))
    if len(told.moved) > _BACK:
        page.flow([(f"and {len(told.moved) - _BACK} more (--json tells all)", "dim")], indent=_COLUMN)
    for path, why in told.left:
        page.flow([(quote(path, 600), ""), (quote(why), "yellow")], indent=_COLUMN, label=("not moved", "yellow"))
    if not told.moved and not told.left:
        page.line("everything lies where it lay")
    page.line("hilt cache scan tells how it stands")


def _model(page: Page, model: ScannedModel) -> None:
    revision = f"@{quote(model.revision)}" if model.revision else ""
    uses = [
        f"{quote(one.use) or 'a use that nobody named'}{f' until {one.until}' if one.until else ''}"
        for one in model.uses
    ]
    since = f"since {model.since[:10]}" if model.since else ""
    page.flow(
        [
            (f"{quote(model.name, 600)}{revision}", "bold"),
            (f"for {some(uses, _USES)}" if uses else "", ""),
            (since, ""),
            ("by name" if model.by == "name" and model.state.stopped else "", "bold yellow"),
            (
                f"{_TITLES.get(model.cache, quote(model.cache))}, {counted(model.files, 'file')}, {size_text(model.size)}",
                "dim",
            ),
        ],
        indent=_COLUMN,
        label=(model.state.value, _TONES[model.state]),
    )
    if model.state is CacheState.ADMITTED:
        if model.also:
            page.flow([(quote(model.also, 600), "yellow")], indent=_COLUMN)
        return
    for why in model.why:
        page.flow([(quote(why, 600), "")], indent=_COLUMN)
    page.flow([(quote(model.where, 600), "dim")], indent=_COLUMN)
    if model.moved:
        page.flow([("moved away; to put it back:", "")], indent=_COLUMN)
        page.line(" " * _COLUMN + page.styled(f"hilt cache restore {shlex.quote(quote(model.moved, 600))}", "cyan"))
    if model.kept:
        kept = some([quote(one) for one in model.kept], _KEPT)
        page.flow([(f"left, for other models use them as well: {kept}", "dim")], indent=_COLUMN)


def _cache(page: Page, cache: ScannedCache) -> None:
    where = quote(cache.where, 600)
    if not cache.found:
        said = [(where, "dim"), ("is not there", "dim")]
    else:
        strays = (
            f"and {counted(cache.strays, 'name')} that belong to no model that hilt knows of" if cache.strays else ""
        )
        said = [(where, ""), (counted(cache.models, "model"), ""), (strays, "dim")]
    page.flow(said, indent=_COLUMN, label=(_TITLES.get(cache.kind, quote(cache.kind)), "dim"))
    for problem in cache.problems[:_PROBLEMS]:
        page.flow([("not looked at:", "yellow"), (quote(problem, 600), "")], indent=_COLUMN)
    if len(cache.problems) > _PROBLEMS:
        page.flow([(f"and {len(cache.problems) - _PROBLEMS} more (--json tells all)", "dim")], indent=_COLUMN)


def _summary(page: Page, scan: CacheScan) -> None:
    if not scan.models:
        page.line("no models were found in these caches; whatever lies elsewhere was not looked at")
        return
    use = f" for {quote(scan.use)}" if scan.use else ""
    told = f"{counted(len(scan.models), 'model')}{use}: {tally(one.state.value for one in scan.models)}"
    known = "what this token is for" if scan.compared is None else f"{counted(scan.compared, 'model')} of the record"
    page.flow([(told, "bold"), (f"(compared with {known})", "dim")])
    stopped = _to_move(scan.models)
    if stopped:
        page.flow(
            [
                (
                    f"{counted(stopped, 'model')} can still be loaded: the same call with --enforce moves such away",
                    "bold yellow",
                )
            ]
        )


def _to_move(models: Sequence[ScannedModel]) -> int:
    return sum(one.state.stopped and not one.moved for one in models)
