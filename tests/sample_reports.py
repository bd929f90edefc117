"""Verdicts as they come out of real runs, and one of a subject that fights back: what the outputs are tested on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from generated_reports import NASTY
from hilt.core.catalogue import About, Catalogue
from hilt.core.fact import Fact, FactSpec, Known, Value
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.report import Coverage, Gap, Ran, Report, State
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.core.waiver import Idle, Unwaived, Waived, Waiver
from sample_rights import NAMES, RIGHTS
from sample_running import ALL_RUNNING

_ABOUT = [
    About(
        id="pickle-calls",
        family="inspect",
        severity=Severity.CRITICAL,
        title="A pickle that calls what can run code.",
        what="the callables a pickle names and the arguments it calls them with, found by walking its opcodes.",
        why="unpickling calls whatever the file names. Whoever wrote the file decides what runs on your machine.",
        blind_spot="what an allowed callable does with data that the file controls.",
        fix="ask the publisher for safetensors. Do not load this file, not even to look at it.",
    ),
    About(
        id="pickle-unknown-calls",
        family="inspect",
        severity=Severity.MEDIUM,
        title="A pickle that calls what hilt does not know.",
        why="an unknown callable may be harmless or may not be: somebody has to look.",
        fix="look the callable up; where it is harmless, write a waiver with your reason.",
    ),
    About(
        id="chat-template",
        family="inspect",
        severity=Severity.CRITICAL,
        title="A chat template that does more than format.",
        why="templates are programs that run at every prompt.",
        fix="replace the template by the one of the base model.",
    ),
    About(id="unknown-file", family="inspect", severity=Severity.MEDIUM, title="A file that no reader knows."),
    About(
        id="licence-missing",
        family="rights",
        severity=Severity.LOW,
        title="No file holds the text of a licence.",
        why="a licence that is only named is a claim without terms.",
        fix="ask the publisher to add the text.",
    ),
]
CATALOGUE = Catalogue(
    checks={about.id: partial(replace, about) for about in _ABOUT},
    facts=[
        FactSpec(key="model.parameters", type=int, about="numbers in the largest set of weights"),
        FactSpec(key="rights.licences_claimed", type=tuple, about="licences that card or headers name"),
    ],
    licence=lambda name: NAMES.get(name, name),
)


def fact(key: str, value: Value, known: Known, source: str) -> Fact:
    return Fact(key=key, value=value, known=known, source=source)


def entry(path: str, size: int, digit: str) -> Entry:
    return Entry(path=path, size=size, sha256=digit * 64, blake3=digit * 64)


FACTS = (
    fact("inspect.code_on_load", False, Known.VERIFIED, "model.safetensors"),
    fact("model.architectures", ("LlamaForCausalLM",), Known.CLAIMED, "config.json"),
    fact("model.parameters", 1_235_814_400, Known.VERIFIED, "model.safetensors"),
    fact("model.dtypes", ("BF16",), Known.VERIFIED, "model.safetensors"),
    fact("model.context_length", 131_072, Known.CLAIMED, "config.json"),
    fact("rights.licences_claimed", ("apache-2.0",), Known.CLAIMED, "README.md"),
)

HONEST = Verdict(
    outcome=Outcome.ADMIT,
    policy="default",
    policy_digest="5e" * 32,
    passed=("code-on-load", "coverage", "findings"),
    judged_at="2026-11-21T09:30:00+00:00",
    report=Report(
        subject=Subject(
            reference="./llama-small",
            revision="3f1c9ab",
            entries=(
                entry("README.md", 5120, "1"),
                entry("config.json", 734, "2"),
                entry("model.safetensors", 2_471_645_608, "3"),
            ),
        ),
        findings=(
            Finding(
                check="licence-missing",
                severity=Severity.LOW,
                message="the card names apache-2.0, no file holds its text",
            ),
        ),
        facts=FACTS,
        coverage=Coverage(ran=(Ran(check="safetensors-header", files=1), Ran(check="chat-template", files=1))),
        formats={"README.md": "model-card", "config.json": "json", "model.safetensors": "safetensors"},
        versions={"hilt": "0.1.0"},
    ),
)


def calls(path: str, offset: int, message: str) -> Finding:
    return Finding(
        check="pickle-calls", severity=Severity.CRITICAL, where=Where(path=path, offset=offset), message=message
    )


BLOCKED = Verdict(
    outcome=Outcome.BLOCK,
    policy="default",
    policy_digest="5e" * 32,
    judged_at="2026-11-21T09:30:00+00:00",
    passed=("remote-code",),
    reasons=(
        Reason(
            rule="no-code-on-load",
            policy="default",
            outcome=Outcome.BLOCK,
            say="Loading this model runs code that its publisher wrote.",
            why=("inspect.code_on_load is true (verified, weights/pytorch_model.bin)",),
            change="inspect.code_on_load is false: weights in a format that only holds numbers, such as safetensors",
            maps_to=("CWE-502", "OWASP LLM03"),
        ),
        Reason(
            rule="everything-checked",
            policy="default",
            outcome=Outcome.REVIEW,
            say="Something was not checked, and silence is not safety.",
            why=("coverage.complete is false: 4 gaps",),
            unknown=True,
            by=("reviewer", "legal"),
            approvals=2,
            ask="What did you look at, and why is it acceptable here?",
        ),
    ),
    report=Report(
        subject=Subject(
            reference="./free-upgrade",
            entries=(
                entry("config.json", 734, "2"),
                entry("extra/archive.zip", 9_120, "5"),
                entry("weights/pytorch_model.bin", 440_473_133, "4"),
            ),
        ),
        findings=(
            calls("weights/pytorch_model.bin!/data.pkl", 1024, "calls os.system('echo hilt')"),
            *(calls("extra/archive.zip!/a.pkl", n, "calls builtins.exec") for n in (10, 20, 30, 40, 50)),
            *(calls("extra/archive.zip!/b.pkl", n, f"calls subprocess.run(['step', {n}])") for n in range(6)),
            Finding(
                check="pickle-unknown-calls",
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                where=Where(path="weights/pytorch_model.bin!/data.pkl", offset=77),
                message="calls acme.layers.Rebuild, which hilt does not know",
            ),
            Finding(
                check="licence-missing", severity=Severity.LOW, message="no file names or holds the text of a licence"
            ),
        ),
        facts=(
            fact("inspect.code_on_load", True, Known.VERIFIED, "weights/pytorch_model.bin"),
            fact("inspect.remote_code", False, Known.VERIFIED, "config.json"),
            fact("model.architectures", ("BertModel",), Known.CLAIMED, "config.json"),
            fact("model.context_length", 512, Known.CLAIMED, "config.json"),
            fact("rights.licences_claimed", None, Known.UNKNOWN, ""),
            fact("model.parameters", None, Known.UNKNOWN, ""),
        ),
        coverage=Coverage(
            ran=(Ran(check="pickle-calls", files=3), Ran(check="chat-template", files=1)),
            gaps=(
                Gap(what="read", path="a.xyz", state=State.SKIPPED, why="no reader knows this format"),
                Gap(what="read", path="b.xyz", state=State.SKIPPED, why="no reader knows this format"),
                Gap(what="read", path="logs/c.xyz", state=State.SKIPPED, why="no reader knows this format"),
                Gap(
                    what="onnx-operators",
                    path="model.onnx",
                    state=State.FAILED,
                    why="the worker that read it was killed: more than 1 GB of memory",
                ),
            ),
        ),
        formats={"config.json": "json", "extra/archive.zip": "zip", "weights/pytorch_model.bin": "torch"},
        versions={"hilt": "0.1.0"},
    ),
)

UNSURE = Verdict(
    outcome=Outcome.REVIEW,
    policy="strict",
    policy_digest="7a" * 32,
    judged_at="2026-11-21T09:30:00+00:00",
    reasons=(
        Reason(
            rule="licence-known",
            policy="strict",
            outcome=Outcome.REVIEW,
            say="Nobody says under which terms this may be used.",
            why=("rights.licences_claimed is unknown",),
            unknown=True,
        ),
    ),
    report=Report(
        subject=Subject(reference="hf:acme/tiny", entries=(Entry(path="model.gguf", size=512),)),
        facts=(
            fact("rights.licences_claimed", None, Known.UNKNOWN, ""),
            fact("model.parameters", 48_000, Known.VERIFIED, "model.gguf"),
        ),
        coverage=Coverage(ran=(Ran(check="chat-template", files=1),)),
        formats={"model.gguf": "gguf"},
    ),
)

HOSTILE = Verdict(
    outcome=Outcome.BLOCK,
    policy=NASTY[0],
    policy_digest=NASTY[1],
    judged_at=NASTY[10],
    passed=NASTY,
    reasons=tuple(
        Reason(
            rule=nasty,
            policy=nasty,
            outcome=Outcome.BLOCK,
            say=nasty,
            why=(nasty, nasty),
            change=nasty,
            unknown=True,
            maps_to=(nasty,),
        )
        for nasty in NASTY
    ),
    report=Report(
        subject=Subject(
            reference="".join(NASTY),
            revision=NASTY[2],
            entries=tuple(Entry(path=nasty, target=nasty, note=nasty, size=2**70) for nasty in NASTY),
        ),
        findings=tuple(
            Finding(
                check=nasty if severity is Severity.HIGH else "pickle-calls",
                severity=severity,
                where=Where(path=nasty, offset=2**70, line=3, tensor=nasty),
                message=nasty * 50,
                why=nasty,
                fix=nasty,
            )
            for severity in Severity
            for nasty in NASTY
        ),
        facts=(
            *(fact(f"x.{nasty}", nasty, Known.CLAIMED, nasty) for nasty in NASTY),
            fact("model.architectures", NASTY, Known.CLAIMED, NASTY[0]),
            fact("model.parameters", 10**5000, Known.CLAIMED, NASTY[1]),
            fact(NASTY[3], None, Known.UNKNOWN, NASTY[3]),
        ),
        coverage=Coverage(
            ran=tuple(Ran(check=nasty, files=1) for nasty in NASTY),
            gaps=tuple(Gap(what=nasty, path=nasty, state=State.FAILED, why=nasty) for nasty in NASTY),
        ),
        formats={nasty: nasty for nasty in NASTY},
        versions={nasty: nasty for nasty in NASTY},
    ),
)

REBUILD = Finding(
    check="pickle-unknown-calls",
    severity=Severity.MEDIUM,
    where=Where(path="model.pkl", offset=77),
    message="calls acme.layers.Rebuild, which hilt does not know",
)
RESCALE = replace(REBUILD, message="calls acme.layers.Rescale, which hilt does not know")
OLD = replace(REBUILD, where=Where(path="old.pkl", offset=9))


def waiver(path: str, reason: str, expires: str) -> Waiver:
    digest = "sha256:" + "6" * 64
    return Waiver(
        check="pickle-unknown-calls", path=path, digest=digest, reason=reason, expires=date.fromisoformat(expires)
    )


REVIEWED = waiver("model.pkl", "read by A. Person, ticket 42", "2026-12-03")

WAIVED = Verdict(
    outcome=Outcome.ADMIT,
    policy="default",
    policy_digest="5e" * 32,
    passed=("code-on-load", "findings"),
    waived=(Waived(finding=REBUILD, waiver=REVIEWED), Waived(finding=RESCALE, waiver=REVIEWED)),
    judged_at="2026-11-21T09:30:00+00:00",
    report=Report(
        subject=Subject(reference="./acme-layers", entries=(entry("model.pkl", 5120, "6"),)),
        findings=(REBUILD, RESCALE),
        facts=(fact("inspect.code_on_load", None, Known.UNKNOWN, ""),),
        coverage=Coverage(ran=(Ran(check="pickle-unknown-calls", files=1),)),
        formats={"model.pkl": "pickle"},
    ),
)

LAPSED = replace(
    WAIVED,
    outcome=Outcome.REVIEW,
    reasons=(Reason(rule="no-open-question", policy="default", outcome=Outcome.REVIEW, say="Someone should look."),),
    waived=(
        Waived(finding=RESCALE, waiver=REVIEWED),
        *(
            Waived(finding=replace(REBUILD, message=nasty), waiver=waiver(nasty, nasty, "2030-01-01"))
            for nasty in NASTY
        ),
    ),
    unwaived=(
        Unwaived(finding=OLD, waiver=waiver("old.pkl", "read by B. Person", "2026-10-31"), why=Idle.EXPIRED),
        Unwaived(finding=REBUILD, waiver=waiver("model.pkl", "ticket 43", "2026-12-22"), why=Idle.NOT_HASHED),
        Unwaived(finding=REBUILD, waiver=waiver("model.pkl", "ticket 44", "2026-11-22"), why=Idle.NEEDS_SUBJECT),
    ),
    report=replace(
        WAIVED.report, findings=(REBUILD, RESCALE, OLD, *(replace(REBUILD, message=nasty) for nasty in NASTY))
    ),
)

ALL = (HONEST, BLOCKED, UNSURE, HOSTILE, WAIVED, LAPSED, *RIGHTS, *ALL_RUNNING)
