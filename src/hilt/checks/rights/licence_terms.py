"""What the licences of a subject grant, on which terms, and what they oblige to.

What: states the licences under which the subject is offered and what they allow; as terms, what their grant depends on;
as obligations, what they ask, and which of that the files show as done: a copy of the licence, a notice, the words to be
displayed, a name. Of a licence text that is not known it states what a reading of its clauses shows.

Why: a licence is a bargain. What you gain and what you take on should be read before the model is in a product.

What it cannot see: whether whoever names a licence had the right to give it; agreements beside the files; the law. It is
no legal advice. What the pack of licences says of a licence is as good as its reading, which each entry tells.

Fix: meet the obligations that are due (`hilt notice` writes the notice to carry), or ask the publisher for other terms.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.inspect.facts import ARCHITECTURE
from hilt.checks.rights.facts import EU_OPEN_SOURCE, GRANTS, LICENCES, OPEN_LICENCE, SHARE_ALIKE
from hilt.checks.rights.gathering import gathered
from hilt.core.fact import Fact, FactSpec, Known, Value
from hilt.core.report import Gap, State
from hilt.core.rights import Obligation, Term
from hilt.knowledge.licences.agreement import entry_of
from hilt.knowledge.licences.fulfilment import Files, fulfilled, name_offered
from hilt.knowledge.licences.gathered import Gathered
from hilt.knowledge.licences.licence import Condition, Due, Licence
from hilt.knowledge.licences.places import FileKind
from hilt.knowledge.licences.standard import CONDITIONS, DUTIES
from hilt.knowledge.licences.works import Part, Work

_SEES = ("vision", "mllama", "llava", "imagetext", "conditionalgeneration", "multimodal", "vl", "llama4")
"""Parts of the names of architectures that read more than text."""


def licence_terms(repository: Repository) -> Iterator[Fact | Term | Obligation | Gap]:
    found = gathered(repository)
    for path in found.unread:
        why = "what it says of licences was not read: too many files say something"
        yield Gap(what=CHECK.id, path=path, state=State.SKIPPED, why=why)
    for work in found.works:
        files = files_of(repository, found, work)
        for licence_id in work.ids:
            if (entry := entry_of(licence_id)) is not None:
                yield from _of_licence(entry, work, files, repository, found)
        yield from _of_unknown(found, work)
    yield from _facts(found)


def _of_licence(
    entry: Licence, work: Work, files: Files, repository: Repository, found: Gathered
) -> Iterator[Term | Obligation]:
    source = _source(work, entry.id)
    unread = "" if entry.read in "TS" else f" ({entry.how_read})"
    for condition in entry.conditions:
        if applies(condition, repository):
            yield Term(
                licence=entry.id,
                id=condition.id,
                says=condition.says + unread,
                needs=condition.needs,
                source=source,
                known=work.known,
                of=work.name,
            )
    for due in entry.duties:
        state = fulfilled(due, entry.id, files)
        yield Obligation(
            licence=entry.id,
            id=due.id,
            says=due.says + unread,
            who=due.who,
            source=source,
            known=work.known,
            when=due.when,
            words=due.words or _to_carry(due, entry.id, found, work),
            done=state.done,
            where=state.where,
            of=work.name,
        )


def _to_carry(due: Due, licence_id: str, found: Gathered, work: Work) -> str:
    """The copyright lines and notices that stand in the files, for a duty to keep them."""
    if due.id not in ("licence-copy", "attribution"):
        return ""
    near = [text for text in found.texts if text.home in ("", work.name)]
    held = [text for text in near if text.identified is not None and licence_id in text.identified.ids]
    lines = list(dict.fromkeys(line for text in held for line in text.copyrights))
    notices = [text.text.strip() for text in near if text.kind is FileKind.NOTICE] if due.id == "attribution" else []
    return "\n\n".join(filter(None, ("\n".join(lines), *notices)))


def _of_unknown(found: Gathered, work: Work) -> Iterator[Term | Obligation]:
    """What the detectors of clauses saw in texts that are no known licence."""
    for text in found.texts:
        if text.home != work.name or text.kind is not FileKind.LICENCE:
            continue
        for clause in text.seen:
            if clause.id not in (DUTIES if clause.duty else CONDITIONS):
                continue  # told by the finding on the text
            if clause.duty:
                yield Obligation(
                    licence=text.path,
                    id=clause.id,
                    says=f"{clause.says}: {clause.quote}",
                    who="whoever its text says",
                    source=text.path,
                    known=Known.CLAIMED,
                    when=clause.needs,
                    words=clause.words,
                    of=work.name,
                )
            else:
                yield Term(
                    licence=text.path,
                    id=clause.id,
                    says=f"{clause.says}: {clause.quote}",
                    needs=clause.needs,
                    source=text.path,
                    known=Known.CLAIMED,
                    of=work.name,
                )


def _facts(found: Gathered) -> Iterator[Fact]:
    ids = tuple(sorted({licence_id for work in found.works for licence_id in work.ids}))
    if not ids:
        return
    sources = [_source(work, licence_id) for work in found.works for licence_id in work.ids]
    source = sources[0] if len(set(sources)) == 1 else f"{sources[0]} and {len(set(sources)) - 1} more"
    entries = [entry for one in ids if (entry := entry_of(one)) is not None]
    open_ended = len(entries) < len(ids) or any(work.unknown for work in found.works)
    grants = set.intersection(*(set(entry.grants) for entry in entries)) if entries else set[str]()
    exemptions = {entry.eu_art53_2 for entry in entries}
    yield _fact(LICENCES, ids, source)
    if not open_ended:
        yield _fact(GRANTS, tuple(sorted(grants)), source)
    yield _fact(OPEN_LICENCE, _all([entry.open != "no" for entry in entries], open_ended=open_ended), source)
    eu = None if "review" in exemptions and "no" not in exemptions else exemptions == {"yes"}
    yield _fact(EU_OPEN_SOURCE, None if open_ended and eu else eu, source)
    shares = any(entry.share_alike for entry in entries)
    yield _fact(SHARE_ALIKE, None if open_ended and not shares else shares, source)


def _all(each: list[bool], *, open_ended: bool) -> bool | None:
    """All of them are true; not known where none is false and there is something that was not read."""
    return None if all(each) and open_ended else all(each)


def _fact(spec: FactSpec, value: Value, source: str) -> Fact:
    if value is None:
        return Fact(key=spec.key, value=None, known=Known.UNKNOWN, source="")
    return Fact(key=spec.key, value=value, known=Known.CLAIMED, source=source)


def files_of(repository: Repository, found: Gathered, work: Work) -> Files:
    """What is there of this work; the root of the subject serves its folders as well."""
    near = [text for text in found.texts if text.home in ("", work.name)]
    copies: dict[str, str] = {}
    for text in near:
        known = text.identified
        if known is not None and known.kind in ("exact", "same", "several") and known.of == "licence":
            copies |= {licence_id: text.path for licence_id in known.ids if licence_id not in copies}
    return Files(
        copies=copies,
        policies=tuple(text.path for text in near if text.kind is FileKind.POLICY),
        said=found.said,
        name=name_offered(repository.subject.reference),
    )


def applies(condition: Condition, repository: Repository) -> bool:
    """A condition for multimodal models alone is none of a model whose architectures read text alone."""
    named = repository.merged(ARCHITECTURE).value
    if condition.only_for != "multimodal" or not isinstance(named, tuple):
        return True
    return any(word in name.lower() for name in named for word in _SEES)


def _source(work: Work, licence_id: str) -> str:
    """The most trusted file that says so."""
    claims = [claim for claim in work.claims if licence_id in claim.ids and claim.part is not Part.DATA]
    return min(claims, key=lambda claim: claim.how.rank).path if claims else ""


CHECK = listed("licence-terms")
