from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from hilt.core.errors import FormatError
from hilt.knowledge.provenance import sign
from signed import CODE, KEY, KEYS, MODEL, OTHER_KEY, VECTORS, authority, certified, chained, stated

needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="the schemas of OpenSSF Model Signing are not here")


def schema(name: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    files = [json.loads(path.read_text()) for path in (VECTORS / "schemas" / "v1.0").glob("*.json")]
    registry = Registry().with_resources([(one["$id"], Resource.from_contents(one)) for one in files])
    return Draft202012Validator(next(one for one in files if f"/{name}/" in one["$id"]), registry=registry)


@needs_vectors
@pytest.mark.parametrize(
    "options",
    [{}, {"algorithm": "blake3"}, {"algorithm": "blake2b", "shard_size": 64}, {"ignore_paths": ["model.sig"]}],
)
@pytest.mark.parametrize("curve", KEYS)
def test_what_is_written_is_as_the_published_schemas_ask(curve: str, options: dict[str, Any]) -> None:
    root, middle = authority()
    leaf = certified("leaf", middle, uses=CODE, key=KEYS[curve])
    for data in (sign.sign(stated(MODEL, **options), KEYS[curve]), chained(leaf, middle, root)):
        whole = json.loads(data)
        schema("bundle").validate(whole)
        schema("statement").validate(json.loads(base64.b64decode(whole["dsseEnvelope"]["payload"])))


def test_a_certificate_of_another_key_is_refused() -> None:
    leaf = certified("leaf", authority()[1], uses=CODE, key=OTHER_KEY)
    with pytest.raises(FormatError, match="the private key does not belong to the certificate of CN=leaf"):
        sign.sign(stated(), KEY, [leaf.certificate])


def test_the_private_key_is_nowhere_in_the_bundle() -> None:
    number = KEY.private_numbers().private_value
    data = sign.sign(stated(), KEY)
    assert number.to_bytes(32) not in data
    assert base64.b64encode(number.to_bytes(32))[:40] not in data
