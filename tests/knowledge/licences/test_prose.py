from __future__ import annotations

import pytest

from hanging import no_hanging
from hilt.knowledge.licences.prose import statements
from hilt.knowledge.licences.works import Part

WHOLE, MODEL, CODE, DATA = Part.WHOLE, Part.MODEL, Part.CODE, Part.DATA


def told(text: str, *own: str, about_licences: bool = False) -> list[tuple[Part, tuple[str, ...]]]:
    found = statements(text, own=own, about_licences=about_licences)
    return [(one.part, one.named.ids or one.named.unknown) for one in found]


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("All of the code in openWakeWord is licensed under the **Apache 2.0** license.", [(CODE, "apache-2.0")]),
        (
            (
                "All of the included pre-trained models are licensed under the "
                "[Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International]"
                "(https://creativecommons.org/licenses/by-nc-sa/4.0/) license due to the data."
            ),
            [(MODEL, "cc-by-nc-sa-4.0")],
        ),
        ("These models are licensed under the CC BY-SA 3.0 license.", [(MODEL, "cc-by-sa-3.0")]),
        ("The model weights are distributed under their respective Apache 2.0 license.", [(MODEL, "apache-2.0")]),
        (
            "Unless indicated otherwise, all model and data files are distributed under the CC BY-NC-SA 4.0 license.",
            [(MODEL, "cc-by-nc-sa-4.0"), (DATA, "cc-by-nc-sa-4.0")],
        ),
        ("The source code is released under the [MIT License](LICENSE).", [(CODE, "mit")]),
        ("The code and the weights are released under the MIT license.", [(CODE, "mit"), (MODEL, "mit")]),
        ("This project is licensed under the terms of the MIT license.", [(WHOLE, "mit")]),
        (
            "Although this repository is MIT licensed, the model itself is subject to the BSD 2-Clause license.",
            [(MODEL, "bsd-2-clause"), (WHOLE, "mit")],
        ),
        (
            (
                "These models were created by `D. King <https://x.org>`__ and are licensed in the public domain or under "
                "CC0 1.0 Universal."
            ),
            [(MODEL, "cc0-1.0")],
        ),
        ("The code for training the model is licensed under MIT.", [(CODE, "mit")]),
        ("This model is released under the Chatty Community License 1.1.", [(MODEL, "Chatty Community License 1.1")]),
        ("This model is dual-licensed under MIT or Apache-2.0.", [(MODEL, "mit apache-2.0")]),
    ],
)
def test_a_sentence_says_of_what_it_speaks(sentence: str, parts: list[tuple[Part, str]]) -> None:
    found = [(part, " ".join(ids)) for part, ids in told(sentence)]
    assert found == parts


@pytest.mark.parametrize(
    "sentence",
    [
        "Speaker diarization is powered by the [X](https://x.org) model, licensed under CC-BY-4.0 by its authors.",
        "This [model](https://x.org) is provided by Google as a module under an Apache-2.0 license.",
        "The Whisper model is released under the MIT license.",
        "Derived weights are distributed under the same spirit as X (MIT).",
        "The dataset remains subject to its own terms.",
        "If you redistribute the model files, you must comply with CC BY-SA 3.0.",
        "You may obtain a copy of the License under apache.org.",
        "Unless required by applicable law, software distributed under the Apache License is without warranty.",
        "We worked under MIT supervision.",
        "It was licensed under protest.",
    ],
)
def test_what_is_said_of_something_else_or_of_nothing_is_no_statement(sentence: str) -> None:
    assert told(f"# Chatty\n\n{sentence}\n") == []


def test_a_section_on_licences_may_say_it_in_a_word() -> None:
    assert told("## License\n\n[MIT License](LICENSE).\n") == [(WHOLE, ("mit",))]
    assert told("## License\n\nMIT - Model weights are from elsewhere.\n") == [(WHOLE, ("mit",))]
    assert told("## License\n\n- Code: Released under the MIT License.\n- Models: CC BY-SA 3.0\n") == [
        (CODE, ("mit",)),
        (MODEL, ("cc-by-sa-3.0",)),
    ]
    assert told("## License\n\nMITRE wrote this.\n\nhttps://creativecommons.org/licenses/by/4.0/\n") == []


def test_the_heading_says_of_what_where_the_sentence_does_not() -> None:
    text = "License\n=======\n\nWeights\n-------\n\nReleased under the CC BY-NC 4.0.\n"
    assert told(text) == [(MODEL, ("cc-by-nc-4.0",))]


def test_a_label_names_the_licence_of_the_whole_or_of_what_its_heading_names() -> None:
    assert told("| **License** | `MIT` |\n") == [(WHOLE, ("mit",))]
    assert told("# Chatty\n## Model details\n- **License:** apache-2.0\n") == [(MODEL, ("apache-2.0",))]
    assert told("# Voice\n## Dataset\n* License: CC0\n") == [(DATA, ("cc0-1.0",))]
    assert told("# Chatty\n## Friends\n* License: CC0\n") == []


def test_the_own_name_of_a_subject_means_the_whole() -> None:
    assert told("basic-pitch is licensed under the MIT license.", "basic_pitch") == [(WHOLE, ("mit",))]
    assert told("basic-pitch is licensed under the MIT license.") == []


def test_badges_and_code_say_nothing() -> None:
    assert told("[![License: CC BY-NC 4.0](https://x.org/MIT.svg)](LICENSE)\n") == []
    assert told("```\nLicense: MIT\n```\n") == []


def test_the_line_is_that_of_the_passage() -> None:
    [one] = statements("# X\n\ntext\n\nThis model is licensed under\nthe MIT license.\n")
    assert (one.line, one.sentence) == (5, "This model is licensed under the MIT license.")


def test_names_in_other_scripts_are_no_names() -> None:
    assert told("This model is licensed under the \u041cIT license.") == []
    assert told("\u672c\u6a21\u578b\u91c7\u7528 MIT \u8bb8\u53ef\u8bc1\u3002") == []


@pytest.mark.parametrize(
    "piece",
    ["licensed under ", "released under the MIT or ", "is under under ", "License: ", "a licensed ", "- licensed", "[", "![a](", "`a <b", "<!--", "x, x, "],
)  # fmt: skip
@pytest.mark.parametrize("heading", ["", "## License\n\n"])
def test_hostile_texts_are_read_quickly(heading: str, piece: str) -> None:
    with no_hanging():
        list(statements(heading + ("license " + piece * (3900 // len(piece)) + "\n\n") * 260))
