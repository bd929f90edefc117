"""Terms and obligations as JSON: version 1 of these parts of `report_v1`."""

from __future__ import annotations

from typing import Any

from hilt.core.parts_v1 import KNOWN, kept
from hilt.core.rights import Obligation, Term
from hilt.core.wire import Object, encode_text


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
