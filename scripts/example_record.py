"""Makes a record in a folder, and two people in it: Ada, its administrator, who reviews models, and Eve, who wants to use one.

python scripts/example_record.py office
"""

from __future__ import annotations

import sys
from pathlib import Path

from hilt.gate import person
from hilt.gate.init import init
from hilt.gate.settings import read_settings

SETTINGS = "record: {database: record.db, checkpoint: checkpoint, origin: acme.example/models, checks: false}\n"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "settings.yaml"
    file.write_text(SETTINGS)
    init(settings := read_settings(file))
    for name in ("Ada", "Eve"):
        key, roles = folder / f"{name.lower()}.key", ("reviewer",) if name == "Ada" else ()
        person.new_key(key, None)
        by = None if name == "Ada" else folder / "ada.key"
        person.add(name, f"{key}.pub", contact=f"{name.lower()}@acme.example", roles=roles, key=by, settings=settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
