"""A Lightning checkpoint that names what its loader shall call.

What: the hyper-parameters `_instantiator` and `_class_path` of a checkpoint, and `class_path` and `_target_` below them, where
they hold the name of a known road to code, files or the network, or of anything that is not Lightning's own.

Why: before Lightning 2.6.6 `load_from_checkpoint` imports what `_instantiator` names and calls it with the model's class and
its hyper-parameters (CVE-2026-58659); what Lightning itself writes there imports `_class_path` in turn. The pickle holds
nothing but texts, so that `weights_only=True` lets it pass.

What it cannot see: what unknown callables do; names in pickles that hold more than 100,000 texts.

Fix: use Lightning 2.6.6 or later; or load the weights alone (`torch.load(..., weights_only=True)["state_dict"]`) into a model that you made yourself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.checks.inspect.pickle_carriers import Carrier, where
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity

if TYPE_CHECKING:
    from hilt.knowledge.lightning import Named


def lightning_instantiator(file: ReadFile[Carrier]) -> Iterator[Finding | Fact]:
    from hilt.knowledge.lightning import INSTANTIATOR, named

    for stream in file.value.pickles:
        found = list(dict.fromkeys(named(stream)))
        if all(one.key != INSTANTIATOR for one in found):
            continue  # nothing calls the others then
        for one in found:
            severity, told = _told(one)
            if not told:
                continue
            message = f"{one.key} names {one.name!r}, which {told}"
            yield Finding(check=CHECK.id, severity=severity, where=where(file, stream, one.position), message=message)
            value = True if severity is Severity.CRITICAL else None
            known = Known.VERIFIED if value else Known.UNKNOWN
            yield Fact(key=CODE_ON_LOAD.key, value=value, known=known, source=file.path)


def _told(one: Named) -> tuple[Severity, str]:
    from hilt.knowledge.config_targets import road
    from hilt.knowledge.lightning import INSTANTIATOR, OWN

    if known := road(one.name):
        return Severity.CRITICAL, known
    if one.key == INSTANTIATOR and one.name not in OWN:
        return Severity.MEDIUM, "Lightning does not write, and releases before 2.6.6 import and call"
    return Severity.INFO, ""


CHECK = listed("lightning-instantiator")
