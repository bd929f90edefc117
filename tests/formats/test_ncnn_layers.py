"""Which bytes of an ncnn weight file a description claims; the sizes were compared with those that ncnn reads."""

from __future__ import annotations

import pytest

from attacks.runtimes import ncnn, ncnn_binary, ncnn_weights
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.ncnn import read
from hilt.formats.ncnn_layers import weights_of
from hilt.knowledge.companions import companions
from repositories import repository

ALONE = {
    "BatchNorm l 0 0 0=7": 112, "Bias l 0 0 0=5": 20, "Convolution l 0 0 0=4 5=1 6=108 8=102": 476,
    "Convolution l 0 0 0=4 19=1": 0, "ConvolutionDepthWise l 0 0 0=4 5=1 6=36 7=4 8=1": 184,
    "ConvolutionDepthWise l 0 0 0=4 6=36 7=4 8=102": 160, "Deconvolution l 0 0 28=1": 0, "Dequantize l 0 0": 4,
    "Embed l 0 0 0=4 1=5 2=1 3=20 18=2": 104, "Gemm l 0 0 4=1 5=1 6=1 7=3 8=4 9=5 10=0": 156,
    "Gemm l 0 0 4=1 5=1 7=3 8=4 9=5 18=2": 164, "GroupNorm l 0 0 0=2 1=4": 32, "GroupNorm l 0 0 0=2 1=4 3=0": 0,
    "GRU l 0 0 0=4 1=60 8=2": 604, "InnerProduct l 0 0 0=4 1=1 2=20 8=1": 120, "LSTM l 0 0 0=4 1=120 3=6": 1072,
    "LSTM l 0 0 0=4 1=240 2=2 3=6 8=2": 2512, "MemoryData l 0 0 0=3 1=4 11=2 2=5": 480, "MemoryData l 0 0 0=5 21=0": 24,
    "MemoryData l 0 0": 0, "MultiHeadAttention l 0 0 0=8 1=2 2=32 3=4 4=6 18=2": 804, "RMSNorm l 0 0 0=4": 16,
    "RNN l 0 0 0=4 1=40 2=2": 332, "Scale l 0 0 0=4 1=1": 32, "Scale l 0 0 0=-233": 0, "ReLU l 0 0": 0,
    "Requantize l 0 0 0=4 1=4 2=4": 48,
}  # fmt: skip


@pytest.mark.parametrize("line", ALONE)
def test_a_layer_takes_as_many_bytes_as_ncnn_reads(line: str) -> None:
    ranges = list(weights_of(read(MemorySource(ncnn(line)), Limits()).layers, MemorySource(bytes(4096))))
    assert max((stored.end for stored in ranges), default=0) == ALONE[line]


@pytest.mark.parametrize("line", ["Own l 0 0", "Bias l 0 0 0=-4", "LSTM l 0 0 1=4", "Gemm l 0 0 6=1 10=9"])
def test_nobody_guesses_what_a_strange_layer_takes(line: str) -> None:
    with pytest.raises(FormatError):
        list(weights_of(read(MemorySource(ncnn(line)), Limits()).layers, MemorySource(b"")))


@pytest.mark.parametrize("tag", [0, 0x01306B47, 0x0002C056])
@pytest.mark.parametrize(("name", "description"), [("m.param", ncnn()), ("m.param.bin", ncnn_binary())])
def test_a_weight_file_that_its_description_fills_is_known(tag: int, name: str, description: bytes) -> None:
    weights = ncnn_weights(tag)
    assert set(companions(repository({name: description, "m.bin": weights}))) == {"m.bin"}
    assert companions(repository({name: description, "m.bin": weights + b"hide"})) == {}
    assert companions(repository({name: description, "m.bin": weights[:-4]})) == {}
    assert companions(repository({name: description, "other.bin": weights})) == {}
