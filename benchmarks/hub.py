"""Measures the library: what sending a file takes, pulling one through, many who want the same, and small questions.

Everything runs on this machine over real sockets, in whole processes: `hilt serve` as its operator starts it, nginx as the hub from
which models come and as what stands in front, curl and huggingface_hub as clients. Peers take turns with hilt in the same run, so that
what else the machine does falls on all; compare CPU seconds and ratios. With --olah, Olah serves the same models from the same hub.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import shutil
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from hub_clients import DOWNLOAD, UPLOAD, crowd, curl, each_second, first_byte, huggingface, saved
from hub_models import WEIGHTS, Hub, Model, hub, make
from hub_servers import Server, Taken, bare, hilt, olah

GB = 1e9
WARM = 8 << 20
"""Bytes of the model that each server is warmed with: what a process does once is not what a model costs."""
SERVED, PULLED, FIRST, SHARE = 0.42, 1.8, 2.0, 0.8
"""The bars: CPU seconds for each GB that is sent; for each that is pulled through; seconds until the first byte; share of nginx's speed."""
FEWEST = 1000
"""The bar: answers in a second."""


class Options(NamedTuple):
    """`size` of the large models in bytes."""

    folder: Path
    runs: int
    size: int
    first: int
    crowd: int
    clients: int
    seconds: float
    olah: str


class Row(NamedTuple):
    """What was measured of something; each figure with every one of its runs."""

    name: str
    figures: dict[str, list[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.figures[name])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where models and libraries lie meanwhile (20 GB)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--gb", type=float, default=1.0, help="size of the models that are served, pulled and uploaded")
    parser.add_argument("--first-gb", type=float, default=5.0, help="size of the model whose first byte is waited for")
    parser.add_argument("--crowd-mb", type=float, default=64, help="size of the model that many want at once")
    parser.add_argument("--clients", type=int, default=200, help="how many want it")
    parser.add_argument("--seconds", type=float, default=5, help="for which small questions are asked")
    parser.add_argument("--olah", default="", help="olah-cli of an environment of its own, to be compared with")
    parser.add_argument("--only", action="append", choices=[*PARTS], help="just this; may be repeated")
    told = parser.parse_args()
    if not told.olah:
        print("without --olah, Olah is not measured", file=sys.stderr)
    sizes = int(told.gb * GB), int(told.first_gb * GB), int(told.crowd_mb * 1e6)
    with tempfile.TemporaryDirectory(dir=told.folder, prefix="hilt-hub-") as folder:
        for name in told.only or PARTS:
            place = Path(folder) / name
            place.mkdir()
            options = Options(place, told.runs, *sizes, told.clients, told.seconds, told.olah)
            print(f"\n**{name}**\n\n{PARTS[name](options)}", flush=True)
            shutil.rmtree(place, ignore_errors=True)


def serving(options: Options) -> str:
    """A file that lies in the library."""
    model = make(options.folder / "models", "org/model", options.size)
    found: dict[tuple[str, int], Row] = {}
    with hub(options.folder, [model]) as upstream, ExitStack() as after:
        servers = [Server("nginx", f"{upstream.origin}/plain", (upstream.pid,))]
        servers += [after.enter_context(hilt(options.folder / "hilt", upstream.origin))]
        servers += [after.enter_context(hilt(options.folder / "accel", upstream.origin, accel=True))]
        if options.olah:
            servers += [after.enter_context(olah(options.folder / "olah", options.olah, upstream.origin))]
        for server in servers:
            curl(_address(server, model), server.headers, size=model.weights.size)
        for _ in range(options.runs):
            for connections in (1, 4):
                for server in servers:
                    row = found.setdefault((server.name, connections), Row(server.name, defaultdict(list)))
                    _send(server, model, connections, row)
    lines = []
    for (name, connections), row in sorted(found.items(), key=lambda one: one[0][1]):
        share = row.median("speed") / found["nginx", connections].median("speed")
        least = {"hilt": (row.median("cpu") > SERVED, f"over {SERVED} CPU s/GB")}
        least["hilt behind nginx"] = share < SHARE, f"under {SHARE:.0%} of nginx"
        over, words = least.get(name, (False, ""))
        lines.append(
            f"| {name} | {connections} | {row.median('cpu'):.2f} | {row.median('speed'):.0f} | {share:.2f} "
            f"| {row.median('before'):.0f} | {row.median('peak'):.0f} | {words if over else ''} |"
        )
    head = ["server", "connections", "CPU s/GB", "MB/s", "MB/s / nginx", "MiB before", "peak MiB", ""]
    return _table(head, lines)


def _send(server: Server, model: Model, connections: int, row: Row) -> None:
    with Taken(server) as taken:
        took = curl(_address(server, model), server.headers, at_once=connections, size=model.weights.size)
    size = connections * model.weights.size
    row.figures["cpu"].append(taken.cpu / size * GB)
    row.figures["speed"].append(size / took.wall / 1e6)
    row.figures["before"].append(taken.before)
    row.figures["peak"].append(taken.peak)


def pulling(options: Options) -> str:
    """A model that nobody had before, through the library; beside it, from the hub itself."""
    rows: list[Row] = []
    names = [f"org/pull-{number}" for number in range(options.runs)]
    for way in ("huggingface_hub", "curl"):
        models = [make(options.folder / f"models-{way}", name, options.size) for name in names]
        warm = make(options.folder / f"models-{way}", "org/warm", WARM)
        with _served(options, [*models, warm]) as (upstream, servers):
            alone = Server("the hub itself", upstream.origin, (upstream.pid,))
            for server in servers:
                huggingface(DOWNLOAD, server.origin, server.token, warm.name)
            table = [Row(f"{way}, {one.name}", defaultdict(list)) for one in (alone, *servers)]
            kept = Row("curl, the hub itself, onto the disk and digested", defaultdict(list))
            for model in models:
                for server, row in zip((alone, *servers), table, strict=True):
                    _pull(way, server, model, row)
                if way == "curl":
                    _keep(alone, model, options.folder / "kept", kept)
        rows += [*table, *([kept] if kept.figures else [])]
        shutil.rmtree(options.folder / f"models-{way}")
    base = {row.name.partition(",")[0]: row for row in rows if row.name.endswith("the hub itself")}
    lines = []
    for row in rows:
        alone_row = base[row.name.partition(",")[0]]
        is_alone = row is alone_row
        more = row.median("server") + row.median("client") - alone_row.median("client")
        missed = f"over {PULLED}" if row.name.endswith(", hilt") and more > PULLED else ""
        server, both, peak = f"{row.median('server'):.2f}", f"{more:.2f}", f"{row.median('peak'):.0f}"
        if "the hub itself" in row.name:
            server = peak = ""
        if is_alone:
            both = ""
        lines.append(
            f"| {row.name} | {server} | {row.median('client'):.2f} | {both} | {row.median('wall'):.2f} "
            f"| {row.median('wall') / alone_row.median('wall'):.2f} | {peak} | {missed} |"
        )
    head = [
        "client, from",
        "CPU s/GB of the server",
        "of the client",
        "both over the client alone",
        "s/GB",
        "times alone",
    ]
    return _table([*head, "peak MiB of the server", ""], lines)


def _pull(way: str, server: Server, model: Model, row: Row) -> None:
    with Taken(server) as taken:
        if way == "curl":
            first = curl(f"{server.origin}/api/models/{model.name}/revision/main", server.headers)
            took = curl(_address(server, model), server.headers, size=model.weights.size)
            wall, cpu = first.wall + took.wall, first.cpu + took.cpu
        else:
            wall, cpu = huggingface(DOWNLOAD, server.origin, server.token, model.name)
    size = model.bytes / GB
    for name, figure in (("server", taken.cpu), ("client", cpu), ("wall", wall)):
        row.figures[name].append(figure / size)
    row.figures["peak"].append(taken.peak)


def _keep(hub: Server, model: Model, place: Path, row: Row) -> None:
    """What the same bytes cost whoever fetches, writes and digests them, on this machine and in these minutes."""
    took = saved(_address(hub, model), place)
    for name, figure in (("server", 0.0), ("client", took.cpu), ("wall", took.wall), ("peak", 0.0)):
        row.figures[name].append(figure / model.weights.size * GB)


def first_bytes(options: Options) -> str:
    """Of a large model that nobody had before."""
    model = make(options.folder / "models", "org/large", options.first)
    warm = make(options.folder / "models", "org/warm", WARM)
    found: dict[str, Row] = {}
    for _ in range(options.runs):
        with _served(options, [model, warm]) as (_, servers):
            for server in servers:
                huggingface(DOWNLOAD, server.origin, server.token, warm.name)
                row = found.setdefault(server.name, Row(server.name, defaultdict(list)))
                with Taken(server) as taken:
                    told, came = first_byte(server.origin, server.headers, model.name, WEIGHTS)
                row.figures["told"].append(told)
                row.figures["came"].append(came)
                row.figures["cpu"].append(taken.cpu)
    lines = [
        f"| {row.name} | {row.median('told'):.2f} | {row.median('came'):.2f} | {row.median('cpu'):.2f} "
        f"| {f'over {FIRST:.0f} s' if row.name == 'hilt' and row.median('came') > FIRST else ''} |"
        for row in found.values()
    ]
    return _table(["server", "s until the revision is told", "s until the first byte", "CPU s until then", ""], lines)


def crowding(options: Options) -> str:
    """Many who ask at the same moment for a model that nobody had before."""
    models = [make(options.folder / "models", f"org/crowd-{number}", options.crowd) for number in range(options.runs)]
    warm = make(options.folder / "models", "org/warm", WARM)
    lines = []
    with _served(options, [*models, warm]) as (upstream, servers):
        for server in servers:
            huggingface(DOWNLOAD, server.origin, server.token, warm.name)
            row = Row(server.name, defaultdict(list))
            for model in models:
                before, bytes_before = upstream.sent(model)
                with Taken(server) as taken:
                    told = crowd(
                        server.origin, server.headers, model.name, WEIGHTS, options.clients, model.weights.sha256
                    )
                fetches, times = upstream.sent(model)
                row.figures["right"].append(told.right)
                row.figures["fetches"].append(fetches - before)
                row.figures["times"].append(times - bytes_before)
                row.figures["wall"].append(told.wall)
                row.figures["cpu"].append(taken.cpu / (options.clients * model.weights.size) * GB)
                row.figures["peak"].append(taken.peak)
            worst = max(row.figures["fetches"])
            lines.append(
                f"| {row.name} | {min(row.figures['right']):.0f} | {worst:.0f} | {row.median('times'):.2f} "
                f"| {row.median('wall'):.1f} | {row.median('cpu'):.2f} | {row.median('peak'):.0f} "
                f"| {'more than one' if row.name == 'hilt' and worst > 1 else ''} |"
            )
    head = [
        "server",
        f"right of {options.clients}",
        "whole fetches",
        "bytes fetched / size",
        "s",
        "CPU s/GB sent",
        "peak MiB",
    ]
    return _table([*head, ""], lines)


def asking(options: Options) -> str:
    """Small questions about a model that is there, 32 connections that stay open."""
    model = make(options.folder / "models", "org/model", WARM)
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    paths = {
        "GET revision": ("GET", f"/api/models/{model.name}/revision/{model.commit}"),
        "HEAD of a file": ("HEAD", f"/{model.name}/resolve/{model.commit}/{WEIGHTS}"),
    }
    with _served(options, [model]) as (_, servers), bare(options.folder) as plain:
        for server in servers:
            huggingface(DOWNLOAD, server.origin, server.token, model.name)
        for _ in range(options.runs):
            for server in (plain, *servers):
                for name, (method, path) in paths.items():
                    rate = each_second(server.origin, server.headers, method, path, 32, options.seconds)
                    found[server.name, name].append(rate)
    lines = []
    for (server_name, name), rates in found.items():
        rate = statistics.median(rates)
        share = rate / statistics.median(found[plain.name, name])
        missed = f"under {FEWEST}" if server_name == "hilt" and rate < FEWEST else ""
        lines.append(f"| {server_name} | {name} | {rate:,.0f} | {share:.2f} | {missed} |")
    return _table(["server", "question", "answers/s", "/ bare", ""], lines)


def uploading(options: Options) -> str:
    """A model of our own, as huggingface_hub uploads it; it is checked on arrival."""
    ways = {"xet, as is": True, "HF_HUB_DISABLE_XET=1": False}
    rows = {way: Row(way, defaultdict(list)) for way in ways}
    warm = make(options.folder / "models", "acme/warm", WARM)
    with hub(options.folder, [warm]) as upstream, hilt(options.folder / "hilt", upstream.origin) as server:
        for number in range(options.runs):
            for way, xet in ways.items():
                name = f"acme/upload-{number}-{'xet' if xet else 'lfs'}"
                model = make(options.folder / "models", name, options.size)
                with Taken(server) as taken:
                    took = huggingface(UPLOAD, server.origin, server.token, name, str(model.folder), xet=xet)
                size = model.bytes / GB
                for key, figure in (("server", taken.cpu), ("client", took.cpu), ("wall", took.wall)):
                    rows[way].figures[key].append(figure / size)
                rows[way].figures["peak"].append(taken.peak)
                shutil.rmtree(model.folder)
    lines = [
        f"| {way} | {row.median('server'):.2f} | {row.median('client'):.2f} | {row.median('wall'):.2f} | {row.median('peak'):.0f} |"
        for way, row in rows.items()
    ]
    return _table(["way", "CPU s/GB of hilt", "of the client", "s/GB", "peak MiB of hilt"], lines)


@contextmanager
def _served(options: Options, models: list[Model]) -> Iterator[tuple[Hub, list[Server]]]:
    """hilt and Olah, which have had nothing yet, from a hub with the models."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, ExitStack() as after:
        upstream = after.enter_context(hub(Path(folder), models))
        servers = [after.enter_context(hilt(Path(folder) / "hilt", upstream.origin))]
        if options.olah:
            servers.append(after.enter_context(olah(Path(folder) / "olah", options.olah, upstream.origin)))
        yield upstream, servers


def _address(server: Server, model: Model) -> str:
    """The weights; of the hub's own nginx as they lie in a folder."""
    plain = server.origin.endswith("/plain")
    return f"{server.origin}/{model.name}{'' if plain else '/resolve/main'}/{WEIGHTS}"


def _table(head: Sequence[str], lines: Sequence[str]) -> str:
    numbers = "|".join(["---", *["--:"] * (len(head) - 2), "---" if not head[-1] else "--:"])
    return "\n".join([f"| {' | '.join(head)} |", f"|{numbers}|", *lines])


PARTS: dict[str, Callable[[Options], str]] = {
    "serve": serving,
    "pull": pulling,
    "first-byte": first_bytes,
    "crowd": crowding,
    "metadata": asking,
    "upload": uploading,
}

if __name__ == "__main__":
    main()
