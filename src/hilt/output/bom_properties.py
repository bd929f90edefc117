"""The properties of a bill of materials: how each field is known, who says so, and what has no place of its own in the format.

The names of all properties are in `docs/aibom.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from hilt.core.fact import Known
from hilt.core.verdict import Verdict
from hilt.output.bom import Field
from hilt.output.quote import quote

LONGEST = 1_000
"""Letters of a text that is written as one."""
ITEMS = 200
"""Items of a list that are written, each as a property of its own."""

PROPERTIES: Mapping[str, str] = {
    "known:FIELD": "how the field is known: `unknown`, `claimed`, `consistent` or `verified`; there for every field",
    "source:FIELD": "the file and line that says so, or what worked it out",
    "value:FIELD": "the value of a field that has no place of its own in the format, once for each item of a list; `none` "
    "where it is known that there is none",
    "gap": "something that was not read or not checked, and why",
    "known:hashes": "of a file: `verified` where hilt digested it, `claimed` where a hub states the digest",
    "size": "of a file: bytes",
    "format": "of a file: what it is by its bytes, as in [formats.md](formats.md)",
    "role": "of a file: `weights`",
    "finding": "of a file: severity, check and what was seen",
    "relation": "of an ancestor: `finetune`, `quantized`, `adapter`, `merge`, `copy`, `distilled`, `tokenizer` or `unknown`",
    "requirement": "of a package: what is asked for, as it is spelled",
    "known:name": "of a dataset, a package or an ancestor: how it is known that the model is made from it, or needs it",
    "source:name": "of the same: who says so",
}
"""Every property, without the `hilt:` that its name begins with, and what it says."""


def property_of(name: str, value: str) -> dict[str, str]:
    return {"name": f"hilt:{name}", "value": quote(value, LONGEST)}


def told(fields: Iterable[Field], elsewhere: Callable[[Field], bool]) -> Iterator[dict[str, str]]:
    """How each field is known, where it was seen, and its value unless it stands `elsewhere`."""
    for field in fields:
        yield property_of(f"known:{field.id}", field.known.word)
        if field.source:
            yield property_of(f"source:{field.id}", field.source)
        if field.known is not Known.UNKNOWN and not elsewhere(field):
            for text in field.texts[:ITEMS] or ("none",):
                yield property_of(f"value:{field.id}", text)
            if len(field.texts) > ITEMS:
                yield property_of(f"value:{field.id}", f"{len(field.texts) - ITEMS} more")


def unread(verdict: Verdict) -> Iterator[dict[str, str]]:
    """Gaps, since silence is not safety; the JSON output has them all."""
    gaps = verdict.report.coverage.gaps
    for gap in gaps[:50]:
        yield property_of("gap", f"{gap.what} {gap.path}: {gap.state.value}: {gap.why}")
    if len(gaps) > 50:
        yield property_of("gap", f"{len(gaps) - 50} more")
