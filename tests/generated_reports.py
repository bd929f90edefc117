"""Hypothesis strategies for the words of core, with the worst strings that a subject can bring."""

from __future__ import annotations

from hypothesis import strategies as st

from hilt.core.fact import Fact, Known
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.report import Coverage, Gap, Ran, Report, State, Transfer
from hilt.core.rights import Answer, Duty, DutyState, HeldTerm, Obligation, Term
from hilt.core.running import BreakEven, Cost, Fits, Machine, Memory, Offer, Part, Running
from hilt.core.subject import Entry, EntryKind, Subject
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.core.waiver import Idle, Unwaived, Waived, Waiver

NASTY = (
    "\x1b[2J\x1b]0;owned\x07",
    "<script>alert(1)</script>",
    "a\u202egnp.exe",
    "zero\u200bwidth",
    "lone \udcff\ud83d surrogates",
    r"\udcff and \\udcff spelled out",
    "\\\udcff",
    "line\nbreak\r\u2028\u2029",
    "'\"&<>`{{7*7}}",
    "[bold red]markup[/]",
    "\x00\x7f\x85\x9b31m",
)

texts = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(NASTY)
counts = st.integers(min_value=0, max_value=2**70)
places = st.builds(Where, path=texts, offset=st.none() | counts, line=st.none() | counts, tensor=st.none() | texts)
findings = st.builds(
    Finding,
    check=texts,
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    where=places,
    message=texts,
    why=texts,
    fix=texts,
    whole=st.booleans(),
)
values = (
    st.booleans()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.floats(allow_nan=False)
    | texts
    | st.lists(texts, max_size=3).map(tuple)
)
facts = st.builds(
    Fact,
    key=texts,
    value=values,
    known=st.sampled_from([known for known in Known if known is not Known.UNKNOWN]),
    source=texts,
    check=texts,
) | st.builds(Fact, key=texts, value=st.none(), known=st.just(Known.UNKNOWN), source=texts)
gaps = st.builds(Gap, what=texts, path=texts, state=st.sampled_from(State), why=texts)
entries = st.builds(
    Entry,
    path=texts,
    kind=st.sampled_from(EntryKind),
    size=counts,
    target=texts,
    note=texts,
    sha256=st.sampled_from(["", "ab" * 32]),
    blake3=st.sampled_from(["", "cd" * 32]),
    claimed=st.booleans(),
)


def few(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


terms = st.builds(
    Term, licence=texts, id=texts, says=texts, needs=texts, source=texts, known=st.sampled_from(Known), of=texts
)
obligations = st.builds(
    Obligation,
    licence=texts,
    id=texts,
    says=texts,
    who=texts,
    source=texts,
    known=st.sampled_from(Known),
    when=texts,
    words=texts,
    done=st.none() | st.booleans(),
    where=texts,
    of=texts,
)
answers = st.builds(
    Answer,
    **{name: texts for name in Answer._fields if name != "holds"},
    holds=st.none() | st.booleans(),
)
figures = st.floats(allow_nan=False)
optional = st.none() | figures
offers = st.builds(Offer, provider=texts, model=texts, input=figures, output=figures, same=st.booleans(), as_of=texts)
runnings = st.builds(
    Running,
    memory=st.none()
    | st.builds(
        Memory,
        engine=texts,
        context=counts,
        sequences=counts,
        parts=few(st.builds(Part, name=texts, reserved=counts, resident=counts)),
        why=few(texts),
    ),
    machine=st.builds(
        Machine, name=texts, memory=counts, bandwidth=optional, price=optional, source=texts, as_of=texts
    ),
    fits=st.sampled_from(Fits),
    largest_context=st.none() | counts,
    speed=st.none() | st.tuples(figures, figures),
    costs=few(st.builds(Cost, utilisation=figures, low=figures, high=figures)),
    offers=few(offers),
    break_even=few(st.builds(BreakEven, offer=offers, tokens_a_day=optional)),
    prices_of=texts,
    why=few(texts),
)
subjects = st.builds(Subject, reference=texts, revision=texts, entries=few(entries))
reports = st.builds(
    Report,
    subject=subjects,
    findings=few(findings),
    facts=few(facts),
    statements=few(facts),
    coverage=st.builds(Coverage, ran=few(st.builds(Ran, check=texts, files=counts)), gaps=few(gaps)),
    formats=st.dictionaries(texts, texts, max_size=3),
    versions=st.dictionaries(texts, texts, max_size=3),
    transfer=st.none() | st.builds(Transfer, bytes=counts, requests=counts),
    terms=few(terms),
    obligations=few(obligations),
)
reasons = st.builds(
    Reason,
    rule=texts,
    policy=texts,
    outcome=st.sampled_from(Outcome),
    say=texts,
    why=few(texts),
    change=texts,
    unknown=st.booleans(),
    maps_to=few(texts),
    by=few(texts),
    approvals=st.integers(1, 9),
    ask=texts,
)
waivers = st.builds(Waiver, check=texts, path=texts, digest=texts, reason=texts, expires=st.dates())
verdicts = st.builds(
    Verdict,
    outcome=st.sampled_from(Outcome),
    report=reports,
    policy=texts,
    policy_digest=texts,
    reasons=few(reasons),
    passed=few(texts),
    waived=few(st.builds(Waived, finding=findings, waiver=waivers)),
    unwaived=few(st.builds(Unwaived, finding=findings, waiver=waivers, why=st.sampled_from(Idle))),
    terms=few(st.builds(HeldTerm, term=terms, holds=st.none() | st.booleans(), why=texts)),
    duties=few(st.builds(Duty, obligation=obligations, state=st.sampled_from(DutyState), why=texts)),
    answers=few(answers),
    running=st.none() | runnings,
    judged_at=texts | st.datetimes().map(str),
)
