"""Reads Jinja templates, as chat templates are: parsed to a tree, never rendered.

Specification: Jinja 3.1, "Template Designer Documentation"; with the tags that chat templates may use on top of it:
`break`, `continue`, `do`, and `generation` (transformers, "Writing a chat template").

What can bite: a template is a program: rendered without a sandbox it reaches the interpreter by way of attributes, in
any renderer it can loop without end, and it can add words to prompts that nobody sees.

What hilt cannot see: faults of a renderer; instructions that are always there and look like part of the prompt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import Head
from hilt.formats.text import encoding_of, whole

if TYPE_CHECKING:
    from jinja2 import nodes

    Tree = nodes.Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template, and where it stood: a key of a config, a key of GGUF metadata, empty for a file of its own."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JinjaFile:
    """A file that is a template."""

    templates: tuple[Template, ...]


def probe(head: Head) -> bool:
    named = head.name.lower().endswith((".jinja", ".jinja2", ".j2"))
    # Other templates than those for chats (pages, generated code) are no business of a model's loader.
    chat = b"message" in head.data
    begins = chat and head.data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{%", b"{{", b"{#"))
    return (named or begins) and encoding_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> JinjaFile:
    """The template in `source`. Raises `FormatError` where Jinja could not parse it either."""
    template = Template(name="", text=whole(source, limits))
    parse(template, limits)
    return JinjaFile(templates=(template,))


def parse(template: Template, limits: Limits) -> nodes.Template:
    """The tree of a template. Raises `FormatError` where Jinja could not parse it either."""
    from jinja2 import Environment, TemplateSyntaxError, nodes
    from jinja2.ext import Extension
    from jinja2.parser import Parser

    class Generation(Extension):
        """`{% generation %}` marks what the model wrote; its body is ordinary template."""

        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Parser) -> nodes.Node:
            line = next(parser.stream).lineno
            return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True), lineno=line)

    if len(template.text) > limits.text_bytes:
        raise LimitExceeded("text_bytes", len(template.text), limits.text_bytes)
    environment = Environment(  # noqa: S701 - nothing is rendered
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", Generation]
    )
    try:
        # Not `environment.parse`: on an error that compiles and runs a line of its own, to bend the traceback.
        tree = Parser(environment, template.text).parse()
    except TemplateSyntaxError as error:
        raise FormatError(f"not a Jinja template: {error.message} (line {error.lineno})") from None
    except (RecursionError, MemoryError, ValueError, OverflowError) as error:
        raise FormatError(f"not a Jinja template that can be read: {type(error).__name__}") from None
    _bound_depth(tree, limits.tree_depth)
    return tree


def _bound_depth(tree: nodes.Template, allowed: int) -> None:
    """A sum of a thousand terms is a thousand nodes deep, though the parser does not recurse for it."""
    level: list[nodes.Node] = [tree]
    depth = 0
    while level:
        depth += 1
        if depth > allowed:
            raise LimitExceeded("tree_depth", depth, allowed)
        level = [child for node in level for child in node.iter_child_nodes()]
