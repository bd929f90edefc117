"""The types of layers that OpenVINO 2026.4 brings in its numbered sets of operators (`opset1`, `opset2`, ...)."""

from __future__ import annotations

TYPES = frozenset(
    """
    AUGRUCell AUGRUSequence Abs Acos Acosh AdaptiveAvgPool AdaptiveMaxPool Add Asin Asinh Assign Atan Atanh AvgPool
    BGRtoNV12 BatchNormInference BatchToSpace BinaryConvolution BitwiseAnd BitwiseLeftShift BitwiseNot BitwiseOr
    BitwiseRightShift BitwiseXor Broadcast Bucketize CTCGreedyDecoder CTCGreedyDecoderSeqLen CTCLoss Ceiling Clamp
    Col2Im Concat Const Constant Convert ConvertLike ConvertPromoteTypes Convolution ConvolutionBackpropData Cos
    Cosh CumProd CumSum DFT DeformableConvolution DeformablePSROIPooling DepthToSpace DetectionOutput Divide Einsum
    Elu EmbeddingBagOffsets EmbeddingBagOffsetsSum EmbeddingBagPacked EmbeddingBagPackedSum EmbeddingSegmentsSum
    Equal Erf ErfInv Exp ExperimentalDetectronDetectionOutput ExperimentalDetectronGenerateProposalsSingleImage
    ExperimentalDetectronPriorGridGenerator ExperimentalDetectronROIFeatureExtractor ExperimentalDetectronTopKROIs
    ExtractImagePatches Eye FakeConvert FakeQuantize Floor FloorMod FullyConnected GRN GRUCell GRUSequence Gather
    GatherCompressed GatherElements GatherMatmul GatherND GatherTree Gelu GenerateProposals Greater GreaterEqual
    GridSample GroupConvolution GroupConvolutionBackpropData GroupNormalization GroupedMatMul HSigmoid HSwish
    HardSigmoid I420toBGR I420toRGB IDFT IRDFT ISTFT Identity If Interpolate Inverse IsFinite IsInf IsNaN LRN
    LSTMCell LSTMSequence Less LessEqual Log LogSoftmax LogicalAnd LogicalNot LogicalOr LogicalXor Loop MOD MOE MVN
    MatMul MatrixNms MaxPool Maximum Minimum Mish Mod MulticlassNms Multinomial Multiply NMSRotated NV12toBGR
    NV12toRGB Negative NonMaxSuppression NonMaxSuppressionIEInternal NonZero NormalizeL2 NotEqual OneHot PRelu
    PSROIPooling Pad PagedAttentionExtension Parameter Power PriorBox PriorBoxClustered Proposal RDFT RGBtoNV12 RMS
    RMSNorm RNNCell RNNSequence ROIAlign ROIAlignRotated ROIPooling RandomUniform Range ReadValue ReduceL1 ReduceL2
    ReduceLogicalAnd ReduceLogicalOr ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum RegionYolo Relu ReorgYolo
    Reshape Result Reverse ReverseSequence RoPE Roll Round STFT ScaledDotProductAttention ScatterElementsUpdate
    ScatterNDUpdate ScatterUpdate SearchSorted SegmentMax Select Selu ShapeOf ShuffleChannels Sigmoid Sign Sin Sinh
    Slice SliceScatter SoftPlus SoftSign Softmax SpaceToBatch SpaceToDepth SparseConv SparseFillEmptyRows Split Sqrt
    SquaredDifference Squeeze StridedSlice StringTensorPack StringTensorUnpack Subtract Swish Tan Tanh
    TensorIterator Tile TopK Transpose Unique Unsqueeze VariadicSplit Xor
    """.lower().split()
)
"""In lower case, since older converters spell some of them otherwise (`ReLU`)."""
