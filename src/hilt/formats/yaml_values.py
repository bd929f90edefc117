"""The values that YAML says, as PyYAML reads it.

The document is weighed before it is built, so that aliases of aliases cannot explode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.yaml_documents import Tag, Yaml

if TYPE_CHECKING:
    BaseLoader = yaml.SafeLoader
else:
    BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

PLAIN = "tag:yaml.org,2002:"
PLAIN_TAGS = frozenset(
    PLAIN + name for name in "null bool int float binary timestamp omap pairs set str seq map merge value".split()
)


class _Plain(BaseLoader):
    """Builds plain values; a node with any other tag becomes what its shape says."""


def _as_shape(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    del suffix
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Plain.add_multi_constructor("", _as_shape)


def parse(text: str, limits: Limits) -> Yaml:
    """The documents in `text`."""
    try:
        tags = weigh(text, limits)
        return Yaml(documents=tuple(yaml.load_all(text, Loader=_Plain)), tags=tags)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise FormatError(f"not YAML: {error.problem or error.context}{line}") from None
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise FormatError(f"not YAML: {str(error).splitlines()[0] if str(error) else type(error).__name__}") from None


def weigh(text: str, limits: Limits) -> tuple[Tag, ...]:
    """Bounds the depth and the number of nodes once every alias is written out; returns the tags that are not plain."""
    weights: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []
    tags: list[Tag] = []
    total = 0
    for event in yaml.parse(text, Loader=_Plain):
        if isinstance(event, yaml.AliasEvent):
            total += weights.get(str(event.anchor), 0)
        elif isinstance(event, yaml.NodeEvent):
            tag = event.tag if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) else None
            if tag not in (None, "!") and tag not in PLAIN_TAGS:
                tags.append(Tag(name=str(tag), line=event.start_mark.line + 1 if event.start_mark else 0))
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append((event.anchor, total))
            elif event.anchor is not None:
                weights[event.anchor] = 1
            total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor is not None:
                weights[anchor] = total - before
        if len(open_nodes) > limits.json_depth:
            raise LimitExceeded("json_depth", len(open_nodes), limits.json_depth)
        if total > limits.yaml_nodes:
            raise LimitExceeded("yaml_nodes", total, limits.yaml_nodes)
    return tuple(tags)
