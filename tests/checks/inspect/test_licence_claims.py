from __future__ import annotations

import pytest

from hilt.checks.inspect.licence_claims import CHECK
from reading import facts

METADATA = (
    b"Metadata-Version: 2.4\nName: x\nLicense-Expression: Apache-2.0\nLicense-File: LICENSE\n\nLicense: not this\n"
)


@pytest.mark.parametrize(
    ("name", "data", "claims"),
    [
        ("README.md", b"---\nlicense: mit\n---\n# A model\n", ("mit",)),
        ("README.md", b"---\nlicense: [mit, apache-2.0]\n---\n# A model\n", ("mit", "apache-2.0")),
        ("package.json", b'{"name": "x", "license": "Apache-2.0"}', ("Apache-2.0",)),
        ("METADATA", METADATA, ("Apache-2.0",)),
        ("METADATA", METADATA.replace(b"Apache-2.0", b"UNKNOWN"), None),
        ("PKG-INFO", METADATA.replace(b"License-Expression: Apache-2.0", b"License: BSD\n  and more"), ("BSD",)),
        (
            "METADATA",
            METADATA.replace(b"License-Expression: Apache-2.0", b"Classifier: License :: OSI Approved :: MIT License"),
            ("MIT License",),
        ),
        ("config.json", b'{"license": null}', None),
    ],
)
def test_claims_are_told_as_they_are_spelled(name: str, data: bytes, claims: tuple[str, ...] | None) -> None:
    assert facts(CHECK, data, name).get("rights.licences_claimed") == claims


def test_a_licence_text_is_a_fact_of_its_own() -> None:
    text = b"MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software\n"
    assert facts(CHECK, text, "LICENSE") == {"rights.licence_texts": ("LICENSE",)}
