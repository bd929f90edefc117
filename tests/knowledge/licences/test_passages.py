from __future__ import annotations

import pytest

from hanging import no_hanging
from hilt.knowledge.licences.passages import passages

CARD = """# Chatty

Two lines of
one paragraph.

License
=======

- Code: [MIT](LICENSE)
- Models: `CC BY 4.0 <https://x.org/by>`_

```text
License: not this
```
All files are distributed under the following license:

**Apache** 2.0 ![badge](https://x.org/b.svg)
| **License** | `MIT` |
<p align="center">License: <b>zlib</b></p>
"""


def test_a_text_is_cut_into_paragraphs_items_and_rows_without_code_marks_and_pictures() -> None:
    assert [(passage.line, passage.text) for passage in passages(CARD)] == [
        (3, "Two lines of one paragraph."),
        (9, "Code: MIT"),
        (10, "Models: CC BY 4.0"),
        (15, "All files are distributed under the following license: Apache 2.0"),
        (18, "| License | MIT |"),
        (19, "License: zlib"),
    ]


def test_links_and_the_headings_above_are_kept() -> None:
    found = {passage.line: passage for passage in passages(CARD)}
    assert found[3].headings == ("Chatty",)
    assert found[9].headings[-1] == "License"
    assert found[9].links == ((6, 9, "LICENSE"),)
    assert [found[10].text[begin:end] for begin, end, _ in found[10].links] == ["CC BY 4.0"]
    assert found[10].links[0][2] == "https://x.org/by"


def test_a_lower_heading_ends_the_ones_below_the_same_level() -> None:
    text = "# A\n## B\n### C\nx\n## D\ny\n"
    assert [passage.headings for passage in passages(text)] == [("A", "B", "C"), ("A", "D")]


@pytest.mark.slow
def test_hostile_texts_take_time_in_proportion_to_their_length() -> None:
    for piece in ("[", "](", "`", "<a ", "![", "*", "#", "a <", "- ", "|", "\n=\n", "[a](b "):
        with no_hanging():
            list(passages(piece * (400_000 // len(piece))))
