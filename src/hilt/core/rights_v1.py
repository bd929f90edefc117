"""Terms, obligations and answers as JSON, as a report states and as a verdict holds them: version 1 of `report_v1`."""

from __future__ import annotations

from typing import Any

from hilt.core.parts_v1 import KNOWN, kept
from hilt.core.rights import Answer, Duty, DutyState, HeldTerm, Obligation, Term
from hilt.core.wire import Object, encode_text

_STATES = {state.value: state for state in DutyState}


def encode_term(term: Term) -> dict[str, Any]:
    return kept(
        licence=encode_text(term.licence),
        id=encode_text(term.id),
        says=encode_text(term.says),
        needs=encode_text(term.needs) or None,
        of=encode_text(term.of) or None,
        source=encode_text(term.source),
        known=term.known.word,
    )


def decode_term(value: Any, where: str = "term") -> Term:
    it = Object(value, where)
    term = Term(
        licence=it.text("licence"),
        id=it.text("id"),
        says=it.text("says"),
        needs=it.text("needs", ""),
        of=it.text("of", ""),
        source=it.text("source"),
        known=it.word("known", KNOWN),
    )
    it.done()
    return term


def encode_obligation(obligation: Obligation) -> dict[str, Any]:
    return kept(
        licence=encode_text(obligation.licence),
        id=encode_text(obligation.id),
        says=encode_text(obligation.says),
        who=encode_text(obligation.who),
        when=encode_text(obligation.when) or None,
        words=encode_text(obligation.words) or None,
        done=obligation.done,
        where=encode_text(obligation.where) or None,
        of=encode_text(obligation.of) or None,
        source=encode_text(obligation.source),
        known=obligation.known.word,
    )


def decode_obligation(value: Any, where: str = "obligation") -> Obligation:
    it = Object(value, where)
    obligation = Obligation(
        licence=it.text("licence"),
        id=it.text("id"),
        says=it.text("says"),
        who=it.text("who"),
        when=it.text("when", ""),
        words=it.text("words", ""),
        done=it.flag("done") if it.has("done") else None,
        where=it.text("where", ""),
        of=it.text("of", ""),
        source=it.text("source"),
        known=it.word("known", KNOWN),
    )
    it.done()
    return obligation


def encode_held(held: HeldTerm) -> dict[str, Any]:
    return kept(term=encode_term(held.term), holds=held.holds, why=encode_text(held.why) or None)


def decode_held(value: Any, where: str = "held") -> HeldTerm:
    it = Object(value, where)
    held = HeldTerm(
        term=decode_term(it.take("term"), it.at("term")),
        holds=it.flag("holds") if it.has("holds") else None,
        why=it.text("why", ""),
    )
    it.done()
    return held


def encode_duty(duty: Duty) -> dict[str, Any]:
    return kept(
        obligation=encode_obligation(duty.obligation), state=duty.state.value, why=encode_text(duty.why) or None
    )


def decode_duty(value: Any, where: str = "duty") -> Duty:
    it = Object(value, where)
    duty = Duty(
        obligation=decode_obligation(it.take("obligation"), it.at("obligation")),
        state=it.word("state", _STATES),
        why=it.text("why", ""),
    )
    it.done()
    return duty


def encode_answer(answer: Answer) -> dict[str, Any]:
    texts = {name: encode_text(text) for name, text in answer._asdict().items() if name != "holds"}
    return kept(**texts, holds=answer.holds)


def decode_answer(value: Any, where: str = "answer") -> Answer:
    it = Object(value, where)
    texts = {name: it.text(name) for name in Answer._fields if name != "holds"}
    answer = Answer(**texts, holds=it.flag("holds") if it.has("holds") else None)
    it.done()
    return answer
