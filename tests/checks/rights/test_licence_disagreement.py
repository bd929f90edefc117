from __future__ import annotations

import pytest

from attacks.gguf import gguf
from hilt.checks.rights.licence_disagreement import CHECK
from hilt.core.finding import Severity
from licence_texts import APACHE, BSD_3, MIT
from offered import WEIGHTS, found

METADATA = "Metadata-Version: 2.1\nName: chatty\nLicense: {licence}\n\n{description}\n"
CARD = "---\nlicense: {licence}\n---\n# Chatty\n"
OPENWAKEWORD = """# License

All of the code in **chatty** is licensed under the **Apache 2.0** license. All of the included pre-trained models are
licensed under the [Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International](https://creativecommons.org/licenses/by-nc-sa/4.0/) license.
"""


def metadata(licence: str, description: str = "") -> str:
    return METADATA.format(licence=licence, description=description)


def test_a_package_that_says_less_than_its_models_ask_is_told_with_the_sentence_and_its_line() -> None:
    [one] = found(
        CHECK, {"LICENSE": APACHE, "METADATA": metadata("Apache-2.0", OPENWAKEWORD), "w.safetensors": WEIGHTS}
    )
    assert one.severity is Severity.MEDIUM
    assert one.message.startswith(
        "the package says Apache License 2.0 (LICENSE), but its models are under Creative Commons"
    )
    assert "All of the included pre-trained models" in one.message
    assert (one.where.path, one.where.line) == ("METADATA", 7)


def test_mit_metadata_over_agpl_weights() -> None:
    agpl = "The weights are released under the AGPL-3.0 license."
    [one] = found(CHECK, {"METADATA": metadata("MIT", agpl), "w.safetensors": WEIGHTS})
    assert one.message.startswith(
        "the package says MIT License (METADATA), but its models are under GNU Affero General Public License v3.0"
    )


def test_mit_metadata_over_weights_whose_header_says_agpl() -> None:
    header = gguf([], b"", [("general.license", "AGPL-3.0 License (https://ultralytics.com/license)")])
    [one] = found(CHECK, {"METADATA": metadata("MIT"), "yolo.gguf": header})
    assert one.message.startswith(
        "the package says MIT License (METADATA), but its models are under GNU Affero General Public License v3.0 (yolo.gguf"
    )


def test_three_licence_files_that_disagree_are_one_finding_that_names_all() -> None:
    files = {"LICENSE": MIT.format(holder="2024 A"), "LICENSE.txt": APACHE, "COPYING": BSD_3.format(holder="B")}
    [one] = found(CHECK, files | {"w.safetensors": WEIGHTS})
    for path in files:
        assert path in one.message
    assert one.whole


def test_a_card_over_another_text_and_a_header_over_another_card_are_told() -> None:
    [one] = found(CHECK, {"LICENSE": MIT.format(holder="2024 A"), "README.md": CARD.format(licence="apache-2.0")})
    assert one.message == (
        "what is said of the licence does not fit together: LICENSE is MIT License; README.md says Apache License 2.0"
    )
    header = gguf([], b"", [("general.license", "llama3.1")])
    [one] = found(CHECK, {"README.md": CARD.format(licence="apache-2.0"), "m.gguf": header})
    assert "m.gguf says Llama 3.1 Community License" in one.message


@pytest.mark.parametrize(
    "files",
    [
        {"LICENSE": APACHE, "README.md": CARD.format(licence="apache-2.0")},
        {"LICENSE": APACHE, "METADATA": metadata("Apache License, Version 2.0")},
        {"LICENSE": APACHE, "METADATA": metadata("MIT OR Apache-2.0")},
        {"LICENSE": APACHE, "NOTICE": "Chatty\nCopyright 2024 Ada Lovelace\n"},
        {
            "LICENSE-MIT": MIT.format(holder="2024 A"),
            "LICENSE-APACHE": APACHE,
            "METADATA": metadata("MIT OR Apache-2.0"),
        },
        {"LICENSE": BSD_3.format(holder="2024 A"), "METADATA": metadata("BSD")},
        {"LICENSE": APACHE, "METADATA": metadata("Apache-2.0", "The models are licensed under the MIT license.")},
        {"LICENSE": APACHE, "third_party/x/LICENSE": MIT.format(holder="2024 A"), "w.safetensors": WEIGHTS},
        {"LICENSE": APACHE, "README.md": "# Chatty\n\nIt uses X, licensed under GPL-3.0 by its authors.\n"},
        {"README.md": CARD.format(licence="unknown"), "LICENSE": APACHE},
        {"README.md": "# Chatty\n"},
    ],
)
def test_sources_that_agree_and_licences_of_other_things_are_quiet(files: dict[str, str | bytes]) -> None:
    assert found(CHECK, files) == []


def test_a_folder_with_weights_of_its_own_has_a_licence_of_its_own() -> None:
    files = {
        "LICENSE": APACHE,
        "a/w.safetensors": WEIGHTS,
        "b/w.safetensors": WEIGHTS,
        "b/LICENSE": MIT.format(holder="2024 A"),
    }
    assert found(CHECK, files) == []
    [one] = found(CHECK, files | {"b/README.md": CARD.format(licence="cc-by-nc-4.0")})
    assert one.message.endswith("(of b)")
