from __future__ import annotations

import pytest

from attacks.graphs import onnx, onnx_node, onnx_tensor
from hilt.checks.inspect.onnx_external_data import CHECK, MEMORY
from hilt.core.finding import Severity
from hilt.core.subject import Entry, EntryKind
from repositories import findings_in

DATA = b"\1" * 16


def away(location: str = "w.bin", **more: str) -> bytes:
    return onnx(tensors=[onnx_tensor("w", (2,), {"location": location, **more})])


@pytest.mark.parametrize("location", ["w.bin", "./w.bin", "sub/w.bin", "sub\\w.bin"])
def test_data_beside_the_model_is_quiet(location: str) -> None:
    files = {"m/a.onnx": away(location, offset="8", length="8"), "m/w.bin": DATA, "m/sub/w.bin": DATA}
    assert findings_in(CHECK, files) == []


def test_a_model_that_holds_its_weights_is_quiet() -> None:
    assert findings_in(CHECK, {"a.onnx": onnx(tensors=[onnx_tensor()])}) == []


@pytest.mark.parametrize(
    ("model", "words", "severity"),
    [
        (away("/etc/passwd"), "'/etc/passwd', which is an absolute path", Severity.HIGH),
        (away("\\\\host\\share"), "is an absolute path", Severity.HIGH),
        (away("../../secret"), "climbs out with '..'", Severity.HIGH),
        (away("x/../../secret"), "climbs out with '..'", Severity.HIGH),
        (away("x\\..\\..\\secret"), "climbs out with '..'", Severity.HIGH),
        (away("C:\\secret"), "names a drive", Severity.HIGH),
        (away("https://example.org/w"), "is a URL", Severity.HIGH),
        (away("file:/etc/passwd"), "is a URL", Severity.HIGH),
        (away("w\n.bin"), "holds control characters", Severity.HIGH),
        (away(MEMORY, offset="4096"), "an address in the loader's memory", Severity.HIGH),
        (away(offset="12", length="8"), "bytes 12 to 20, past its end at 16", Severity.HIGH),
        (away(offset="12"), "bytes 12 to 20, past its end at 16", Severity.HIGH),
        (away(offset="-1"), "no range", Severity.HIGH),
        (away(length="16"), "16 bytes, while FLOAT [2] needs 8", Severity.HIGH),
        (away(__class__="x"), "sets '__class__' of the loader's own record", Severity.HIGH),
        (away("gone.bin"), "'gone.bin', which is not in the repository", Severity.MEDIUM),
        (away(""), "'', which is not in the repository", Severity.MEDIUM),
        (away("link.bin"), "a link to '/etc/passwd'", Severity.HIGH),
        (away("out/w.bin"), "a link to '/tmp'", Severity.HIGH),
    ],
)
def test_each_way_out_of_the_file_is_named(model: bytes, words: str, severity: Severity) -> None:
    links = (
        Entry(path="link.bin", kind=EntryKind.LINK_OUT, target="/etc/passwd"),
        Entry(path="out", kind=EntryKind.LINK_OUT, target="/tmp"),
    )
    seen = findings_in(CHECK, {"a.onnx": model, "w.bin": DATA}, *links)
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen


def test_a_location_is_told_once_however_many_tensors_take_it() -> None:
    tensors = [onnx_tensor(f"w{n}", (2,), {"location": "../x"}) for n in range(30)]
    (seen,) = findings_in(CHECK, {"a.onnx": onnx(tensors=tensors)})
    assert "(and 29 more tensors)" in seen.message


def test_data_named_in_a_subgraph_and_not_marked_external_is_looked_at_too() -> None:
    hidden = onnx_tensor("w", (2,), {"location": "../x"}, location=0)
    (seen,) = findings_in(CHECK, {"a.onnx": onnx(onnx_node(), tensors=[hidden])})
    assert seen.severity is Severity.HIGH
