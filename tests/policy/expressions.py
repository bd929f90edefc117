"""Expressions that load, and evidence for them, both drawn by hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hilt.core.fact import Fact, FactSchema, FactSpec, Known
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.subject import Entry, Subject

SCHEMA = FactSchema(
    [
        FactSpec(key="a.flag", type=bool, about="a yes or no"),
        FactSpec(key="a.other", type=bool, about="another yes or no"),
        FactSpec(key="a.count", type=int, about="a whole number"),
        FactSpec(key="a.deep.score", type=float, about="a share"),
        FactSpec(key="a.name", type=str, about="a word"),
        FactSpec(key="a.tags", type=tuple, about="words"),
    ]
)

integers = st.integers(-5, 5)
words = st.text("ab.", max_size=3)
floats = st.sampled_from([-1.5, 0.0, 0.5, 1.0, 2.0, 2.5])
names = st.sampled_from(["", "model.pkl", "weights/a.bin"])

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "a.flag": st.booleans(),
    "a.other": st.booleans(),
    "a.count": integers,
    "a.deep.score": floats,
    "a.name": words,
    "a.tags": st.lists(words, max_size=3).map(tuple),
}

findings = st.builds(
    Finding,
    check=st.sampled_from(["pickle-code", "unknown-file"]),
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    where=st.builds(Where, path=names),
    message=words,
)
gaps = st.builds(Gap, what=st.just("read"), path=names, state=st.sampled_from([State.FAILED, State.SKIPPED]), why=words)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report whose facts are partly unknown and partly not stated at all."""
    facts = []
    for key, values in VALUES.items():
        match draw(st.sampled_from(["known", "unknown", "missing"])):
            case "known":
                facts.append(Fact(key=key, value=draw(values), known=Known.VERIFIED, source="f"))
            case "unknown":
                facts.append(Fact(key=key, value=None, known=Known.UNKNOWN, source=""))
    return Report(
        subject=Subject(reference="hf:a/b", entries=(Entry(path="model.pkl", size=3),)),
        findings=tuple(draw(st.lists(findings, max_size=4))),
        facts=tuple(facts),
        coverage=Coverage(gaps=tuple(draw(st.lists(gaps, max_size=2)))),
    )


environments = st.fixed_dictionaries(
    {}, optional={"stage": st.sampled_from(["staging", "production"]), "use": st.just("chat")}
)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _numbers(item: str | None) -> st.SearchStrategy[str]:
    options = ["a.count", "a.deep.score", "subject.files", "size(a.name)"]
    if item is None:
        options += [
            "size(a.tags)",
            "size(findings)",
            "size(findings.filter(f, f.severity >= HIGH))",
            "size(coverage.failed)",
        ]
    elif item == "word":
        options += ["size(x)"]
    return st.one_of(st.sampled_from(options), integers.map(str), floats.map(str))


def _texts(item: str | None) -> st.SearchStrategy[str]:
    options = ["a.name", "env.stage", "subject.reference"]
    options += {"finding": ["f.path", "f.check", "f.message"], "word": ["x"], None: ["a.tags[0]", "a.tags[1]"]}[item]
    return st.one_of(st.sampled_from(options), words.map(_quoted))


def _lists(item: str | None) -> st.SearchStrategy[str]:
    literal = st.lists(_texts(item), max_size=3).map(lambda texts: f"[{', '.join(texts)}]")
    return literal if item else st.one_of(st.just("a.tags"), literal)


def _leaves(item: str | None) -> st.SearchStrategy[str]:
    order = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    same = st.sampled_from(["==", "!="])
    method = st.sampled_from(["startsWith", "endsWith", "contains"])
    levels = ["LOW", "MEDIUM", "HIGH", *(["f.severity", "f.confidence"] if item == "finding" else [])]

    def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.tuples(*parts).map(" ".join)

    return st.one_of(
        st.sampled_from(["true", "false", "a.flag", "a.other", "coverage.complete"]),
        joined(_numbers(item), order, _numbers(item)),
        joined(_texts(item), order, _texts(item)),
        joined(st.sampled_from(levels), order, st.sampled_from(levels)),
        joined(_lists(item), same, _lists(item)),
        joined(_texts(item), st.just("in"), _lists(item)),
        st.tuples(_texts(item), method, _texts(item)).map(lambda parts: f"{parts[0]}.{parts[1]}({parts[2]})"),
        st.tuples(_texts(item), st.sampled_from(["a+", "^b", "[.]b$", "(a|b)*[.]"])).map(
            lambda parts: f"{parts[0]}.matches({_quoted(parts[1])})"
        ),
    )


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        inner.map(lambda part: f"!({part})"),
        st.lists(inner, min_size=2, max_size=3).map(" && ".join).map(lambda text: f"({text})"),
        st.lists(inner, min_size=2, max_size=3).map(" || ".join).map(lambda text: f"({text})"),
    )


def _conditions(item: str | None) -> st.SearchStrategy[str]:
    return st.recursive(_leaves(item), _joined, max_leaves=6)


_macros = st.one_of(
    st.tuples(st.sampled_from(["exists", "all"]), _conditions("finding")).map(lambda m: f"findings.{m[0]}(f, {m[1]})"),
    st.tuples(st.sampled_from(["exists", "all"]), _conditions("word")).map(lambda m: f"a.tags.{m[0]}(x, {m[1]})"),
    _conditions("finding").map(lambda body: f"size(findings.filter(f, {body})) > 1"),
)

conditions = st.recursive(st.one_of(_leaves(None), _macros), _joined, max_leaves=8)
"""Conditions without `has`: whatever is unknown, they never take it for a yes or a no."""

knowing = st.sampled_from(["has(a.flag)", "has(a.count)", "has(a.deep.score)", "has(env.stage)", "has(a.tags)"])
conditions_with_has = st.recursive(st.one_of(_leaves(None), _macros, knowing), _joined, max_leaves=8)
