from __future__ import annotations

import pytest
from expressions import SCHEMA, conditions_with_has
from hypothesis import given, settings

from hilt.core.errors import PolicyInvalid
from hilt.core.fact import FactSchema, FactSpec
from hilt.policy.checker import check, loosening
from hilt.policy.kinds import evidence_kind
from hilt.policy.parser import parse
from hilt.policy.syntax import text_of

EVIDENCE = evidence_kind(SCHEMA)


def message(expression: str) -> str:
    with pytest.raises(PolicyInvalid) as caught:
        check(expression, parse(expression), EVIDENCE)
    return str(caught.value)


@settings(max_examples=300)
@given(conditions_with_has)
def test_a_sound_expression_passes_also_as_it_is_written_back(expression: str) -> None:
    written = text_of(parse(expression))
    check(written, parse(written), EVIDENCE)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("a.falg", "unknown field a.falg; did you mean a.flag?"),
        ("a.zzzzzz == 1", "unknown field a.zzzzzz; a has a.flag, a.other, a.count, a.deep.score, a.name, a.tags"),
        ("finding.exists(f, true)", "did you mean findings?"),
        ("findings.exists(f, f.sevrity > LOW)", "unknown field f.sevrity; did you mean f.severity?"),
        ("env.stag == 'x'", "did you mean env.stage?"),
        ("a.count", "a rule needs a yes or no, and this is an int"),
        ("a", "a rule needs a yes or no, and this is a group of fields"),
        ("!a.count", "! turns a yes or no around, and a.count is an int"),
        ("a.flag && a.name", "&& and || join yes or no, and a.name is a string"),
        ("a.count == '1'", "an int is compared with a string"),
        ("a.flag < true", "a bool is neither more nor less than another"),
        ("a.tags < a.tags", "a list of string is neither more nor less"),
        ("findings == findings", "a list of finding is compared with a list of finding"),
        ("findings.exists(f, f.severity > 'high')", "a level is written without quotes: HIGH"),
        ("findings.exists(f, f.severity > 2)", "a level is compared with an int"),
        ("'a' in a.name", "for a part of a text use contains"),
        ("1 in a.tags", "an int is never in a list of string"),
        ("findings in [1]", "never in"),
        ("a.tags in []", "in looks for a plain value"),
        ("[1, 'a'] == [1]", "the items of a list are of one kind: int and string are not"),
        ("[a.tags] == []", "a list holds plain values"),
        ("a.name.b", "a.name is a string and has no field b"),
        ("findings.severity > LOW", "use exists, all or filter to look at its items"),
        ("a.name[0] == 'a'", "[...] picks an item of a list, and a.name is a string"),
        ("a.tags['x'] == 'a'", "[...] needs the number of an item"),
        ("has(a)", "has(...) needs a field"),
        ("has(a.deep)", "a.deep is a group of fields"),
        ("has(a.tags[0])", "has(...) needs a field"),
        ("has(a.nmae)", "did you mean a.name?"),
        ("size(a.count) > 1", "size(...) counts a list or a text"),
        ("a.tags.contains('x')", "for an item of a list use in"),
        ("a.name.startsWith(1)", "startsWith needs a text, and 1 is an int"),
        ("a.name.matches(a.name)", "matches needs its pattern written out"),
        ("a.name.matches('(?=a)')", "(? is not supported: no flags, no names, no looking around (character 1 of the"),
        ("a.name.exists(x, true)", "exists goes through a list, and a.name is a string"),
        ("[].exists(x, true)", "exists goes through a list"),
        ("a.tags.exists(findings, true)", "findings has a meaning already"),
        ("a.tags.exists(HIGH, true)", "HIGH has a meaning already"),
        ("a.tags.exists(x, x)", "exists asks a yes or no of each item, and x is a string"),
        ("findings.exists(f, findings.exists(g, true))", "lists are not looked through inside"),
        ("findings.exists(f, f.path in a.tags)", "lists are not looked through inside"),
        ("['a'].exists(x, ['b'].exists(y, ['c'].exists(z, true)))", "more than 2 of exists, all and filter"),
    ],
)
def test_what_cannot_be_evaluated_does_not_load(expression: str, words: str) -> None:
    assert words in message(expression)


def test_the_whole_path_is_underlined() -> None:
    assert message("true && a.falg").splitlines()[1:] == ["    true && a.falg", "            ^^^^^^"]


@pytest.mark.parametrize(
    ("expression", "loose"),
    [
        ("has(a.flag) && a.flag", []),
        ("!has(a.flag) || a.flag", ["has(a.flag)"]),
        ("has(a.flag) == false", ["has(a.flag)"]),
        ("!!has(a.flag)", []),
        ("!(a.flag && !has(a.name))", []),
        ("findings.all(f, !has(f.path))", ["has(f.path)"]),
        ("size(findings.filter(f, has(a.flag))) == 0", ["has(a.flag)"]),
    ],
)
def test_a_has_that_could_let_missing_evidence_pass_is_found(expression: str, loose: list[str]) -> None:
    assert [text_of(has) for has in loosening(parse(expression))] == loose


@pytest.mark.parametrize("key", ["findings", "a.count.more", "subject.size", "coverage.failed.x"])
def test_facts_that_cannot_be_told_apart_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"two fields|lies below"):
        evidence_kind(FactSchema([*SCHEMA, FactSpec(key=key, type=int, about="")]))
