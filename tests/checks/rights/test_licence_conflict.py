from __future__ import annotations

import pytest

from hilt.checks.rights.licence_conflict import CHECK
from hilt.core.context import Base
from made_from import Files, card, told

LLAMA, EXAONE = "meta-llama/Llama-3.1-8B", "LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct"


def base(name: str, *licences: str, bases: tuple[tuple[str, str], ...] = ()) -> Base:
    return Base(name=name, licences=licences, bases=bases, source=f"hf:{name}")


@pytest.mark.parametrize(
    ("files", "bases", "words"),
    [
        ({"README.md": card(base_model=[EXAONE, LLAMA])}, (), 'begin with "EXAONE" because of'),
        (
            {"README.md": card(base_model=["org/a", "org/b"])},
            (base("org/a", "agpl-3.0"), base("org/b", "cc-by-nc-sa-4.0")),
            "stays under that licence and nothing else, and org/b (cc-by-nc-sa-4.0) asks the same for itself",
        ),
        (
            {"README.md": card(base_model=["org/a", LLAMA])},
            (base("org/a", "gpl-3.0"),),
            "meta-llama/Llama-3.1-8B (llama3.1) asks that its own terms go along",
        ),
        (
            {"README.md": card(base_model=["org/a", "org/b"])},
            (base("org/a", "cc-by-nc-4.0"), base("org/b", "gpl-3.0")),
            "org/b (gpl-3.0) asks that what is made from it stays under that licence",
        ),
        (
            {"README.md": card(base_model=["org/a", "org/b", LLAMA])},
            (base("org/a", "agpl-3.0"), base("org/b", "cc-by-nc-4.0")),
            f"org/b (cc-by-nc-4.0) asks that its own terms go along, {LLAMA} (llama3.1) asks that its own terms go along",
        ),
        (
            {"README.md": card(base_model="org/a")},
            (base("org/a", "cc-by-nc-nd-4.0"),),
            "lets nobody pass on a changed version",
        ),
        (
            {"README.md": card(base_model="meta-llama/Meta-Llama-3-70B", base_model_relation="distilled")},
            (),
            "it learned from outputs of meta-llama/Meta-Llama-3-70B (llama3), and outputs may not be used to improve",
        ),
    ],
)
def test_what_nobody_can_meet_is_found_once(files: Files, bases: tuple[Base, ...], words: str) -> None:
    ((severity, message),) = told(CHECK, files, *bases)
    assert severity == "medium"
    assert words in message


@pytest.mark.parametrize(
    ("files", "bases"),
    [
        ({"README.md": card(license="apache-2.0", base_model=LLAMA)}, ()),  # a dropped term, which is another finding
        ({"README.md": card(base_model=["lmsys/vicuna-7b-v1.5", "meta-llama/Llama-2-7b-hf"])}, ()),
        ({"README.md": card(base_model=["meta-llama/Meta-Llama-3-8B", LLAMA])}, ()),  # "Llama 3" begins with "Llama"
        ({"README.md": card(base_model=["org/a", "org/b"])}, (base("org/a", "agpl-3.0"), base("org/b", "mit"))),
        (
            {"README.md": card(base_model=["org/a", "org/b"])},
            (base("org/a", "cc-by-sa-4.0"), base("org/b", "gpl-3.0")),
        ),
        (
            {"README.md": card(base_model=["org/a", "org/b"])},
            (base("org/a", "gpl-2.0-or-later"), base("org/b", "agpl-3.0")),
        ),
        (
            {"README.md": card(base_model=["org/a", "org/b"])},
            (base("org/a", "cc-by-nc-sa-4.0"), base("org/b", "cc-by-nc-4.0")),
        ),
        ({"README.md": card(base_model=["org/a", LLAMA])}, (base("org/a", "lgpl-3.0"),)),
        # A chain drops terms where the second model is made; they do not meet for the first time here.
        ({"README.md": card(base_model="org/a")}, (base("org/a", "agpl-3.0", bases=(("finetune", LLAMA),)),)),
        ({"README.md": card(base_model="org/a", base_model_relation="quantized")}, (base("org/a", "cc-by-nc-nd-4.0"),)),
        ({"README.md": card(base_model="org/a", base_model_relation="adapter")}, (base("org/a", "cc-by-nc-nd-4.0"),)),
        ({"README.md": card(base_model="meta-llama/Llama-3.1-70B", base_model_relation="distilled")}, ()),
        (
            {
                "README.md": card(
                    base_model="meta-llama/Meta-Llama-3-8B", tags=["base_model:distilled:meta-llama/Meta-Llama-3-70B"]
                )
            },
            (),
        ),
        ({"README.md": card(license="mit", datasets=["tatsu-lab/alpaca", "wikipedia"])}, ()),
    ],
)
def test_what_can_be_met_is_no_conflict(files: Files, bases: tuple[Base, ...]) -> None:
    assert told(CHECK, files, *bases) == []


def test_a_sentence_alone_is_told_as_low() -> None:
    files = {"README.md": card(body="It was trained on outputs of [X](https://hf.co/meta-llama/Meta-Llama-3-70B).")}
    ((severity, message),) = told(CHECK, files)
    assert severity == "low"
    assert "meta-llama/Meta-Llama-3-70B (llama3)" in message
