"""The rules of law that hilt knows, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hilt.output.form import NOT_ADVICE
from hilt.output.layout import Page


def write(page: Page, rules: Sequence[Mapping[str, Any]]) -> None:
    """Each rule under its law, with its days and how it was read."""
    width = max(len(one["id"]) for one in rules)
    law = ""
    for one in rules:
        if one["law"] != law:
            if law:
                page.blank()
            law = one["law"]
            page.line(law)
        days = one["from"] + (f" to {one['until']}" if one["until"] else "")
        page.line(f"  {one['id']:<{width}}  {days:<24}  {one['state']:<8}  {one['whose']:<9}  {one['title']}")
        page.line(f"  {'':<{width}}  {one['article']}; {one['how_read']}, {one['as_of']}")
    page.blank()
    page.line(f"{len(rules)} rules. {NOT_ADVICE}")
