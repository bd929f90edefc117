from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanging import no_hanging
from hilt.knowledge.licences.index import index
from hilt.knowledge.licences.licence import ids, licence
from hilt.knowledge.licences.names import LONGEST, Named, ids_of, names_of, resolve

SPELLINGS = """
mit: mit | MIT | MIT License | The MIT License | The MIT License (MIT) | MIT License (MIT) | mit license | "MIT" | 'mit' | MIT.
mit: License :: OSI Approved :: MIT License | Licensed under the MIT License | released under the MIT license | Expat | MIT Licence
mit: https://opensource.org/licenses/MIT | opensource.org/licenses/mit | http://www.opensource.org/licenses/mit-license.php
mit: https://spdx.org/licenses/MIT.html | https://choosealicense.com/licenses/mit/ | https://opensource.org/license/mit
apache-2.0: apache-2.0 | Apache-2.0 | Apache 2.0 | Apache 2 | Apache2 | Apache v2 | Apache License 2.0 | Apache License, Version 2.0
apache-2.0: Apache License v2.0 | The Apache License, Version 2.0 | Apache Software License 2.0 | ASL 2.0 | apache 2.0 license
apache-2.0: License :: OSI Approved :: Apache Software License | Apache Software License | Apache License (2.0) | Apache-2
apache-2.0: https://www.apache.org/licenses/LICENSE-2.0 | http://www.apache.org/licenses/LICENSE-2.0.txt | Apache2.0
apache-2.0: apache.org/licenses/LICENSE-2.0.html | Licensed under the Apache License, Version 2.0 | apache_2.0 | Apache-2.0+
bsd-3-clause: bsd-3-clause | BSD-3-Clause | BSD 3-Clause License | 3-Clause BSD License | New BSD License | new BSD | BSD 3 clause
bsd-3-clause: BSD-3 | Modified BSD License | BSD 3-Clause "New" or "Revised" License | BSD (3-clause)
bsd-2-clause: bsd-2-clause | BSD 2-Clause | Simplified BSD License | FreeBSD License | BSD 2-Clause "Simplified" License
bsd-3-clause-clear: bsd-3-clause-clear | BSD-3-Clause-Clear | The Clear BSD License
0bsd: 0BSD | Zero-Clause BSD | BSD Zero Clause License
isc: isc | ISC | ISC License | ISC License (ISCL) | License :: OSI Approved :: ISC License (ISCL)
zlib: zlib | Zlib | zlib License | zlib/libpng
bsl-1.0: bsl-1.0 | BSL-1.0 | Boost Software License 1.0 (BSL-1.0) | Boost Software License - Version 1.0
unlicense: unlicense | The Unlicense | Unlicense | The Unlicense (Unlicense) | https://unlicense.org/
wtfpl: wtfpl | WTFPL | Do What The F*ck You Want To Public License
cc0-1.0: cc0-1.0 | CC0-1.0 | CC0 | CC0 1.0 Universal | CC0 1.0 Universal (CC0 1.0) Public Domain Dedication
cc0-1.0: https://creativecommons.org/publicdomain/zero/1.0/ | Creative Commons Zero v1.0 Universal
cc-by-4.0: cc-by-4.0 | CC-BY-4.0 | CC BY 4.0 | CC-BY 4.0 | Creative Commons Attribution 4.0 | Creative Commons Attribution 4.0 International
cc-by-4.0: https://creativecommons.org/licenses/by/4.0/ | creativecommons.org/licenses/by/4.0/legalcode
cc-by-4.0: Creative Commons Attribution 4.0 International License | http://creativecommons.org/licenses/by/4.0
cc-by-3.0: cc-by-3.0 | Creative Commons Attribution 3.0 | Creative Commons Attribution 3.0 Unported
cc-by-sa-3.0: cc-by-sa-3.0 | CC BY-SA 3.0 | Creative Commons Attribution-ShareAlike 3.0 Unported
cc-by-sa-4.0: cc-by-sa-4.0 | CC-BY-SA 4.0 | Creative Commons Attribution Share Alike 4.0 | https://creativecommons.org/licenses/by-sa/4.0/
cc-by-nc-4.0: cc-by-nc-4.0 | CC BY-NC 4.0 | Creative Commons Attribution Non Commercial 4.0
cc-by-nc-4.0: Creative Commons Attribution-NonCommercial 4.0 International | https://creativecommons.org/licenses/by-nc/4.0/deed.en
cc-by-nc-sa-4.0: cc-by-nc-sa-4.0 | CC BY-NC-SA 4.0 | Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International License
cc-by-nc-nd-4.0: cc-by-nc-nd-4.0 | CC-BY-NC-ND 4.0
cc-by-nd-4.0: cc-by-nd-4.0 | CC BY-ND 4.0
gpl-2.0: gpl-2.0 | GPL-2.0-only | GPLv2 | GPL v2 | GNU General Public License v2 (GPLv2) | GNU GPL v2 | GPL-2
gpl-2.0-or-later: GPL-2.0-or-later | GPL-2.0+ | GPLv2+ | GPLv2 or later | GPL (>= 2) | GNU General Public License v2 or later (GPLv2+)
gpl-3.0: gpl-3.0 | GPL-3.0 | GPL-3.0-only | GPLv3 | GPL v3 | GPL 3 | GNU GPLv3 | GNU General Public License v3 (GPLv3) | GPL-3
gpl-3.0: GNU General Public License, Version 3 | https://www.gnu.org/licenses/gpl-3.0.en.html | gnu.org/licenses/gpl-3.0.txt
gpl-3.0-or-later: GPL-3.0-or-later | GPLv3+ | GPL-3.0+ | GNU General Public License v3 or later (GPLv3+)
lgpl-2.1: lgpl-2.1 | LGPL-2.1-only | LGPLv2.1 | GNU Lesser General Public License v2.1
lgpl-3.0: lgpl-3.0 | LGPL-3.0 | LGPLv3 | GNU Lesser General Public License v3 (LGPLv3)
agpl-3.0: agpl-3.0 | AGPL-3.0 | AGPL-3.0-only | AGPLv3 | GNU Affero General Public License v3 | GNU AGPL v3
agpl-3.0-or-later: AGPL-3.0-or-later | GNU Affero General Public License v3 or later (AGPLv3+) | AGPLv3+
mpl-2.0: mpl-2.0 | MPL 2.0 | Mozilla Public License 2.0 (MPL 2.0) | https://www.mozilla.org/en-US/MPL/2.0/
epl-2.0: epl-2.0 | Eclipse Public License 2.0 (EPL-2.0)
eupl-1.2: EUPL-1.2 | European Union Public Licence 1.2 (EUPL 1.2)
artistic-2.0: artistic-2.0 | Artistic License 2.0
ofl-1.1: ofl-1.1 | SIL Open Font License 1.1 (OFL-1.1)
python-2.0: Python-2.0 | Python Software Foundation License | PSF
postgresql: postgresql | PostgreSQL License
odc-by-1.0: odc-by | ODC-By-1.0 | ODC-BY
odbl-1.0: odbl | ODbL-1.0 | Open Database License
pddl-1.0: pddl | PDDL-1.0
cdla-permissive-2.0: cdla-permissive-2.0 | CDLA-Permissive-2.0 | Community Data License Agreement – Permissive, Version 2.0
c-uda-1.0: c-uda | C-UDA-1.0 | Computational Use of Data Agreement
llama2: llama2 | llama-2 | Llama 2 | Llama 2 Community License Agreement | https://ai.meta.com/llama/license/
llama3: llama3 | Llama 3 | META LLAMA 3 COMMUNITY LICENSE AGREEMENT
llama3.1: llama3.1 | llama-3.1 | Llama 3.1 Community License | Llama3.1 | https://llama.meta.com/llama3_1/license/
llama3.2: llama3.2 | Llama 3.2 Community License Agreement | https://www.llama.com/llama3_2/license/
llama3.3: llama3.3 | Llama 3.3
llama4: llama4 | Llama 4 Community License
gemma-terms: gemma | Gemma Terms of Use | https://ai.google.dev/gemma/terms
openrail++-m: openrail++ | CreativeML Open RAIL++-M License
creativeml-openrail-m: creativeml-openrail-m | CreativeML OpenRAIL-M | https://huggingface.co/spaces/CompVis/stable-diffusion-license
bigscience-openrail-m: bigscience-openrail-m | BigScience OpenRAIL-M
bigcode-openrail-m: bigcode-openrail-m | BigCode Open RAIL-M v1
openmdw-1.1: openmdw-1.1 | OpenMDW-1.1 | OpenMDW License Agreement, version 1.1
openmdw-1.0: openmdw-1.0 | OpenMDW-1.0
deepseek-model-1.0: deepseek | deepseek-license
falcon-180b-tii: falcon-180b-license | Falcon-180B TII License
apple-amlr: apple-amlr | Apple Machine Learning Research Model License
lfm-open-1.0: lfm1.0 | LFM Open License v1.0
"""
"""Each line: the licence, and how people write it. A bar stands between spellings."""

UNKNOWN = """
BSD | bsd | BSD License | License :: OSI Approved :: BSD License | cc | CC | CC-BY | CC BY-NC | Creative Commons | openrail
GPL | gpl | lgpl | LGPL | GNU GPL | License :: OSI Approved :: GNU General Public License (GPL) | GFDL | gfdl | Apache | Apache License
other | unknown | custom | none | proprietary | see LICENSE | LICENSE | Public Domain | modified-mit | Modified MIT | MIT-style | MIT-like
Llama | llama-5 | llama3.9 | Llama Community License | license.txt | UNLICENSED | MIT (non-commercial) | MIT License with Commons Clause
MIT, but ask me first | not MIT | Apache-2.0 except for the weights | mit-modified | Apache 3.0 | GPL-4.0 | CC-BY-5.0 | GPL (< 3) | GPL != 3 | Apache ~2
All rights reserved | Other/Proprietary License | Free for non-commercial use | research only | 2.0 | v3 | © 2024 | 许可证 | лицензия MIT
https://example.com/licenses/MIT | https://opensource.org.evil.example/licenses/MIT | https://opensource.org@evil.example/licenses/MIT
https://evil.example/?u=https://opensource.org/licenses/MIT | https://opensource.org/licenses/../../evil/MIT | file:///licenses/MIT
https://creativecommons.org/licenses/by/ | https://creativecommons.org/licenses/by-nc/ | https://apache.org/licenses/LICENSE-2.0-modified
https://unlicense.org.evil.example/ | unlicense.org.evil.example/LICENSE | https://opensource.org/licenses/MIT/%2E%2E/mine
https://llama.com/llama3_1/license-notes | javascript:alert(1) | ftp://opensource.org/licenses/MIT
"""

OTHER_SCRIPTS = [
    *("МІТ", "МIT", "ΜΙΤ", "mіt", "ＭＩＴ", "mit\u200b2", "Apаche-2.0", "аpache-2.0", "llаma3.1", "apache‐２.0"),
    *(
        "https://оpensource.org/licenses/MIT",
        "https://opensource.org/licenses/МIT",
        "opensource。org/licenses/MIT",
        "GРL-3.0",
    ),
]
"""Cyrillic, Greek and full-width letters among them."""


def spellings() -> list[tuple[str, str]]:
    lines = [line.partition(": ") for line in SPELLINGS.strip().splitlines()]
    return [(said.strip(), licence_id) for licence_id, _, rest in lines for said in rest.split(" | ")]


@pytest.mark.parametrize(("said", "licence_id"), spellings())
def test_a_spelling_of_a_licence_means_it(said: str, licence_id: str) -> None:
    assert resolve(said) == Named(ids=(licence_id,))


def test_there_are_enough_spellings() -> None:
    assert len(spellings()) >= 150


@pytest.mark.parametrize("said", [said.strip() for line in UNKNOWN.strip().splitlines() for said in line.split(" | ")])
def test_what_could_be_several_or_is_none_is_unknown_and_kept(said: str) -> None:
    named = resolve(said)
    assert (named.ids, named.choice) == ((), False)
    assert named.unknown


@pytest.mark.parametrize("said", OTHER_SCRIPTS)
def test_letters_that_only_look_alike_never_match(said: str) -> None:
    assert resolve(said).ids == ()
    assert resolve("other", name=said).ids == ()
    assert resolve("other", link=said).ids == ()


@pytest.mark.parametrize("licence_id", ids())
def test_every_name_of_an_entry_means_it(licence_id: str) -> None:
    entry = licence(licence_id)
    for said in (licence_id, *entry.hub, *entry.aliases, *([entry.spdx] if entry.spdx else []), entry.name):
        assert resolve(said).ids == (licence_id,), said
    for link in entry.links:
        assert resolve("other", link=f"https://{link}").ids == (licence_id,), link


def test_the_index_holds_what_the_entries_say_they_are_called() -> None:
    held = {
        one.id: (one.name, one.hub, one.aliases, one.links, one.spdx) for one in index().licences.values() if one.entry
    }
    said = {one.id: (one.name, one.hub, one.aliases, one.links, one.spdx) for one in map(licence, ids())}
    assert held == said, "run scripts/build_licence_index.py"
    entries = [licence(one) for one in ids()]
    assert (index().ids, index().names) == (ids_of(entries), names_of(entries)), "run scripts/build_licence_index.py"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("MIT OR Apache-2.0", Named(ids=("mit", "apache-2.0"), choice=True)),
        ("(MIT or Apache-2.0)", Named(ids=("mit", "apache-2.0"), choice=True)),
        ("MIT AND BSD-3-Clause", Named(ids=("mit", "bsd-3-clause"))),
        ("Apache 2.0 and MIT", Named(ids=("apache-2.0", "mit"))),
        ("MIT AND (GPL-2.0-only OR BSD-2-Clause)", Named(ids=("mit", "gpl-2.0", "bsd-2-clause"))),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", Named(ids=("gpl-2.0-or-later",))),
        ("Apache-2.0 WITH LLVM-exception", Named(ids=("apache-2.0",))),
        ("Apache-2.0 WITH Commons-Clause", Named(unknown=("Apache-2.0 WITH Commons-Clause",))),
        ("MIT OR LicenseRef-Ours", Named(ids=("mit",), choice=True, unknown=("LicenseRef-Ours",))),
        ("MIT AND LicenseRef-Ours", Named(ids=("mit",), unknown=("LicenseRef-Ours",))),
        ("MIT/Apache-2.0", Named(ids=("mit", "apache-2.0"))),
        ("mit, apache-2.0", Named(ids=("mit", "apache-2.0"))),
        ("MIT OR MIT", Named(ids=("mit",))),
        ("models with and without a licence", Named(unknown=("models with and without a licence",))),
        ("( OR MIT", Named(unknown=("( OR MIT",))),
        ("MIT OR", Named(unknown=("MIT OR",))),
        ("((MIT) OR BSD-3-Clause", Named(unknown=("((MIT) OR BSD-3-Clause",))),
    ],
)
def test_an_expression_is_a_choice_or_holds_as_a_whole(said: str, expected: Named) -> None:
    assert resolve(said) == expected


def test_a_list_holds_as_a_whole() -> None:
    assert resolve(["mit", "cc-by-4.0", "mit"]) == Named(ids=("mit", "cc-by-4.0"))
    assert resolve(["mit", "bsd"]) == Named(ids=("mit",), unknown=("bsd",))


def test_other_is_what_its_name_and_its_link_say() -> None:
    assert resolve("other", name="llama3.1").ids == ("llama3.1",)
    assert resolve("other", name="my-own", link="https://llama.meta.com/llama3_1/license").ids == ("llama3.1",)
    assert resolve("other", name="llama3.1", link="LICENSE").ids == ("llama3.1",)
    assert resolve("other", name="my-own", link="LICENSE") == Named(unknown=("my-own",))
    assert resolve("other", link="https://huggingface.co/org/model/blob/main/LICENSE") == Named(unknown=("other",))


def test_where_a_name_and_a_link_mean_different_licences_all_hold() -> None:
    link = "https://huggingface.co/black-forest-labs/FLUX.1-dev/resolve/main/LICENSE.md"
    assert resolve("mit", name="gemma", link=link).ids == ("mit", "gemma-terms", "flux-1-dev-nc")


def test_a_whole_text_is_no_name_and_is_said_to_be_a_text() -> None:
    text = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software\n" * 20
    named = resolve(text)
    assert (named.ids, named.text) == ((), True)
    assert len(named.unknown[0]) <= 120


@pytest.mark.parametrize(
    "said",
    [
        "mit" * 2_000_000,
        "(" * 300 + "MIT" + ")" * 300,
        "(" * 5_000_000,
        "MIT AND " * 50 + "MIT",
        "MIT AND " * 500_000,
        "MIT\x00",
        "\x1b[31mMIT",
        "a," * 200,
        "under " * 60,
        "https://" + "a." * 180,
        "\ud800",
        " " * 3_000_000,
    ],
    ids=lambda said: f"{said[:12]!r} x {len(said)}",
)
def test_hostile_fields_take_no_time_and_mean_nothing(said: str) -> None:
    resolve("mit")
    with no_hanging():
        for named in (resolve(said), resolve("other", name=said), resolve("other", link=said), resolve([said] * 1000)):
            assert named.ids in ((), ("mit",))
            assert all(len(one) <= 120 for one in named.unknown)


@given(st.text(alphabet="MITGPL-2.0+ ()/,;ANDORWITHandorwith\n\t\x00é", max_size=LONGEST + 20))
def test_whatever_stands_there_is_named_or_unknown(said: str) -> None:
    named = resolve(said)
    assert set(named.ids) <= set(ids())
    assert named.ids or named.unknown or not said.strip()


def test_a_name_brings_in_neither_yaml_nor_the_library_of_expressions() -> None:
    import subprocess
    import sys

    script = "import sys; from hilt.knowledge.licences.names import resolve; resolve('Apache 2.0', link='LICENSE')\n"
    script += "print({'yaml', 'license_expression', 'hilt.knowledge.licences.licence'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
