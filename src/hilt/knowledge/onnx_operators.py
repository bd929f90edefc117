"""Which operators of an ONNX file come with its runtime, and which bring or call other code."""

from __future__ import annotations

OWN_DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.training", "ai.onnx.preview.training")
"""Domains of the ONNX specification; nobody else may define operators in them."""

KNOWN_DOMAINS = {
    "com.microsoft": "ONNX Runtime's contributed operators",
    "com.microsoft.dml": "ONNX Runtime's DirectML operators",
    "com.microsoft.experimental": "ONNX Runtime's experimental operators",
    "com.microsoft.nchwc": "ONNX Runtime's layout-specific operators",
    "com.ms.internal.nhwc": "ONNX Runtime's layout-specific operators",
    "com.microsoft.extensions": "the onnxruntime-extensions library (tokenisers, audio and image decoding)",
    "ai.onnx.contrib": "the onnxruntime-extensions library (tokenisers, audio and image decoding)",
    "org.openvinotoolkit": "OpenVINO's own operators",
    "org.pytorch.aten": "PyTorch's own operators, run by a build of ONNX Runtime for training",
}
"""Domains whose operators come with a widely used runtime, and what they are."""

PYTHON_OPERATORS = ("PyOp", "PyCustomOp", "PythonOp", "PythonOpGrad")
PYTHON_DOMAINS = ("pyop", "ai.onnx.python")
"""Operators and beginnings of domains by which ONNX Runtime calls Python functions that the file names."""

COMPILED_OPERATORS = ("EPContext", "TRT_FP32_CustomOp", "TRTKernel")
"""Operators that hold or name a program already compiled for one device, which nobody can look into."""

_STANDARD = """
Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization
Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike
CausalConvWithState Ceil Celu CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence Constant
ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum DFT DeformConv DepthToSpace
DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor
GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If
ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual
LinearAttention Log LogSoftmax Loop LpNormalization LpPool MatMul MatMulInteger Max MaxPool MaxRoiPool
MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg
NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement
Or PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike
RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax
ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence
RoiAlign RotaryEmbedding Round STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt SequenceConstruct
SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size
Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze
StringConcat StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer
ThresholdedRelu Tile TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor
ATen Affine ConstantFill Crop DynamicSlice GRUUnit GivenTensorFill ImageScaler LoopIndexTensor
ParametricSoftplus Scale ScaledTanh
"""
_LEARNING = """
ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder
LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble
TreeEnsembleClassifier TreeEnsembleRegressor ZipMap
"""
OPERATORS = {
    "ai.onnx": frozenset(_STANDARD.split()),
    "ai.onnx.ml": frozenset(_LEARNING.split()),
    "ai.onnx.preview": frozenset({"FlexAttention"}),
    "ai.onnx.preview.training": frozenset({"Adagrad", "Adam", "Gradient", "Momentum"}),
    "ai.onnx.training": frozenset({"Adagrad", "Adam", "Gradient", "GraphCall", "Momentum"}),
}
"""The operators of the specification, all versions; the last two lines of the first list are its early experiments.

As of onnx 1.23; a test compares them with the installed onnx.
"""


def is_standard(domain: str, name: str) -> bool:
    """Does the ONNX specification define this operator?"""
    return name in OPERATORS.get(domain or "ai.onnx", ())


def calls_python(domain: str, name: str) -> bool:
    """Does the runtime call a Python function for this operator?"""
    return name in PYTHON_OPERATORS or domain.lower().startswith(PYTHON_DOMAINS)
