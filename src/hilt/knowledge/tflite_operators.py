"""Custom operators of TensorFlow Lite that come with widely used runtimes."""

from __future__ import annotations

_KNOWN = {
    "TensorFlow Lite's own additions": """
        TFLite_Detection_PostProcess AudioSpectrogram Mfcc NumericVerify RandomUniform RandomStandardNormal Multinomial
        ComplexAbs Real Imag Atan2 Roll Irfft IRFFT Sign Bucketize AvgPool3D MaxPool3D MaxPool3DGrad
        HashtableV2 LookupTableFindV2 LookupTableSizeV2 LookupTableImportV2 Predict Normalize ExtractFeatures
        SIGNAL_AUDIO_FRONTEND AUDIO_MICROFRONTEND""",
    "MediaPipe": """
        Convolution2DTransposeBias MaxPoolingWithArgmax2D MaxUnpooling2D TransformTensorBilinear TransformLandmarks
        Landmarks2TransformMatrix Landmarks2TransformMatrixV2 KmeansEmbeddingLookup UniversalSentenceEncoder
        FixedNgramHash RunModel Resampler Slice Gather""",
    "a compiler for an accelerator": "edgetpu-custom-op ethos-u",
    "TensorFlow Text": "TFSentencepieceTokenizeOp TFSentencepieceDetokenizeOp",
}
KNOWN = {name: origin for origin, names in _KNOWN.items() for name in names.split()}
"""Name of a custom operator to where it comes from."""

FLEX = "Flex"
"""How the names of operators begin that full TensorFlow runs inside TensorFlow Lite."""


def origin(name: str) -> str:
    """Where a custom operator comes from; empty for one that no widely used runtime brings."""
    return "TensorFlow Text" if name.startswith("TFText>") else KNOWN.get(name, "")
