"""Paragraphs under a heading in the docstring of a module; the documentation is made from them."""

from __future__ import annotations

import re


def paragraph(doc: str, heading: str) -> str:
    """The text under `heading`, white space folded; empty where there is none."""
    found = re.search(rf"^{heading}:\s*(.*?)(?=\n\s*\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""
