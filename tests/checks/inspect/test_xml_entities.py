from __future__ import annotations

import pytest

from hilt.checks.inspect.xml_entities import CHECK
from hilt.core.finding import Severity
from reading import findings, read

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
PLIST = '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'


def xml(doctype: str, body: str = "<a>&l11;</a>") -> bytes:
    return f'<?xml version="1.0"?>{doctype}{body}'.encode()


def test_a_document_without_a_type_is_quiet() -> None:
    assert findings(CHECK, xml("", "<opencv_storage><a>1</a></opencv_storage>"), "a.xml") == []


@pytest.mark.parametrize(
    ("doctype", "words", "severity"),
    [
        (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>', "the entity 'l0' for the text 'ha'", Severity.HIGH),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "address 'file:///etc/passwd'", Severity.HIGH),
        ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.org/x">%x;]>', "the entity 'x'", Severity.HIGH),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd">', "document type from 'file:///etc", Severity.MEDIUM),
        (PLIST, "takes its document type from 'http://www.apple.com", Severity.INFO),
    ],
)
def test_each_declaration_is_named(doctype: str, words: str, severity: Severity) -> None:
    seen = findings(CHECK, xml(doctype, "<a/>"), "a.xml")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen


def test_entities_in_a_model_are_found_too() -> None:
    model = xml('<!DOCTYPE net [<!ENTITY x "y">]>', "<net><layers/></net>")
    assert [finding.severity for finding in findings(CHECK, model, "model.xml")] == [Severity.HIGH]


def test_a_model_with_a_document_type_is_not_read_as_one() -> None:
    file = read(xml('<!DOCTYPE net SYSTEM "http://example.org/x">', "<net><layers/></net>"), "model.xml")
    assert (file.format, "no OpenVINO model has" in str(file.error)) == ("openvino-ir", True)
