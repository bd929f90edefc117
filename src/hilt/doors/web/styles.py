"""What pages share with the reports of `hilt check -o html`: their colours, and how a report looks inside of a page."""

from __future__ import annotations

import re
from importlib.resources import files

_COMMENT = re.compile(rb"/\*.*?\*/|^ +", re.DOTALL | re.MULTILINE)


def styles() -> dict[str, bytes]:
    """The styles of all pages, and those of the part of a page that has the class `report`."""
    colours, report = (files("hilt.output").joinpath(name).read_bytes() for name in ("colours.css", "page.css"))
    own = files("hilt.doors.web").joinpath("static", "hilt.css").read_bytes()
    return {
        "hilt.css": _COMMENT.sub(b"", colours + own),
        "report.css": b".report {\n" + _COMMENT.sub(b"", report) + b"}\n",
    }
