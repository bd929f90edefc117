"""Open cases, and one case as whoever decides it should see it: evidence before what hilt thinks of it, the unknown before what passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.core.catalogue import Catalogue
from hilt.core.events import Recorded
from hilt.core.review import Alike, LastDecision, OpenCase, ShownCase
from hilt.core.roles import deciders
from hilt.output.figures import counted, duration_text, some
from hilt.output.groups import Group
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import recorded_at, told
from hilt.output.review_words import Evidence, evidence, recommended
from hilt.output.text import SHADE, TONE
from hilt.output.text_recheck import change_line
from hilt.output.text_status import entry, holdings, waits_for

COLUMN = 18
_TOLD = 8
"""Lines of one kind that are told."""


def write_list(page: Page, cases: Sequence[OpenCase]) -> None:
    """A case a line, with whom it waits for."""
    if not cases:
        page.flow([("no case waits for anybody", "")])
    for one in cases:
        standing = one.use.standing
        people = list(dict.fromkeys(quote(name) for _, names in one.use.may_decide for name in names))
        roles = ", ".join(dict.fromkeys(deciders(asked.by, asked.approvals) for asked in standing.waits_for))
        who = f"{quote(roles)} ({some(people, 4)})" if people else f"{quote(roles)}: nobody here has that role"
        page.flow(
            [
                (f"#{one.case}", "bold"),
                (quote(one.status.reference), "bold"),
                ("for", "dim"),
                (quote(standing.use), ""),
                (f"waits {duration_text(one.waited)}", "yellow"),
                ("for", "dim"),
                (
                    who if standing.waits_for else "anybody in the record",
                    "" if people or not standing.waits_for else "bold red",
                ),
            ],
            indent=COLUMN,
            label=(standing.outcome.word, TONE[standing.outcome]),
        )


def write_case(page: Page, shown: ShownCase, catalogue: Catalogue, *, recommendation: bool) -> None:
    """Everything about one case, what is asked first; what hilt would say comes after all evidence, if it is asked."""
    found = evidence(shown.verdict, catalogue)
    _asked(page, shown)
    _title(page, "Since the last decision")
    _since(page, shown.before, shown)
    _title(page, "What speaks against it")
    _against(page, found)
    _title(page, "What nobody knows")
    _unknown(page, found)
    _title(page, "The evidence itself")
    _places(page, shown)
    _title(page, "Cases that are alike")
    _alike(page, shown.alike, shown)
    _title(page, "What hilt would say")
    _recommendation(page, shown, found, folded=not recommendation)
    _title(page, "What you would sign")
    _signed(page, shown)


def write_remarked(page: Page, entry: Recorded) -> None:
    page.line(recorded_at(entry.index))


def _recommendation(page: Page, shown: ShownCase, found: Evidence, *, folded: bool) -> None:
    if folded:
        page.flow([("(folded: have a view of your own first, then add --recommendation)", "dim")], indent=2)
        return
    said, changes = recommended(shown.verdict, found)
    page.flow([(said, "bold")], indent=COLUMN, label=(shown.verdict.outcome.word, TONE[shown.verdict.outcome]))
    for line in changes[:_TOLD]:
        page.flow([(quote(line, 600), "dim")], indent=COLUMN)


def _title(page: Page, title: str) -> None:
    page.blank()
    page.line(page.styled(title, "bold"))


def _asked(page: Page, shown: ShownCase) -> None:
    use = shown.status.uses[0]
    page.flow(
        [
            (f"#{shown.case}", "bold"),
            ("May", ""),
            (quote(shown.status.reference), "bold"),
            ("be used for", ""),
            (f"{quote(use.standing.use)}?", "bold"),
        ]
    )
    page.line(f"  {page.styled(f'sha256:{shown.status.subject}', 'dim')}")
    entry(page, shown.request, shown.status.names)
    for consequence in _consequences(shown):
        page.flow([(consequence, "")], indent=COLUMN, label=("a yes", "dim"))
    holdings(page, shown.status.holdings)
    if shown.open is not None:
        waits_for(page, use)
    else:
        page.flow([(quote(use.standing.why[0], 600), "bold yellow")], indent=COLUMN, label=("not open", "yellow"))


def _consequences(shown: ShownCase) -> Iterator[str]:
    yield (
        "lets it run for this use as soon as nobody else is asked, until the day and on the conditions that you set. "
        "`hilt withdraw` takes it back, and names who runs it."
    )
    if shown.signed.exception:
        yield "is an exception to what the policy blocks: it needs an end, and stays marked."
    if shown.status.uses[0].standing.claimed:
        yield "counts for bytes that match the digest; nobody here has read them yet."


def _since(page: Page, before: LastDecision | None, shown: ShownCase) -> None:
    if before is None:
        page.flow([("nothing was decided about it before, nor about other bytes under this name", "")], indent=2)
        return
    entry(page, before.decision, shown.status.names)
    if before.subject != shown.status.subject:
        page.flow([(f"about other bytes under this name: sha256:{before.subject}", "yellow")], indent=COLUMN)
    if before.changes is None:
        page.flow([("what was seen then cannot be read by this version of hilt", "yellow")], indent=COLUMN)
        return
    for change in before.changes[:_TOLD]:
        change_line(page, change)
    more = len(before.changes) - _TOLD
    said = f"and {more} more (--json tells all)" if more > 0 else "" if before.changes else "nothing changed since"
    if said:
        page.flow([(said, "dim")], indent=COLUMN)


def _against(page: Page, found: Evidence) -> None:
    for one in found.against:
        _group(page, one)
    if found.more:
        page.flow([(f"and {counted(found.more, 'finding')} more", "dim")], indent=COLUMN)
    for reason in found.failing:
        why = quote("; ".join(reason.why[:3]) or " ".join(reason.say.split()), 600)
        page.flow([(f"{quote(reason.rule)}:", "bold"), (why, "")], indent=COLUMN, label=("rule", "yellow"))
    if not found.against and not found.failing:
        page.flow([("nothing was found that does", "")], indent=2)


def _group(page: Page, one: Group) -> None:
    like = one.likes[0]
    places = some([quote(str(finding.where)) for finding in like.findings], 3)
    page.flow(
        [(quote(one.about.id), "bold"), (f"{places}:", "cyan"), (quote(like.message), "")],
        indent=COLUMN,
        label=(one.severity.word, SHADE[one.severity]),
    )
    if len(one.likes) > 1:
        page.flow([(f"and {len(one.likes) - 1} more like it", "dim")], indent=COLUMN)


def _unknown(page: Page, found: Evidence) -> None:
    for what, why, _ in found.unknown[:_TOLD]:
        page.flow([(f"{quote(what)}:", "bold"), (quote(why, 600), "")], indent=COLUMN, label=("unknown", "yellow"))
    if len(found.unknown) > _TOLD:
        page.flow([(f"and {len(found.unknown) - _TOLD} more", "dim")], indent=COLUMN)
    if not found.unknown:
        page.flow([("everything was read, and every rule could be decided", "")], indent=2)
    page.flow([(f"{counted(found.passed, 'rule')} {'passes' if found.passed == 1 else 'pass'}", "dim")], indent=2)


def _places(page: Page, shown: ShownCase) -> None:
    for command in (f"hilt review show {shown.case} --evidence", f"hilt history '#{shown.case}'"):
        page.line(f"  {page.styled(command, 'cyan')}")
    seen = "it is noted that this was shown to you" if shown.opened else _NOT_NOTED
    page.flow([(seen, "dim")], indent=2)


_NOT_NOTED = "name your key (--key), where a note of it can be kept, and what you decide tells when you first saw this"


def _alike(page: Page, alike: Sequence[Alike], shown: ShownCase) -> None:
    for one in alike:
        said = told(one.decision, shown.status.names)
        undone = f"; then {told(one.undone, shown.status.names).did}" if one.undone is not None else ""
        page.flow(
            [
                (quote(one.reference), "bold"),
                (f"for {quote(one.use)}:", ""),
                (f"{said.did}{undone}", ""),
                (f"{one.decision.at[:10]} · {some([quote(rule) for rule in one.rules], 3)}", "dim"),
            ],
            indent=COLUMN,
            label=(f"#{one.case}", "dim"),
        )
    if not alike:
        page.flow([("no other case asked these rules", "")], indent=2)


def _signed(page: Page, shown: ShownCase) -> None:
    event = shown.signed
    for label, text in (
        ("bytes", f"sha256:{event.subject}"),
        ("use", quote(event.use)),
        ("policy", f"sha256:{event.policy_digest}"),
        ("evidence", f"sha256:{event.evidence}"),
        ("your words", "your answers, --why and --conditions, as salted digests"),
    ):
        page.flow([(text, "")], indent=COLUMN, label=(label, "dim"))
    if shown.open is None:
        return
    until = " --until DATE" if event.exception else " [--until DATE] [--conditions TEXT]"
    for label, command in (
        ("yes", f"hilt admit '#{shown.case}' --why TEXT --answer RULE=TEXT{until}"),
        ("no", f"hilt refuse '#{shown.case}' --why TEXT"),
    ):
        page.flow([(command, "cyan")], indent=COLUMN, label=(label, "dim"))
