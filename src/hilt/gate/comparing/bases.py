"""Looks up what a subject is made from: cards, configs and licence texts of the bases it names, from the hub; never weights.

Every base is read as a subject is, by the same processes and checks, and what they state of it becomes the `Context` of the
subject's own check. What could not be looked up is in there too, with the reason.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field, replace

from hilt.checks import run as runner
from hilt.checks.rights.facts import BASES, DATASETS, LICENCE_CLAIMED, LICENCES
from hilt.checks.workers import Workers
from hilt.core.context import Base, Context
from hilt.core.errors import HiltError
from hilt.core.limits import MIB, Limits
from hilt.core.progress import Silent
from hilt.core.report import Report, Transfer
from hilt.core.subject import Entry
from hilt.knowledge.licences.model_names import is_hub_name
from hilt.sources.hub import list_place
from hilt.sources.hub_place import parse_reference
from hilt.sources.listing import Listing
from hilt.sources.network import Network

FILES, BYTES = 40, 32 * MIB
"""Files of one base that are read, and what is fetched of it."""

_CARDS = ("readme.md", "adapter_config.json", "config.json", "mergekit_config.yml", "mergekit_config.yaml",
          "mergekit_moe_config.yml", "mergekit_moe_config.yaml", "quantize_config.json")  # fmt: skip
_TEXTS = ("license", "licence", "notice", "copying", "use_policy")

Step = tuple[str, str]
"""A relation, and the name of what it leads to."""


def follow(
    listing: Listing, limits: Limits, workers: Workers, *, private_hosts: tuple[str, ...] = ()
) -> tuple[Context, Transfer]:
    """What the bases of a subject say of themselves, and of theirs; and what it took to fetch that.

    Raises `UsageError` where the environment names no hub.
    """
    network = Network.from_environment(os.environ, private_hosts=private_hosts)
    walk = _Walk(limits=limits, workers=workers, network=network)
    walk.from_subject(listing)
    return Context(bases=walk.found), walk.transfer


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The bases found so far, by the names that `Context` has for them."""

    limits: Limits
    workers: Workers
    network: Network
    found: dict[str, Base] = field(default_factory=dict)
    transfer: Transfer = field(default_factory=Transfer)

    def from_subject(self, listing: Listing) -> None:
        waiting = deque((step, 1) for step in _steps(self._read(_narrowed(listing), self.limits)))
        while waiting:
            (relation, name), depth = waiting.popleft()
            key = f"datasets/{name}" if relation == "dataset" else name
            if key in self.found or not is_hub_name(name):
                continue
            if len(self.found) >= self.limits.bases:
                why = f"it and further ones: more than {self.limits.bases} are named (limit bases)"
                self.found[key] = Base(name=key, error=why)
                return
            if depth > self.limits.base_depth:
                why = f"it is more than {self.limits.base_depth} steps away (limit base_depth)"
                self.found[key] = Base(name=key, error=why)
                continue
            self.found[key] = self._looked_up(key)
            waiting.extend((step, depth + 1) for step in self.found[key].bases)

    def _looked_up(self, key: str) -> Base:
        reference = f"hf:{key}"
        limits = replace(self.limits, remote_bytes=min(self.limits.remote_bytes, BYTES))
        try:
            place = parse_reference(reference)
            with closing(list_place(place, reference, limits, self.network, wanted=_Wanted(limits))) as listing:
                try:
                    report = self._read(listing, limits)
                finally:
                    self._count(listing)
        except HiltError as error:
            return Base(name=key, error=str(error))
        return _told(key, f"{reference}@{listing.subject.revision[:12]}", report)

    def _read(self, listing: Listing, limits: Limits) -> Report | None:
        if not listing.locators:
            return None
        return runner.run(listing, limits, self.workers, hashed=False, progress=Silent())

    def _count(self, listing: Listing) -> None:
        if listing.remote is not None:
            more = listing.remote.transferred
            total = Transfer(bytes=self.transfer.bytes + more.bytes, requests=self.transfer.requests + more.requests)
            self.transfer = total


class _Wanted:
    """The first files of a base that say something of its licence and of what it is made from in its turn."""

    def __init__(self, limits: Limits) -> None:
        self._largest, self._left = limits.text_bytes, FILES

    def __call__(self, entry: Entry) -> bool:
        name = entry.path.lower()
        wanted = "/" not in name and (name in _CARDS or name.startswith(_TEXTS)) and entry.size <= self._largest
        self._left -= wanted
        return wanted and self._left >= 0


def _narrowed(listing: Listing) -> Listing:
    """The files of the subject that name bases."""
    paths = [path for path in listing.locators if _names_bases(path.rpartition("/")[2].lower())]
    chosen = set(sorted(paths, key=lambda path: (path.count("/"), path))[:FILES])
    entries = tuple(entry for entry in listing.subject.entries if entry.path in chosen)
    return listing._replace(
        subject=replace(listing.subject, entries=entries),
        locators={path: locator for path, locator in listing.locators.items() if path in chosen},
        gaps=(),
    )


def _names_bases(name: str) -> bool:
    return name in _CARDS or name.endswith((".gguf", ".md"))


def _steps(report: Report | None) -> tuple[Step, ...]:
    """What the check of a subject states that it is made from."""
    if report is None:
        return ()
    steps = [(relation, name) for relation, _, name in (said.partition(" ") for said in report.texts(BASES.key))]
    return (*steps, *(("dataset", name) for name in report.texts(DATASETS.key)))


def _told(key: str, source: str, report: Report | None) -> Base:
    if report is None:
        return Base(name=key, source=source)
    licences = report.texts(LICENCES.key)
    unknown = () if licences else report.texts(LICENCE_CLAIMED.key)
    return Base(name=key, licences=licences, unknown=unknown, bases=_steps(report), source=source)
