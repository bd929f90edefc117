"""One model: the report, how it stands for each use, who runs it, and what was done about it; and what can be done now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hilt.core.errors import ChangedMeanwhile, NotAllowed, ReferenceInvalid, UsageError
from hilt.core.events import DecisionMade, Recorded, UseRequested, Withdrawn
from hilt.core.model import ShownModel
from hilt.core.roles import only_reads
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import NotThere
from hilt.doors.web.page import Page
from hilt.output.called import called
from hilt.output.markup import Html, join

_DIGEST = re.compile("[0-9a-f]{64}")
NEWEST = 50
"""Entries that are told before all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPage(Page):
    """`report` is the report as `hilt check -o html` tells it. `entry` is what was just recorded, None where nothing was;
    `every` is true where the whole history is asked for. `may_act` is false for those who only read. `download` is the command that has it
    from the library, empty where that is not here."""

    template: ClassVar[str] = "model.html"
    model: ShownModel
    report: Html
    uses: tuple[str, ...]
    entry: Recorded | None
    every: bool
    may_act: bool
    download: str

    @property
    def entries(self) -> tuple[Recorded, ...]:
        """The history, newest first."""
        newest_first = tuple(reversed(self.model.entries))
        return newest_first if self.every else newest_first[:NEWEST]

    @property
    def provable(self) -> tuple[Recorded, ...]:
        """The newest verdict, and what people decided, newest first: what others may want a receipt of."""
        decided = [one for one in reversed(self.model.entries) if isinstance(one.event, DecisionMade | Withdrawn)]
        own = [one for one in decided if not one.origin]
        return (*([self.model.given] if self.model.given else []), *own[:NEWEST])

    def data(self) -> object:
        from hilt.core.report_v1 import encode_verdict
        from hilt.output.record_json import recorded_data, status_data

        shown = self.model
        return {
            "status": status_data(shown.status),
            "withdrawn": shown.withdrawn,
            "verdict": encode_verdict(shown.verdict) if shown.verdict is not None else None,
            "entries": [recorded_data(one, shown.status.names) for one in shown.entries],
            "others": [
                {"subject": f"sha256:{one.subject}", "outcome": one.outcome.word, "at": one.at} for one in shown.others
            ],
        }


def show(asking: Asking) -> Answer:
    from hilt.gate.overview.model import model

    try:
        shown = model(_digest(asking), settings=asking.settings)
    except ReferenceInvalid as error:
        raise NotThere(str(error)) from None
    who = asking.signed_in().who
    entry = next((one for one in shown.entries if str(one.index) == asking.query["entry"] and not one.origin), None)
    return ModelPage(
        title=called(shown.status.reference),
        model=shown,
        report=Html() if asking.wants_json else _report(shown),
        uses=tuple(one.standing.use for one in shown.status.uses),
        entry=entry,
        every=bool(asking.query["all"]),
        may_act=not only_reads(who.person.roles),
        download=_download(shown.status.reference) if asking.desk.library is not None else "",
    )


def _download(reference: str) -> str:
    """What whoever set HF_ENDPOINT types; empty where it is no repository of a hub."""
    scheme, _, name = reference.partition("@")[0].partition(":")
    kind, _, rest = name.partition("/")
    if scheme != "hf":
        return ""
    return f"hf download {rest} --repo-type {kind[:-1]}" if kind in ("datasets", "spaces") else f"hf download {name}"


def _report(shown: ShownModel) -> Html:
    from hilt.gate.explain import catalogue
    from hilt.output.html import explained

    return join(explained(shown.verdict, catalogue(), "report")) if shown.verdict is not None else Html()


def ask(asking: Asking) -> Answer:
    """Asks to use the model; where the verdict asks nobody, that admits it. What waits for people is decided on its own page."""
    from hilt.gate.admit import ToAnswer, admit
    from hilt.gate.status import status

    def refuse(asked: ToAnswer) -> Mapping[str, str]:
        raise ChangedMeanwhile(f"somebody asked for {asked.use} a moment ago: case #{asked.case} waits for people")

    form, key = asking.form(), asking.signed_in().key
    if form["use"].strip():
        standing = status(_named(asking), use=form["use"], settings=asking.settings).uses[0].standing
        if standing.case >= 0:
            return Redirect(to=f"/cases/{standing.case}")
    done = admit(_named(asking), use=form["use"], why=form["why"], ask=refuse, key=key, settings=asking.settings)
    if done.entry is None:
        raise NotAllowed("the policy blocks this, and names nobody who may make an exception; nothing was recorded")
    if isinstance(done.entry.event, UseRequested):
        return Redirect(to=f"/cases/{done.entry.index}")
    return _back(asking, done.entry)


def withdraw(asking: Asking) -> Answer:
    from hilt.gate.withdraw import withdraw as take_back

    form, key = asking.form(), asking.signed_in().key
    done = take_back(_named(asking), use=form["use"] or None, why=form["why"], key=key, settings=asking.settings)
    return _back(asking, done.entry)


def hold(asking: Asking) -> Answer:
    from hilt.gate.hold import hold as begin

    form, key = asking.form(), asking.signed_in().key
    done = begin(
        _named(asking),
        where=form["where"],
        holder=form["holder"],
        use=form["use"] or None,
        key=key,
        settings=asking.settings,
    )
    return _back(asking, done.entry)


def end_holding(asking: Asking) -> Answer:
    from hilt.gate.hold import end

    form, key = asking.form(), asking.signed_in().key
    if not form["holding"].isdecimal():
        raise UsageError("holding: say which, by its number")
    return _back(asking, end(int(form["holding"][:18]), key=key, settings=asking.settings))


def _digest(asking: Asking) -> str:
    digest: str = asking.parts["digest"]
    if not _DIGEST.fullmatch(digest):
        raise NotThere("a model is named by the 64 letters and digits of its digest")
    return digest


def _named(asking: Asking) -> str:
    return f"sha256:{_digest(asking)}"


def _back(asking: Asking, entry: Recorded | None) -> Redirect:
    """To the model, where what was just recorded is told."""
    return Redirect(to=f"/models/{_digest(asking)}" + (f"?entry={entry.index}" if entry else ""))
