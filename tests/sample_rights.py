"""Verdicts of models whose licences and laws ask for something: judged with an organisation's profile, and without."""

from __future__ import annotations

from dataclasses import replace

from generated_reports import NASTY
from hilt.core.fact import Fact, Known
from hilt.core.report import Coverage, Ran, Report
from hilt.core.rights import Answer, Duty, DutyState, HeldTerm, Obligation, Term
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Reason, Verdict

NAMES = {
    "llama3.1": "Llama 3.1 Community License",
    "apache-2.0": "Apache License 2.0",
    "cc-by-nc-4.0": "Creative Commons Attribution NonCommercial 4.0 International",
}
BASE = "meta-llama/Llama-3.1-8B-Instruct"
NO_PROFILE = "the settings have no profile"
READ = "2026-11-21"


def claimed(key: str, value: bool | float | str | tuple[str, ...], source: str = "README.md") -> Fact:
    return Fact(key=key, value=value, known=Known.CLAIMED, source=source)


def unknown(key: str) -> Fact:
    return Fact(key=key, value=None, known=Known.UNKNOWN, source="")


def counted(key: str, value: bool | int | tuple[str, ...]) -> Fact:
    return Fact(key=key, value=value, known=Known.VERIFIED, source="model.safetensors")


MODEL = (
    counted("inspect.code_on_load", False),
    claimed("model.architectures", ("LlamaForCausalLM",), "config.json"),
    counted("model.parameters", 8_030_261_248),
    counted("model.dtypes", ("BF16",)),
    claimed("model.context_length", 131_072, "config.json"),
)
COMPONENTS = ("training_code", "datasets", "preprocessing_code", "evaluation_code", "research_paper", "libraries")


def verdict(name: str, outcome: Outcome, facts: tuple[Fact, ...], **judged: object) -> Verdict:
    weights = Entry(path="model.safetensors", size=16_060_556_376, sha256="a" * 64, blake3="b" * 64)
    card = Entry(path="README.md", size=5_120, sha256="c" * 64, blake3="d" * 64)
    report = Report(
        subject=Subject(reference=f"hf:{name}", revision="3f1c9ab", entries=(card, weights)),
        facts=(*MODEL, *facts, *(unknown(f"openness.{component}") for component in COMPONENTS)),
        coverage=Coverage(ran=(Ran(check="safetensors-header", files=1), Ran(check="licence-terms", files=1))),
        formats={"README.md": "model-card", "model.safetensors": "safetensors"},
        versions={"hilt": "0.1.0", "licences": "2026.11.21", "regulation": "2026.11.21"},
    )
    made = Verdict(
        outcome=outcome, report=report, policy="default", policy_digest="5e" * 32, judged_at="2026-11-21T09:30:00+00:00"
    )
    return replace(made, **judged)  # type: ignore[arg-type]


def term(licence: str, kind: str, says: str, needs: str = "", of: str = "") -> Term:
    return Term(licence=licence, id=kind, says=says, needs=needs, source="README.md", known=Known.CLAIMED, of=of)


def asked(
    licence: str, kind: str, who: str, says: str, *, words: str = "", of: str = "", where: str = ""
) -> Obligation:
    return Obligation(
        licence=licence, id=kind, says=says, who=who, source="README.md", known=Known.CLAIMED,
        words=words, of=of, where=where, done=True if where else None,
    )  # fmt: skip


USERS = term(
    "llama3.1", "users",
    "more than 700 million users a month (all products of licensee and affiliates, in the month before Llama 3.1 was "
    "released): no rights at all until Meta grants a licence, at its sole discretion",
    "profile.users <= 700000000", BASE,
)  # fmt: skip
POLICY = term(
    "llama3.1", "use-policy", "the acceptable use policy of Llama 3.1 at llama.meta.com/llama3_1/use-policy is part of it",
    of=BASE,
)  # fmt: skip
COPY = asked(
    "llama3.1", "licence-copy", "whoever passes it on, or makes it available", "give a copy of the agreement with it",
    of=BASE,
)  # fmt: skip
NOTICE = asked(
    "llama3.1", "notice", "whoever passes it on", "carry this notice in a file called Notice", of=BASE,
    words="Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.",
)  # fmt: skip
DISPLAY = asked(
    "llama3.1", "display", "whoever passes it on, or offers a product or service with it",
    'display these words on a website, a user interface, an "about" page or in the documentation',
    words="Built with Llama", of=BASE,
)  # fmt: skip
PREFIX = asked(
    "llama3.1", "name-prefix", "whoever passes on a model made or improved with it or with its outputs",
    "let the name of the model begin with this word", words="Llama", of=BASE,
)  # fmt: skip
LLAMA = (
    claimed("rights.licences", ("llama3.1",)),
    claimed("rights.licences_claimed", ("llama3.1",)),
    claimed("rights.inherited", ("llama3.1",)),
    claimed("rights.grants", ("modify", "sell", "share", "use")),
    claimed("rights.bases", (f"finetune {BASE}",)),
    counted("openness.class", 0),
    counted("openness.missing", ("evaluation results", "data card", "technical report", "an open licence for the parameters")),
    claimed("compute.flop_low", 7.2e23),
    claimed("compute.flop_high", 7.2e23),
)  # fmt: skip


def answer(name: str, title: str, holds: bool | None, why: str, says: str, whose: str = "publisher") -> Answer:
    return Answer(
        id=name, title=title, law="EU AI Act", article="Art. 53(1)(b), Annex XII", holds=holds, says=says, whose=whose,
        why=why, read=READ,
    )  # fmt: skip


GENERAL = answer(
    "eu-general-purpose", "a general-purpose AI model", True, "compute.flop_low is 7.2e23",
    "Trained with more than 10^23 operations and able to generate language: the sign by which the Commission tells a "
    "general-purpose model.",
)  # fmt: skip
SYSTEMIC = answer(
    "eu-systemic-risk", "presumed to have systemic risk", False, "compute.flop_high is 7.2e23",
    "the publisher notifies the Commission within two weeks",
)  # fmt: skip
MODIFIER = answer(
    "eu-modifier", "you become the provider of what you modify", None, "profile.modifies is unknown",
    "Whoever changes the model with more than a third of the operations that its training took is the provider of the "
    "changed model.", "you",
)  # fmt: skip

LLAMA_UNASKED = verdict(
    "acme/llama-3.1-8b-support",
    Outcome.REVIEW,
    LLAMA,
    reasons=(
        Reason(
            rule="licence-fits-us", policy="default", outcome=Outcome.REVIEW, unknown=True,
            say="A term of its licence does not hold for us.", why=("terms.holds is unknown: users of llama3.1",),
        ),
    ),
    terms=(HeldTerm(USERS, None, NO_PROFILE), HeldTerm(POLICY, None, "no profile tells it: read the licence")),
    duties=tuple(Duty(one, DutyState.UNKNOWN, NO_PROFILE) for one in (COPY, NOTICE, DISPLAY, PREFIX)),
    answers=(GENERAL, SYSTEMIC, MODIFIER),
)  # fmt: skip
LLAMA_HELD = verdict(
    "acme/llama-3.1-8b-support",
    Outcome.ADMIT,
    LLAMA,
    passed=("licence-fits-us", "no-code-on-load"),
    terms=(
        HeldTerm(USERS, True, "profile.users is 2 000 000"),
        HeldTerm(POLICY, True, "settings: read by legal, ticket 7"),
    ),
    duties=(
        Duty(COPY._replace(done=True, where="LICENSE"), DutyState.DONE),
        Duty(NOTICE, DutyState.DUE, "profile.distributes is true"),
        Duty(DISPLAY, DutyState.DUE, "profile.hosts_models is true"),
        Duty(PREFIX, DutyState.NOT_DUE, "profile.modifies is false"),
    ),
    answers=(GENERAL, SYSTEMIC, MODIFIER._replace(holds=True, why="profile.modification_flop is 4e23")),
)
NO_MONEY = term(
    "cc-by-nc-4.0",
    "commercial",
    "no use that is primarily meant for commercial advantage or money",
    "!profile.commercial",
)
CREDIT = asked(
    "cc-by-nc-4.0",
    "attribution",
    "whoever passes it on",
    "name its authors, keep their notices, and link to the licence",
)
NON_COMMERCIAL = verdict(
    "acme/poet-nc",
    Outcome.BLOCK,
    (
        claimed("rights.licences", ("cc-by-nc-4.0",)),
        claimed("rights.grants", ("modify", "share", "use")),
        counted("openness.class", 3),
        counted("openness.missing", ("training code", "inference code")),
        claimed("openness.osaid", "not met"),
        unknown("compute.flop_low"),
        unknown("compute.flop_high"),
    ),
    reasons=(
        Reason(
            rule="licence-fits-us", policy="default", outcome=Outcome.BLOCK, say="A term of its licence does not hold for us.",
            why=("terms: commercial of cc-by-nc-4.0 does not hold",), change="It passes once every item of terms holds.",
        ),
    ),
    terms=(HeldTerm(NO_MONEY, False, "profile.commercial is true"),),
    duties=(Duty(CREDIT, DutyState.DUE, "profile.distributes is true"),),
    answers=(GENERAL._replace(holds=None, why="compute.flop_low is unknown"), MODIFIER),
)  # fmt: skip
PASSING = "whoever passes it on"
APACHE = verdict(
    "acme/chat",
    Outcome.ADMIT,
    (
        claimed("rights.licences", ("apache-2.0",)),
        claimed("rights.grants", ("modify", "patents", "sell", "share", "use")),
        counted("openness.class", 0),
        counted("openness.missing", ("data card", "technical report")),
        unknown("rights.licence_texts"),
        unknown("compute.flop_low"),
        unknown("compute.flop_high"),
    ),
    passed=("no-code-on-load",),
    duties=(
        Duty(asked("apache-2.0", "licence-copy", PASSING, "give a copy of the licence with it"), DutyState.UNKNOWN),
        Duty(
            asked("apache-2.0", "attribution", PASSING, "keep its copyright, patent and trademark notices"),
            DutyState.UNKNOWN,
        ),
        Duty(
            asked("apache-2.0", "mark-changes", "whoever passes on a changed version", "say which files were changed"),
            DutyState.UNKNOWN,
        ),
    ),
)
UNLICENSED = verdict(
    "acme/orphan",
    Outcome.ADMIT,
    tuple(
        unknown(key)
        for key in (
            *(
                "rights.licences",
                "rights.licences_claimed",
                "rights.licence_texts",
                "rights.grants",
                "rights.inherited",
            ),
            *("rights.open_licence", "rights.eu_open_source", "rights.share_alike", "openness.class", "openness.osaid"),
            *("compute.flop_low", "compute.flop_high", "compute.method", "training.tokens", "model.released"),
        )
    ),
)
SPITEFUL = verdict(
    "acme/spiteful",
    Outcome.REVIEW,
    (claimed("rights.licences", NASTY, NASTY[0]), claimed("rights.bases", NASTY), claimed("openness.missing", NASTY)),
    terms=tuple(
        HeldTerm(term(nasty, nasty, nasty * 9, nasty, nasty), holds, nasty)
        for nasty in NASTY
        for holds in (False, None, True)
    ),
    duties=tuple(
        Duty(asked(nasty, nasty, nasty, nasty * 9, words=nasty, of=nasty, where=nasty), state, nasty)
        for nasty in NASTY
        for state in DutyState
    ),
    answers=tuple(
        Answer(
            id=nasty, title=nasty, law=nasty, article=nasty, holds=holds, says=nasty, whose=nasty, why=nasty, read=nasty
        )
        for nasty in NASTY
        for holds in (True, None, False)
    ),
)  # fmt: skip

RIGHTS = (LLAMA_UNASKED, LLAMA_HELD, NON_COMMERCIAL, APACHE, UNLICENSED, SPITEFUL)
