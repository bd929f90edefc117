"""A YAML file that asks its loader for more than plain values.

What: tags that name Python objects, functions or modules (`!!python/object/apply:os.system`), and tags of other tools
that build objects from names (`!new:`, `!name:`, `!apply:`, `!module:` of HyperPyYAML, as SpeechBrain's
`hyperparams.yaml` has them) or read other files (`!include:`).

Why: a loader that obeys such a tag calls what it names, with the arguments that stand beside it. PyYAML does so under
`yaml.unsafe_load` and did so under `yaml.load` before version 6; HyperPyYAML does so by design, without asking, whenever
SpeechBrain loads a model.

What it cannot see: which loader will be used; values without a tag that a program looks up as a name later.

Fix: load the file with `yaml.safe_load`, which refuses these tags, or remove them. For a model of SpeechBrain read what the
named classes do; those of speechbrain and torch themselves are told as harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.yaml_documents import Yaml

PYTHON = "tag:yaml.org,2002:python/"
PLAIN_PYTHON = frozenset("none bool str unicode bytes int long float complex list tuple dict".split())
PLAIN_HYPER = frozenset({"!ref", "!copy", "!tuple", "!PLACEHOLDER"})
"""HyperPyYAML's tags for values of the same file."""


def yaml_objects(file: ReadFile[Yaml]) -> Iterator[Finding | Fact]:
    for tag in file.value.tags:
        severity, message = _judge(tag.name)
        if message:
            yield Finding(
                check=CHECK.id, severity=severity, where=Where(path=file.path, line=tag.line), message=message
            )
        if severity is Severity.CRITICAL:
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


def _judge(tag: str) -> tuple[Severity, str]:
    from hilt.knowledge.config_targets import OWN, TAG, road
    from hilt.knowledge.siblings import leads_away

    name = tag.removeprefix(PYTHON)
    if name in PLAIN_PYTHON or name in PLAIN_HYPER:
        return Severity.INFO, ""
    if tag.startswith(PYTHON):
        return Severity.HIGH, f"asks Python for {name!r}"
    if named := TAG.fullmatch(name):
        verb, target = named.groups()
        if told := road(target) or (road(f"{target}.x") if verb == "module" else ""):
            return Severity.CRITICAL, f"the tag {name!r} has the loader get {target!r}; it {told}"
        known = target.partition(".")[0] in OWN
        severity = Severity.LOW if known else Severity.MEDIUM
        return severity, f"the tag {name!r} asks the loader for an object" + (" of a known library" if known else "")
    if name.startswith("!include:"):
        away = leads_away(name.removeprefix("!include:"))
        return (Severity.HIGH if away else Severity.LOW), f"the tag {name!r} reads another file" + (
            f", which {away}" if away else ""
        )
    return Severity.MEDIUM, f"the tag {name!r} asks the loader for an object"


CHECK = listed("yaml-objects")
