from __future__ import annotations

import json
import struct

import pytest

from attacks.gguf import gguf
from attacks.graphs import coreml, coreml_network, message
from hilt.checks.rights.licence_claims import CHECK
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


def test_headers_of_weights_name_the_licence_then_its_name_then_its_address() -> None:
    said = [
        ("general.license", "other"),
        ("general.license.name", "llama3.1"),
        ("general.license.link", "https://x.org/l"),
    ]
    assert facts(CHECK, gguf([], b"", said), "m.gguf") == {
        "rights.licences_claimed": ("other", "llama3.1", "https://x.org/l")
    }
    header = json.dumps({"__metadata__": {"license": "mit", "license_link": 3 * "x"}}).encode()
    assert facts(CHECK, struct.pack("<Q", len(header)) + header, "m.safetensors") == {
        "rights.licences_claimed": ("mit", "xxx")
    }


def test_core_ml_has_a_field_for_it() -> None:
    described = message((1, 6), (2, message((100, message((3, "Ada"), (4, "Apache-2.0"))))), (500, coreml_network()))
    assert facts(CHECK, described, "m.mlmodel") == {"rights.licences_claimed": ("Apache-2.0",)}
    assert facts(CHECK, coreml(500, coreml_network()), "m.mlmodel") == {}


def test_lists_are_bounded() -> None:
    card = b"---\nlicense: [" + b", ".join(b"l%d" % n for n in range(10_000)) + b"]\n---\n"
    assert len(facts(CHECK, card, "README.md")["rights.licences_claimed"]) == 32
    assert facts(CHECK, b"---\nlicense: [1, {a: b}]\n---\n", "README.md") == {}


def test_npm_may_give_the_licence_as_an_object() -> None:
    old = b'{"name": "x", "licenses": [{"type": "MIT", "url": "https://x.org"}, {"type": "Apache-2.0"}]}'
    assert facts(CHECK, old, "package.json") == {"rights.licences_claimed": ("MIT", "Apache-2.0")}
