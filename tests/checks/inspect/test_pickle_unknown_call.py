from __future__ import annotations

from attacks.pickles import called, p, stacked, text
from hilt.checks.inspect.pickle_unknown_call import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

STRANGE = called(stacked("acme.models", "Chat"), text("x"))


def test_a_callable_that_nobody_knows_goes_to_a_person() -> None:
    (finding,) = findings(CHECK, p(4, STRANGE), "model.pkl")
    assert finding.severity is Severity.MEDIUM
    assert "acme.models.Chat('x')" in finding.message
    assert facts(CHECK, p(4, STRANGE), "model.pkl") == {"inspect.unknown_calls": 1, "inspect.code_on_load": None}


def test_the_same_callable_is_told_once_with_its_count() -> None:
    (finding,) = findings(CHECK, p(4, (STRANGE + b"0") * 5 + b"N"), "model.pkl")
    assert "5" in finding.message
    assert facts(CHECK, p(4, (STRANGE + b"0") * 5 + b"N"), "model.pkl")["inspect.unknown_calls"] == 5


def test_a_known_family_does_not_cover_a_dotted_name_in_it() -> None:
    assert findings(CHECK, p(4, called(stacked("collections", "OrderedDict"), b"")), "model.pkl") == []
    (finding,) = findings(CHECK, p(4, called(stacked("collections", "OrderedDict.fromkeys.acme"), b"")), "model.pkl")
    assert finding.severity >= Severity.MEDIUM


def test_a_name_that_the_file_computes_is_told_even_if_it_is_only_held() -> None:
    """Long enough not to be kept as text, and still a name that Python resolves."""
    name = b"path.os." * 200 + b"system"
    (finding,) = findings(
        CHECK, p(4, text("os") + b"X" + len(name).to_bytes(4, "little") + name + b"\x93"), "model.pkl"
    )
    assert finding.severity is Severity.HIGH
    assert "looks up" in finding.message
