from __future__ import annotations

from pathlib import Path

import pytest
from expressions import SCHEMA

from hilt.core.errors import PolicyInvalid
from hilt.core.verdict import Outcome
from hilt.policy import load
from hilt.policy.document import MAX_RULES, Policy, read_policy
from hilt.policy.strict_yaml import MAX_BYTES, MAX_DEPTH
from hilt.policy.syntax import text_of

HEAD = "policy: acme/models\nversion: 7\n"
RULE = "{require: a.flag, else: block}"


def read(text: str) -> Policy:
    return read_policy(text.encode(), SCHEMA, file="acme.yaml")


def message(text: str | bytes) -> str:
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(text if isinstance(text, bytes) else text.encode(), SCHEMA, file="acme.yaml")
    return str(caught.value)


def test_a_policy_is_read_whole() -> None:
    policy = read(
        """
policy: acme/models
version: 1.10
applies_to: {stage: [staging, production]}
unknown: block
rules:
  red-team:
    when: env.stage == "production"
    require: >-
      a.deep.score <= 0.20
      && a.count <= 90
    else: {staging: review, production: block}
    say: No, it is not.
    fix: on
    maps_to: [CWE-502, "eu-ai-act:51(2)"]
  other: {require: a.flag, else: admit, unknown: review}
"""
    )
    assert (policy.name, policy.version, policy.file) == ("acme/models", "1.10", "acme.yaml")
    assert policy.applies_to == {"stage": ("staging", "production")}
    rule, other = policy.rules
    assert rule.when is not None
    assert text_of(rule.when) == 'env.stage == "production"'
    assert text_of(rule.require) == "a.deep.score <= 0.2 && a.count <= 90"
    assert rule.otherwise == {"staging": Outcome.REVIEW, "production": Outcome.BLOCK}
    assert (rule.say, rule.fix, rule.maps_to) == ("No, it is not.", "on", ("CWE-502", "eu-ai-act:51(2)"))
    assert (rule.unknown, other.unknown) == (Outcome.BLOCK, Outcome.REVIEW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "acme.yaml: the file is empty"),
        ("- a", "acme.yaml: line 1: keys are needed here: policy, version"),
        (HEAD, "acme.yaml: line 1: the key rules is missing"),
        (HEAD + "rules: {}", "acme.yaml: rules: line 3: a policy has at least one rule"),
        (HEAD + "rules:", "acme.yaml: rules: line 3: a policy has at least one rule"),
        ("version: 1\nrules: {a: " + RULE + "}", "the key policy is missing"),
        (HEAD + "policy: b", "acme.yaml: policy: line 3: this key stands on line 1 already"),
        (HEAD + f"rules:\n  a: {RULE}\n  a: {RULE}", "acme.yaml: rules.a: line 5: this key stands on line 4 already"),
        (HEAD + f"rule: {{a: {RULE}}}", "acme.yaml: rule: line 3: unknown key; did you mean rules?"),
        (HEAD + "rules: {a: {reqire: a.flag, else: block}}", "rules.a.reqire: line 3: unknown key; did you mean require?"),
        (HEAD + "rules: {a: {require: a.flag}}", "acme.yaml: rules.a: line 3: the key else is missing"),
        (HEAD + "rules: {a: {else: block}}", "the key require is missing"),
        (HEAD + "rules: {a: block}", "acme.yaml: rules.a: line 3: keys are needed here: require, when"),
        (HEAD + "rules: {A b: " + RULE + "}", "rules.A b: line 3: 'A b' is no name"),
        ("policy: 'a b'\nversion: 1\nrules: {a: " + RULE + "}", "policy: line 1: 'a b' is no name"),
        (HEAD + "rules: {a: {require: a.flag, else: blok}}", "rules.a.else: line 3: 'blok' is none of admit, review, block; did you mean block?"),
        (HEAD + "rules: {a: {require: a.flag, else: {}}}", "rules.a.else: line 3: name a stage and its outcome"),
        (HEAD + "rules: {a: {require: a.flag, else: {production: stop}}}", "rules.a.else.production: line 3: 'stop' is none of"),
        (HEAD + "profile: {users: 3}\nrules: {a: {require: a.flag, else: block}}", "profile: line 3: this stands in the settings, not in a policy"),
        (HEAD + "rules: {a: {require: a.flag, else: block, grace: 14d}}", "rules.a.grace: line 3: this version of hilt does not know this key yet"),
        (HEAD + "rules: {a: {require: a.flag, else: review, by: []}}", "rules.a.by: line 3: the list is empty"),
        (HEAD + "rules: {a: {require: a.flag, else: review, by: The Boss}}", "rules.a.by: line 3: 'The Boss' is no role: up to 40 small letters"),
        (HEAD + "rules: {a: {require: a.flag, else: review, by: legal, approvals: 0}}", "rules.a.approvals: line 3: '0' is no number of people from 1 to 9"),
        (HEAD + "rules: {a: {require: a.flag, else: review, approvals: 10}}", "'10' is no number of people"),
        (HEAD + "rules: {a: {require: a.flag, else: review, approvals: 2.0}}", "'2.0' is no number of people"),
        (HEAD + "rules: {a: {require: a.flag, else: review, approvals: +2}}", "'+2' is no number of people"),
        (HEAD + "approvals: two\nrules: {a: " + RULE + "}", "approvals: line 3: 'two' is no number of people"),
        (HEAD + "rules: {a: {require: a.flag, else: review, ask: [x]}}", "rules.a.ask: line 3: a text is needed here"),
        (HEAD + "override: ceo\nrules: {a: " + RULE + "}", "override: line 3: keys are needed here: by, approvals"),
        (HEAD + "override: {approvals: 2}\nrules: {a: " + RULE + "}", "override: line 3: the key by is missing"),
        (HEAD + "override: {by: ceo, ask: Why?}\nrules: {a: " + RULE + "}", "override.ask: line 3: unknown key"),
        (HEAD + "rules: {a: {require: a.flag, else: block, say: [x]}}", "rules.a.say: line 3: a text is needed here"),
        (HEAD + "rules: {a: {require: a.flag, else: block, maps_to: []}}", "rules.a.maps_to: line 3: the list is empty"),
        (HEAD + "unknown: admit\nrules: {a: " + RULE + "}", "unknown: line 3: what nobody knows would pass; if that is meant, write unsafe_unknown: admit"),
        (HEAD + "unsafe_unknown: review\nrules: {a: " + RULE + "}", "only admit is unsafe"),
        (HEAD + "unknown: block\nunsafe_unknown: admit\nrules: {a: " + RULE + "}", "say the same thing"),
        (HEAD + "applies_to: {stages: [x]}\nrules: {a: " + RULE + "}", "applies_to.stages: line 3: unknown key; did you mean stage?"),
        (HEAD + "applies_to: {}\nrules: {a: " + RULE + "}", "say to what it applies"),
        (HEAD + "rules: {a: {require: '!has(a.flag) || a.flag', else: block}}", "missing evidence would make this rule pass"),
        (HEAD + "rules: {a: {when: has(a.flag), require: a.flag, else: block}}", "missing evidence would make this rule pass"),
        (HEAD + "rules: {a: {require: &x a.flag, else: block}}", "anchors and aliases"),
        ("policy: *x", "anchors and aliases"),
        (HEAD + "rules: {a: {require: !!python/name:os.system a.flag, else: block}}", "tags such as tag:yaml.org,2002:python/name:os.system are not used here"),
        ("a: 1\n---\nb: 2", "line 2: a second document begins"),
        ("a: [", "not YAML"),
        ("a: b: c", "line 1: not YAML: mapping values are not allowed"),
        ("? [a]\n: b", "a key is a plain word"),
        ("a: \x01", "not YAML"),
        (b"a: \xff", "not UTF-8 at byte 3"),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"more than {MAX_DEPTH} levels"),
        ("[" * 100_000, "acme.yaml"),
        ("#" * (MAX_BYTES + 1), f"more than {MAX_BYTES} bytes"),
        (HEAD + "rules:\n" + "".join(f"  r{n}: {RULE}\n" for n in range(MAX_RULES + 1)), f"at most {MAX_RULES}"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(text: str | bytes, words: str) -> None:
    assert words in message(text)


def test_an_expression_is_shown_with_a_caret_and_the_nearest_name() -> None:
    assert message(HEAD + "rules:\n  no-code:\n    require: '!a.falg'\n    else: block").splitlines() == [
        "acme.yaml: rules.no-code.require: line 5: unknown field a.falg; did you mean a.flag?",
        "    !a.falg",
        "     ^^^^^^",
    ]


def test_a_rule_that_says_unsafe_may_ask_whether_something_is_unknown() -> None:
    rule = "{require: '!has(a.flag) || a.flag', else: block, unsafe_unknown: admit}"
    assert read(HEAD + f"rules: {{a: {rule}}}").rules[0].unknown is Outcome.ADMIT


def test_who_decides_is_said_for_a_rule_or_for_all_and_an_exception_apart() -> None:
    policy = read(
        HEAD
        + """
by: reviewer
approvals: 2
override: {by: [risk-officer, ceo], approvals: 3}
rules:
  a: {require: a.flag, else: review}
  b: {require: a.flag, else: review, by: [legal, legal, dpo], ask: Whose data is it?}
  c: {require: a.flag, else: review, approvals: 1}
"""
    )
    assert [(*rule.deciders, rule.ask) for rule in policy.rules] == [
        (("reviewer",), 2, ""),
        (("legal", "dpo"), 2, "Whose data is it?"),
        (("reviewer",), 1, ""),
    ]
    assert policy.override == (("risk-officer", "ceo"), 3)
    assert read(HEAD + f"rules: {{a: {RULE}}}").override.by == ()


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(HEAD + f"rules: {{a: {RULE}}}", encoding="utf-8")
    assert load(path, SCHEMA).name == load(str(path), SCHEMA).name == "acme/models"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("defualt", "defualt: there is no such file and no such pack; did you mean default?"),
        ("/nowhere.yaml", "/nowhere.yaml: there is no such file and no such pack; the packs are default, strict"),
        (Path("default"), "there is no such file"),
        (Path(__file__).parent, "cannot be read"),
        ("a\0b", "cannot be read"),
    ],
)
def test_a_policy_that_cannot_be_loaded_is_named(reference: str | Path, words: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        load(reference, SCHEMA)
    assert words in str(caught.value)
