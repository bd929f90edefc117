"""How it is told: one module per form, each with `render(verdicts, catalogue) -> str`. `OUTPUTS` is the list."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple, Protocol, cast

from hilt.core.catalogue import Catalogue
from hilt.core.errors import MissingExtra
from hilt.core.verdict import Verdict


class Renderer(Protocol):
    """What the module of an output holds."""

    def render(self, verdicts: Sequence[Verdict], catalogue: Catalogue) -> str: ...


class Output(NamedTuple):
    """A form in which verdicts are told. The module is `hilt.output.<name>`, imported only when it is asked for."""

    name: str
    title: str
    media_type: str
    suffix: str
    extra: str = ""
    """The extra that it needs, where it needs one, and the package that comes with it."""
    package: str = ""

    @property
    def missing(self) -> MissingExtra | None:
        """What to say where that package is not installed: before hours of reading, and not after."""
        absent = self.package and find_spec(self.package) is None
        return MissingExtra(f"--output {self.name}", self.extra) if absent else None

    @property
    def module(self) -> Renderer:
        return cast(Renderer, import_module(f"hilt.output.{self.name}"))

    def render(self, verdicts: Sequence[Verdict], catalogue: Catalogue) -> str:
        """All verdicts as one document that ends with a newline."""
        return self.module.render(verdicts, catalogue)


OUTPUTS: tuple[Output, ...] = (
    Output(name="text", title="for reading in a terminal", media_type="text/plain", suffix=".txt"),
    Output(name="json", title="everything, for programs", media_type="application/json", suffix=".json"),
    Output(name="sarif", title="SARIF 2.1.0, for code scanning", media_type="application/sarif+json", suffix=".sarif"),
    Output(name="html", title="one page, for people", media_type="text/html", suffix=".html"),
    Output(
        name="cyclonedx",
        title="CycloneDX 1.7, a bill of materials",
        media_type="application/vnd.cyclonedx+json",
        suffix=".cdx.json",
    ),
    Output(
        name="spdx",
        title="SPDX 3.0.1, a bill of materials",
        media_type="application/spdx+json",
        suffix=".spdx.json",
        extra="spdx",
        package="spdx_python_model",
    ),
    Output(name="card", title="a model card, with what nobody has stated", media_type="text/markdown", suffix=".md"),
)
