"""Entries of the log in words: who did what, when, and what they said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hilt.core.events import (
    THE_LOG,
    DecisionMade,
    Erased,
    Event,
    FixityRun,
    HoldingBegun,
    HoldingEnded,
    Imported,
    KeyAdded,
    KeyRevoked,
    LogKeyAdded,
    PersonStated,
    Recorded,
    Remark,
    Remarked,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.output.figures import counted, some
from hilt.output.quote import quote

ERASED = "(erased)"
REMARKS = {
    Remark.FOR: "leans towards yes",
    Remark.AGAINST: "leans towards no",
    Remark.UNSURE: "is not sure",
    Remark.ASKS: "asks for more",
    Remark.SAYS: "says something",
}
"""What somebody does who decides nothing yet."""
LONGEST = 1000
"""Letters of what somebody said that are told; --json tells all."""


class Told(NamedTuple):
    """An entry: who, what they did, how that sounds, and what they said, each line with its label."""

    who: str
    did: str
    tone: str = ""
    said: tuple[tuple[str, str], ...] = ()


def told(recorded: Recorded, names: Mapping[str, str]) -> Told:
    """What an entry says. `names` are those of people. What comes from outside is quoted."""
    did, tone = _did(recorded.event, {} if recorded.origin else names)
    said = tuple((label, quote(text, LONGEST)) for label, text in _said(recorded.event))
    if recorded.lapsed:
        did, tone = f"{did}; it does not count: {recorded.lapsed}", "dim"
    return Told(who=person(recorded, names), did=quote(did, LONGEST), tone=tone, said=said)


def person(recorded: Recorded, names: Mapping[str, str]) -> str:
    """Who signed it, with the roles of then."""
    elsewhere = f" of {recorded.origin}" if recorded.origin else ""
    if recorded.by == THE_LOG:
        return quote(f"hilt{elsewhere}")
    name = names.get(recorded.by, "") if not recorded.origin else ""
    roles = f" ({', '.join(recorded.roles)})" if recorded.roles else ""
    return quote(f"{name or recorded.by}{elsewhere}{roles}")


def _called(who: str, names: Mapping[str, str]) -> str:
    """Somebody of whom an entry tells, by their number as well: two people may have one name."""
    return f"{names[who]} ({who})" if names.get(who) else who


def recorded_at(*places: int) -> str:
    """Where in the log what was just recorded stands."""
    if len(places) == 1:
        return f"recorded: entry {places[0]} of the log"
    return f"recorded: entries {places[0]} to {places[-1]} of the log"


def spoken(words: Words) -> str:
    """What was said, or that it was erased."""
    return ERASED if words.text is None else " ".join(words.text.split())


def _did(event: Event, names: Mapping[str, str]) -> tuple[str, str]:
    match event:
        case VerdictGiven():
            asked = [one.rule for one in event.questions]
            because = f" because of {some(asked, 4)}" if asked else ""
            claimed = ", by digests that a hub states" if event.claimed else ""
            return f"judged it {event.outcome.word} by policy {event.policy}{because}{claimed}", event.outcome.word
        case UseRequested():
            return f"asked to use it for {event.use}", ""
        case DecisionMade():
            return _decided(event)
        case Remarked():
            return f"{REMARKS[event.says]} in case #{event.case}", ""
        case Withdrawn():
            return f"withdrew it for {event.use or 'every use'}", "block"
        case HoldingBegun():
            return f"noted that it runs at {event.place}, for {event.use or 'a use that nobody named'}", ""
        case HoldingEnded():
            return f"noted that the holding of entry {event.holding} is over", ""
        case Imported():
            return f"took over what the log {event.origin} says, until {event.until}", ""
        case PersonStated():
            return (
                f"stated that {_called(event.person, names)} has {f'the roles {some(event.roles, 4)}' if event.roles else 'no role'}",
                "",
            )
        case KeyAdded():
            return f"gave {_called(event.person, names)} the key {event.key}", ""
        case KeyRevoked():
            stolen = ", which somebody else had" if event.compromised else ""
            return f"took from {_called(event.person, names)} the key {event.key}{stolen}", ""
        case LogKeyAdded():
            origin, _, rest = event.continues.partition("\n")
            lost = (
                f", in the place of the log {origin}, of which the first {rest.split()[0]} entries are left"
                if rest
                else ""
            )
            return f"had the log sign with {event.verifier} from then on{lost}", ""
        case Erased():
            return f"erased words of or for {event.person}", ""
        case FixityRun():
            return _digested(event)


def _digested(event: FixityRun) -> tuple[str, str]:
    did = f"digested {counted(event.files, 'file')} of the library anew"
    unread = f"; something could not be read in {counted(event.unread, 'place')}" if event.unread else ""
    if not event.damaged:
        return f"{did}: all are as they were{unread}", "review" if unread else "admit"
    again = f", {len(event.repaired)} of them had again from elsewhere" if event.repaired else ""
    are = "is" if len(event.damaged) == 1 else "are"
    return f"{did}: {len(event.damaged)} {are} damaged or gone{again}{unread}", "block"


def _decided(event: DecisionMade) -> tuple[str, str]:
    case = f" to case #{event.case}" if event.case >= 0 else ""
    until = f" until {event.until}" if event.until else ""
    if event.say is Say.NO:
        return f"said no{case}: not for {event.use}", "block"
    if event.exception:
        return f"said yes{case}, as an exception to the block, for {event.use}{until}", "review"
    return f"said yes{case}, for {event.use}{until}" if case else f"admitted it for {event.use}{until}", "admit"


def _said(event: Event) -> Iterator[tuple[str, str]]:
    match event:
        case UseRequested() | Remarked() | Withdrawn() | KeyRevoked():
            yield "why", spoken(event.why)
        case DecisionMade():
            yield "why", spoken(event.why)
            for rule, words in event.answers:
                yield rule, spoken(words)
            if event.conditions is not None:
                yield "on condition", spoken(event.conditions)
        case HoldingBegun():
            yield "holder", spoken(event.holder)
