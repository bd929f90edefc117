from __future__ import annotations

from hilt.checks.rights.licence_variant import CHECK
from hilt.core.finding import Severity
from licence_texts import APACHE, MIT
from offered import WEIGHTS, found

CLAUSE = """
If the Software is used in any commercial product that has more than 100 million monthly active users, you must display
"Chatty" prominently on the user interface of that product.
"""


def test_words_that_the_known_licence_lacks_are_shown_numbers_and_uses_first() -> None:
    [one] = found(CHECK, {"LICENSE": MIT.format(holder="2024 A") + CLAUSE, "w.safetensors": WEIGHTS})
    assert one.severity is Severity.MEDIUM
    assert "MIT License" in one.message
    assert "100 million monthly active users" in one.message
    assert "commercial" in one.message.rpartition("[")[2]


def test_a_changed_number_is_a_variant_and_never_the_licence() -> None:
    changed = APACHE.replace("50%", "5%").replace("fifty percent (50%)", "five percent (5%)")
    assert changed != APACHE
    [one] = found(CHECK, {"LICENSE": changed})
    assert "Apache License 2.0" in one.message
    assert "5" in one.message


def test_copies_and_vendored_variants_are_quiet() -> None:
    assert found(CHECK, {"LICENSE": MIT.format(holder="2024 Some Company GmbH")}) == []
    assert found(CHECK, {"LICENSE": APACHE}) == []
    vendored = {"LICENSE": APACHE, "vendor/LICENSE": MIT.format(holder="A") + CLAUSE, "w.safetensors": WEIGHTS}
    assert found(CHECK, vendored) == []
