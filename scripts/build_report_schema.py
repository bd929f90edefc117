"""Writes docs/schema/report-1.json: the JSON Schema of what `core/report_v1.py` writes.

Run it after a change there. With --check it writes nothing and fails where the published file is not current.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hilt.core.fact import Known
from hilt.core.finding import Confidence, Severity
from hilt.core.report import State
from hilt.core.report_v1 import SCHEMA
from hilt.core.rights import DutyState
from hilt.core.running import Fits
from hilt.core.subject import EntryKind
from hilt.core.verdict import Outcome
from hilt.core.waiver import Idle

PUBLISHED = Path(__file__).parents[1] / "docs" / "schema" / "report-1.json"

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
TEXTS: Shape = {"type": "array", "items": TEXT}
LARGE: Shape = {
    "type": "object",
    "properties": {"int": {"type": "string", "pattern": "^-?0x[0-9a-f]+$"}},
    "required": ["int"],
    "additionalProperties": False,
}
NOT_FINITE: Shape = {
    "type": "object",
    "properties": {"float": {"enum": ["inf", "-inf", "nan"]}},
    "required": ["float"],
    "additionalProperties": False,
}
COUNT: Shape = {"anyOf": [{"type": "integer", "minimum": 0}, LARGE]}
DAY: Shape = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
HEX: Shape = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
VALUE: Shape = {"anyOf": [{"type": ["boolean", "number", "string", "null"]}, TEXTS, LARGE, NOT_FINITE]}


def words(enum: Iterable[Any]) -> Shape:
    return {"enum": [member.word if hasattr(member, "word") else member.value for member in enum]}


def told(about: str, shape: Shape) -> Shape:
    return {"description": about, **shape}


def ref(name: str) -> Shape:
    return {"$ref": f"#/$defs/{name}"}


def every(name: str) -> Shape:
    return {"type": "array", "items": ref(name)}


def shape(about: str, needed: dict[str, Shape], kept: dict[str, Shape] | None = None) -> Shape:
    """An object: `needed` is always there, `kept` only where it holds something."""
    return {
        "description": about,
        "type": "object",
        "properties": {**needed, **(kept or {})},
        "required": list(needed),
        "additionalProperties": False,
    }


FIGURE: Shape = {"anyOf": [{"type": "number"}, LARGE, NOT_FINITE]}
RUNNING: dict[str, Shape] = {
    "running": shape(
        "What it takes to run the subject on one machine, and what that costs.",
        {"fits": words(Fits), "machine": ref("machine")},
        {
            "memory": ref("memory"),
            "largest_context": told("The most tokens for which the memory is enough.", COUNT),
            "speed": told(
                "Tokens a second of one sequence, at least and at most.",
                {"type": "array", "items": FIGURE, "minItems": 2, "maxItems": 2},
            ),
            "costs": told("US dollars for a million tokens, by how busy the machine is.", every("cost")),
            "offers": told("What hosts ask for this model, and for others to compare with.", every("offer")),
            "break_even": every("break_even"),
            "prices_of": told("The day of the oldest price.", TEXT),
            "why": told("What the figures rest on, and what cannot be told.", TEXTS),
        },
    ),
    "memory": shape(
        "What an engine takes for so many sequences at once of so many tokens each.",
        {"engine": TEXT, "context": COUNT, "sequences": COUNT, "parts": every("part")},
        {"why": TEXTS},
    ),
    "part": shape(
        "One part of the memory, in bytes: weights, cache, state, buffer or runtime.",
        {"name": TEXT, "reserved": COUNT, "resident": told("What is touched of it.", COUNT)},
    ),
    "machine": shape(
        "Something to run a model on.",
        {"name": TEXT, "memory": told("In bytes, what a model may have.", COUNT)},
        {
            "bandwidth": told("Bytes a second.", FIGURE),
            "price": told("US dollars an hour.", FIGURE),
            "source": TEXT,
            "as_of": told("The day of the price.", TEXT),
        },
    ),
    "cost": shape(
        "US dollars for a million tokens, three of input to one of output.",
        {
            "utilisation": told("The part of the time in which the machine is busy.", FIGURE),
            "low": FIGURE,
            "high": FIGURE,
        },
    ),
    "offer": shape(
        "What a host asks for a million tokens, in US dollars.",
        {
            "provider": TEXT,
            "model": TEXT,
            "input": FIGURE,
            "output": FIGURE,
            "same": told("It is this model, by its name.", {"type": "boolean"}),
            "as_of": TEXT,
        },
    ),
    "break_even": shape(
        "From how many tokens a day the machine is cheaper than an offer.",
        {"offer": ref("offer")},
        {"tokens_a_day": told("Left out where the machine cannot write as many.", FIGURE)},
    ),
}
DEFS: dict[str, Shape] = {
    "verdict": shape(
        "What a policy says of a report.",
        {
            "outcome": words(Outcome),
            "policy": TEXT,
            "policy_digest": told("SHA-256 of the merged policy, profile and waivers.", TEXT),
            "reasons": told("The rules that did not pass, strictest first.", every("reason")),
            "passed": told("The names of the rules that passed.", TEXTS),
            "report": ref("report"),
        },
        {
            "waived": told("Findings of the report that no rule counted, and by which waiver.", every("waived")),
            "unwaived": told("Findings that count although a waiver names them, and why.", every("unwaived")),
            "terms": told("The terms of the report, held against the organisation's profile.", every("held")),
            "duties": told("The obligations of the report, held against profile and settings.", every("duty")),
            "answers": told("What rules of law say; never legal advice.", every("answer")),
            "running": told("What it takes to run it; left out where nothing can be told of it.", ref("running")),
            "organisation": told("Who had it judged, where the settings tell.", TEXT),
            "judged_at": told("UTC, ISO 8601.", TEXT),
        },
    ),
    "held": shape(
        "A term, held against the profile.",
        {"term": ref("term")},
        {"holds": told("Left out where it cannot be told.", {"type": "boolean"}), "why": TEXT},
    ),
    "duty": shape(
        "An obligation, held against the profile and what the settings say is done.",
        {"obligation": ref("obligation"), "state": words(DutyState)},
        {"why": TEXT},
    ),
    "answer": shape(
        "What a rule of law says of this subject and this organisation.",
        {
            "id": TEXT,
            "title": TEXT,
            "law": TEXT,
            "article": TEXT,
            "says": told("What follows where it holds.", TEXT),
            "whose": told("Whose duty that is: publisher or you.", TEXT),
            "why": told("The facts that decide, or that are missing.", TEXT),
            "read": told("The day on which the rule was last read.", TEXT),
        },
        {"holds": told("Left out where it cannot be told.", {"type": "boolean"})},
    ),
    **RUNNING,
    "waived": shape(
        "A finding that a waiver of the settings takes out.", {"finding": ref("finding"), "waiver": ref("waiver")}
    ),
    "unwaived": shape(
        "A finding that a waiver names in vain.",
        {"finding": ref("finding"), "waiver": ref("waiver"), "why": words(Idle)},
    ),
    "waiver": shape(
        "The organisation's decision not to hold a finding against a file.",
        {
            "check": TEXT,
            "path": TEXT,
            "digest": told("sha256: and the hex of the file, the outermost archive around it, or the subject.", TEXT),
            "reason": TEXT,
            "expires": told("The last day, in UTC, on which it counts.", DAY),
        },
    ),
    "reason": shape(
        "What one rule said.",
        {"rule": TEXT, "policy": TEXT, "outcome": words(Outcome), "unknown": {"type": "boolean"}},
        {
            "say": TEXT,
            "why": told("The parts of the rule's expression, with the facts that made it so.", TEXTS),
            "change": told("What would change the outcome.", TEXT),
            "maps_to": TEXTS,
            "by": told("The roles of the people who may decide; of a block, who may make an exception.", TEXTS),
            "approvals": told("How many different people of these roles it takes, where more than one.", COUNT),
            "ask": told("The question that each of them answers in words.", TEXT),
        },
    ),
    "report": shape(
        "What was seen in a subject, and what was not.",
        {
            "subject": ref("subject"),
            "findings": every("finding"),
            "facts": every("fact"),
            "coverage": ref("coverage"),
            "formats": told("The format of each path that was read.", {"type": "object", "additionalProperties": TEXT}),
            "versions": told("Of what the report depends on.", {"type": "object", "additionalProperties": TEXT}),
        },
        {
            "statements": told(
                "What checks stated of files in which they found something, and for each such fact one more without a "
                "check: what everything else comes to. A waiver takes its part away.",
                every("fact"),
            ),
            "transfer": ref("transfer"),
            "terms": told("What licences make their grants depend on.", every("term")),
            "obligations": told("What licences ask of whoever uses the subject.", every("obligation")),
        },
    ),
    "term": shape(
        "Something a licence makes its grant depend on.",
        {
            "licence": told("Its id in the pack of licences, or the path of a text that is none of them.", TEXT),
            "id": told("Of what kind it is: commercial, users, revenue, hosting, territory ...", TEXT),
            "says": TEXT,
            "source": told("Where the licence was seen.", TEXT),
            "known": words(Known),
        },
        {
            "needs": told("A condition on the organisation's profile, in the language of policies.", TEXT),
            "of": told(
                "The base, adapter, dataset or folder whose licence it is; left out for the subject itself.", TEXT
            ),
        },
    ),
    "obligation": shape(
        "Something that whoever uses the subject has to do.",
        {
            "licence": TEXT,
            "id": told("Of what kind it is: licence-copy, notice, attribution, display ...", TEXT),
            "says": TEXT,
            "who": told("Whose duty it is, and when.", TEXT),
            "source": TEXT,
            "known": words(Known),
        },
        {
            "when": told("The same as a condition on the organisation's profile; left out for always.", TEXT),
            "words": told("A text that must be carried or displayed as it stands.", TEXT),
            "done": told("Whether the files show that it is done; left out where they cannot.", {"type": "boolean"}),
            "where": told("Where they show it.", TEXT),
            "of": TEXT,
        },
    ),
    "transfer": shape(
        "What was fetched of a subject that was read before download.", {"bytes": COUNT, "requests": COUNT}
    ),
    "subject": shape(
        "What was judged.",
        {"reference": TEXT, "entries": every("entry")},
        {
            "revision": TEXT,
            "digest": told("SHA-256 of the canonical JSON list of [path, size, SHA-256] of all regular files.", HEX),
        },
    ),
    "entry": shape(
        "One name in the subject.",
        {"path": TEXT, "kind": words(EntryKind), "size": told("In bytes.", COUNT)},
        {
            "target": told("What a link says.", TEXT),
            "note": TEXT,
            "sha256": HEX,
            "blake3": HEX,
            "claimed": told("True where the SHA-256 is what a hub states.", {"const": True}),
        },
    ),
    "finding": shape(
        "One thing a check saw.",
        {
            "check": TEXT,
            "severity": words(Severity),
            "confidence": words(Confidence),
            "where": ref("where"),
            "message": TEXT,
        },
        {
            "why": TEXT,
            "fix": TEXT,
            "whole": told("It rests on more files than its own: a waiver needs the subject's digest.", {"const": True}),
        },
    ),
    "where": shape(
        "A place; an empty path means the subject as a whole, and members of archives stand behind `!/`.",
        {"path": TEXT},
        {"offset": told("In bytes from 0.", COUNT), "line": told("From 1.", COUNT), "tensor": TEXT},
    ),
    "fact": shape(
        "One statement about the subject, and how it is known.",
        {
            "key": TEXT,
            "value": told("null only where the fact is unknown.", VALUE),
            "known": words(Known),
            "source": TEXT,
        },
        {"check": told("The check that stated it, where it is the statement of one.", TEXT)},
    ),
    "coverage": shape(
        "What ran, and what was not checked.",
        {"complete": {"type": "boolean"}, "ran": every("ran"), "gaps": every("gap")},
    ),
    "ran": shape("A check that ran.", {"check": TEXT, "files": COUNT}),
    "gap": shape(
        "Something that was not checked, or not to its end.",
        {"what": told('A check, or "read".', TEXT), "path": TEXT, "state": words(State), "why": TEXT},
    ),
    "about": shape(
        "A check, explained.",
        {"severity": words(Severity)},
        {"family": TEXT, "title": TEXT, "what": TEXT, "why": TEXT, "blind_spot": TEXT, "fix": TEXT},
    ),
}


def schema() -> Shape:
    checks = {"type": "object", "additionalProperties": ref("about")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Reports and verdicts of hilt, version 1",
        "description": (
            "What is empty is left out. In strings a lone surrogate stands as the six characters \\udcff, and "
            "backslashes directly before such a text are doubled."
        ),
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA},
            "verdicts": every("verdict"),
            "checks": told("The checks that found something, by id.", checks),
            "report": ref("report"),
        },
        "required": ["schema"],
        "oneOf": [{"required": ["verdicts"]}, {"required": ["report"]}],
        "additionalProperties": False,
        "$defs": DEFS,
    }


def main() -> int:
    text = json.dumps(schema(), indent=2) + "\n"
    if "--check" in sys.argv[1:]:
        return int(PUBLISHED.read_text(encoding="utf-8") != text)
    PUBLISHED.parent.mkdir(parents=True, exist_ok=True)
    PUBLISHED.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
