"""Chat templates of one model that do not do the same.

What: the template of `chat_template.jinja`, of `tokenizer_config.json`, of `chat_template.json` and of each GGUF file, those
of the same name held against each other as syntax trees: white space in them, comments and ways of writing count for
nothing. Sentences that only one of them says, and words that only one of them looks for in a message, are told.

Why: which template is used depends on the program that loads the model. People read the one in the repository; an
instruction that stands only in the one inside a GGUF file is read by the model alone.

What it cannot see: whether the difference is meant well (a template that was mended after the GGUF files were made);
templates of which there is only one, which template-code and template-hidden-instructions look at.

Fix: read what only one of them says. llama.cpp takes another template with `--chat-template-file`; use the one of the
original model's repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.errors import FormatError, SourceError
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.jinja import Template, Tree
    from hilt.knowledge.template_sets import Placed

_SHOWN = 120
_HELD = 64
"""Different templates of which the trees are kept."""


def template_differences(repository: Repository) -> Iterator[Finding]:
    if not any(format_id in ("jinja", "json", "gguf") for format_id in repository.formats.values()):
        return
    from hilt.knowledge.template_sets import normal, pairs

    trees: dict[str, Tree | None] = {}

    def tree(template: Template) -> Tree | None:
        if template.text not in trees:
            if len(trees) >= _HELD:
                trees.pop(next(iter(trees)))
            trees[template.text] = _parsed(template, repository)
        return trees[template.text]

    def value_of(path: str) -> Any:
        try:
            return repository.read(path).value
        except (FormatError, SourceError):
            return None  # it is in the coverage as a file that could not be read

    for first, second in pairs(repository.formats, value_of):
        if first.template.text == second.template.text:
            continue
        one, other = tree(first.template), tree(second.template)
        if one is None or other is None:
            continue  # template-code says that it is no template
        if normal(one) != normal(other):
            yield from _difference(first, one, second, other)


def _parsed(template: Template, repository: Repository) -> Tree | None:
    from hilt.formats.jinja import parse

    try:
        return parse(template, repository.limits)
    except FormatError:
        return None


def _difference(first: Placed, one: Tree, second: Placed, other: Tree) -> Iterator[Finding]:
    from hilt.knowledge.template_sets import asked_only_by, said_only_by

    found = False
    for mine, tree, theirs, against in ((first, one, second, other), (second, other, first, one)):
        there = theirs.path if theirs.path != mine.path else "the other one in this file"
        for words, speaks in asked_only_by(tree, against):
            found = True
            severity = Severity.HIGH if speaks else Severity.MEDIUM
            message = (
                f"the template {mine.called!r} looks for {words[:_SHOWN]!r} in messages, and that of {there} does not"
            )
            yield _finding(severity, mine.path, message)
        for text in said_only_by(tree, against):
            found = True
            message = f"the template {mine.called!r} says {text.strip()[:_SHOWN]!r}, and that of {there} does not"
            yield _finding(Severity.MEDIUM, mine.path, message)
    if not found:
        message = f"the template {second.called!r} does not do the same as that of {first.path}"
        yield _finding(Severity.LOW, second.path, message)


def _finding(severity: Severity, path: str, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=message, whole=True)


CHECK = listed("template-differences")
