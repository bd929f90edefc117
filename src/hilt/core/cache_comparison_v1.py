"""A question of what caches hold, and the answer of a record, as JSON: version 1. Either side believes nothing that it is sent.

A question:  {"schema": "hilt.cache-question/1", "use": "...", "files": ["<sha256>", ...], "subjects": ["<sha256>", ...],
              "names": [["hf:org/name", "<revision>"], ...]}
An answer:   {"schema": "hilt.cache-answer/1", "models": [...], "count": 2, "problems": [...], "only": [...]}
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from hilt.core.cache_comparison import Compared, RecordedModel, Wanted
from hilt.core.cache_scan import AdmittedFor, CacheState
from hilt.core.errors import ReportInvalid
from hilt.core.wire import Object, decode_item, encode_text

QUESTION, ANSWER = "hilt.cache-question/1", "hilt.cache-answer/1"
QUESTION_BYTES, ANSWER_BYTES = 16 << 20, 32 << 20
"""A question of as many digests as it may name has 14 MB."""
QUESTION_PARTS, ANSWER_PARTS = 300_000, 1_500_000
"""Values of JSON at most; whoever parses more of them takes a hundred times the memory of the bytes."""
FILES = 200_000
"""Digests that one question names at most: those of the largest model that hilt reads, and as many that names promise."""
OTHERS = 20_000
"""Digests of whole models, and names, of one question."""
MODELS = 1_000
"""Models that one answer tells of."""
LONGEST_USE = 200
"""Letters, as of every use."""
LINES = 1_000
"""Reasons of a model, and problems, that one answer tells; all of them reach a terminal."""
_LARGEST_COUNT = 1 << 40

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STATES = {state.value: state for state in CacheState if state is not CacheState.NOT_READ}


def parts(data: bytes | bytearray) -> int:
    """Values that JSON in these bytes has at most: told without parsing it."""
    return sum(map(data.count, (b",", b"[", b"{")))


def encode_question(wanted: Wanted, use: str) -> dict[str, Any]:
    return {
        "schema": QUESTION,
        "use": encode_text(use),
        "files": sorted(wanted.files),
        "subjects": sorted(wanted.subjects),
        "names": _encode_names(wanted.names),
    }


def decode_question(value: object) -> tuple[Wanted, str]:
    """What is asked, and for which use, empty for any. Raises `ReportInvalid`."""
    it = Object(value, "")
    it.word("schema", {QUESTION: QUESTION})
    use = it.text("use")
    if len(use) > LONGEST_USE:
        raise ReportInvalid(f"{len(use)} letters, where {LONGEST_USE} are allowed", where="use")
    files = _bounded(it.each("files", _digest), FILES, "files")
    subjects = _bounded(it.each("subjects", _digest), OTHERS, "subjects")
    names = _bounded(it.each("names", _pair), OTHERS, "names")
    it.done()
    return Wanted(frozenset(files), frozenset(subjects), frozenset(names)), use


def encode_answer(told: Compared) -> dict[str, Any]:
    return {
        "schema": ANSWER,
        "models": [_encode_model(one) for one in told.models],
        **({} if told.count is None else {"count": told.count}),
        "problems": [encode_text(one) for one in told.problems],
        "only": [encode_text(one) for one in told.only],
    }


def decode_answer(value: object, wanted: Wanted) -> Compared:
    """The answer to what was `wanted`. Raises `ReportInvalid`, also where it tells of files or names that nobody asked for."""
    it = Object(value, "")
    it.word("schema", {ANSWER: ANSWER})
    told = Compared(
        models=_bounded(it.each("models", _decode_model), MODELS, "models"),
        count=_count(it, "count") if it.has("count") else None,
        problems=_bounded(it.each("problems", decode_item), LINES, "problems"),
        only=_bounded(it.each("only", decode_item), LINES, "only"),
    )
    it.done()
    for number, model in enumerate(told.models):
        named = {digest for _, digest in model.files} | model.shared | model.telling
        if not (named <= wanted.files and model.names <= wanted.names):
            raise ReportInvalid("it names what was not asked for", where=f"models[{number}]")
    return told


def _encode_model(model: RecordedModel) -> dict[str, Any]:
    return {
        "subject": model.subject,
        "reference": encode_text(model.reference),
        "revision": encode_text(model.revision),
        "count": model.count,
        "files": [[encode_text(path), digest] for path, digest in model.files],
        "shared": sorted(model.shared),
        "telling": sorted(model.telling),
        "state": model.state.value,
        "why": [encode_text(one) for one in model.why],
        "since": model.since,
        "uses": [{"use": encode_text(one.use), "until": one.until} for one in model.uses],
        "names": _encode_names(model.names),
    }


def _decode_model(value: object, where: str) -> RecordedModel:
    it = Object(value, where)
    model = RecordedModel(
        subject=_digest(it.take("subject"), it.at("subject"), empty=True),
        reference=it.text("reference"),
        revision=it.text("revision"),
        count=_count(it, "count"),
        files=it.each("files", _file),
        shared=frozenset(it.each("shared", _digest)),
        telling=frozenset(it.each("telling", _digest)),
        state=it.word("state", _STATES),
        why=_bounded(it.each("why", decode_item), LINES, it.at("why")),
        since=_time(it, "since", datetime.fromisoformat),
        uses=it.each("uses", _use),
        names=frozenset(it.each("names", _pair)),
    )
    it.done()
    return model


def _encode_names(names: frozenset[tuple[str, str]]) -> list[list[str]]:
    return [[encode_text(name), encode_text(revision)] for name, revision in sorted(names)]


def _use(value: object, where: str) -> AdmittedFor:
    it = Object(value, where)
    use = AdmittedFor(it.text("use"), _time(it, "until", date.fromisoformat))
    it.done()
    return use


def _file(value: object, where: str) -> tuple[str, str]:
    path, digest = _pair(value, where)
    return path, _digest(digest, where)


def _pair(value: object, where: str) -> tuple[str, str]:
    match value:
        case [str(), str()]:
            return decode_item(value[0], where), decode_item(value[1], where)
    raise ReportInvalid(f"a pair of texts is needed here, not {ascii(value)[:80]}", where=where)


def _count(it: Object, key: str) -> int:
    count = it.count(key)
    if count > _LARGEST_COUNT:
        raise ReportInvalid(f"no count is larger than {_LARGEST_COUNT}", where=it.at(key))
    return count


def _digest(value: object, where: str, *, empty: bool = False) -> str:
    if isinstance(value, str) and (_SHA256.fullmatch(value) or (empty and not value)):
        return value
    raise ReportInvalid(f"64 hex digits are needed here, not {ascii(value)[:80]}", where=where)


def _time(it: Object, key: str, read: Callable[[str], object]) -> str:
    """A day or a time of ISO 8601, which people are shown; empty for none."""
    text = it.text(key)
    try:
        if text:
            read(text)
        if len(text) <= _LONGEST_TIME and text.isascii() and text.isprintable():
            return text
    except ValueError:
        pass
    raise ReportInvalid(f"a time is needed here, not {ascii(text)[:80]}", where=it.at(key))


_LONGEST_TIME = 40


def _bounded(found: tuple[Any, ...], most: int, key: str) -> tuple[Any, ...]:
    if len(found) > most:
        raise ReportInvalid(f"{len(found)} are more than the {most} that are taken at once", where=key)
    return found
