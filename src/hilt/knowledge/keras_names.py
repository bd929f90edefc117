"""What Keras itself can build from a config: the classes and functions that Keras 3.12 and tf-keras 2.21 export for it."""

from __future__ import annotations

import re

CLASSES = frozenset(
    """AUC AbsMaxQuantizer AbstractRNNCell Accuracy Activation ActivityRegularization Adadelta Adafactor Adagrad Adam
    AdamW Adamax Add AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
    AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization BatchNormalizationV1
    BatchNormalizationV2 Bidirectional BinaryAccuracy BinaryCrossentropy BinaryFocalCrossentropy BinaryIoU CTC
    CategoricalAccuracy CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy
    CategoricalHinge CategoryEncoding CenterCrop Circle ClassMethod CompileLoss CompileMetrics CompositeTensor
    Concatenate ConcordanceCorrelation Constant Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D ConvLSTMCell Convolution1D Convolution1DTranspose
    Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose CosineDecay CosineDecayRestarts
    CosineSimilarity Cropping1D Cropping2D Cropping3D Cross CuDNNGRU CuDNNLSTM CutMix DTypePolicy DTypePolicyMap
    Dense DenseFeatures DepthwiseConv1D DepthwiseConv2D Dice Discretization Dot Dropout ELU EinsumDense Embedding
    Equalization ExponentialDecay F1Score FBetaScore FalseNegatives FalsePositives Feature FeatureSpace Flatten
    FlaxLayer FloatDTypePolicy Ftrl Functional GPTQDTypePolicy GRU GRUCell GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D
    GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D
    GlobalMaxPooling3D GlorotNormal GlorotUniform GroupNormalization GroupQueryAttention GroupedQueryAttention
    HashedCrossing Hashing HeNormal HeUniform Highway Hinge Huber Identity IdentityInitializer InputLayer
    InputSpec InstanceMethod InstanceProperty IntegerLookup InverseTimeDecay IoU JaxLayer KLDivergence
    KerasTensor L1 L1L2 L2 LSTM LSTMCell Lamb Lambda Layer LayerNormalization LeakyReLU LearningRateSchedule
    LecunNormal LecunUniform LinearModel Lion LocallyConnected1D LocallyConnected2D LogCosh LogCoshError Loss
    LossFunctionWrapper LossScaleOptimizer LossScaleOptimizerV1 LossScaleOptimizerV3 Masking MaxNorm
    MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D Maximum MaxoutDense
    Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanRelativeError
    MeanSquaredError MeanSquaredLogarithmicError MeanTensor MelSpectrogram Merge Metric MetricsList MinMaxNorm
    Minimum MixUp Model MultiHeadAttention Multiply Muon Nadam NonNeg Normalization OneHotIoU OneHotMeanIoU Ones
    Optimizer Orthogonal OrthogonalInitializer OrthogonalRegularizer PReLU PearsonCorrelation Permute
    PiecewiseConstantDecay Pipeline Poisson Policy PolicyV1 PolynomialDecay Precision PrecisionAtRecall
    QuantizedDTypePolicy QuantizedFloat8DTypePolicy Quantizer R2Score RMSNormalization RMSprop RNN RandAugment
    RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
    RandomErasing RandomFlip RandomFourierFeatures RandomGaussianBlur RandomGrayscale RandomHeight RandomHue
    RandomInvert RandomNormal RandomPerspective RandomPosterization RandomRotation RandomSaturation
    RandomSharpness RandomShear RandomTranslation RandomUniform RandomWidth RandomZoom ReLU Recall
    RecallAtPrecision RepeatVector Rescaling Reshape Resizing ReversibleEmbedding RootMeanSquaredError SGD
    STFTInitializer STFTSpectrogram SeedGenerator SensitivityAtSpecificity SeparableConv1D SeparableConv2D
    SeparableConvolution1D SeparableConvolution2D Sequential SharpnessAwareMinimization SimpleRNN SimpleRNNCell
    SlicingOpLambda Softmax Solarization SparseCategoricalAccuracy SparseCategoricalCrossentropy
    SparseTopKCategoricalAccuracy SpatialDropout1D SpatialDropout2D SpatialDropout3D SpecificityAtSensitivity
    SpectralNormalization SquaredHinge StackedRNNCells StringLookup Subtract Sum SumOverBatchSize
    SumOverBatchSizeMetricWrapper SyncBatchNormalization TFOpLambda TFSMLayer TensorFlowOpLayer TensorShape
    TextVectorization ThresholdedReLU TimeDistributed TimeDistributedDense TopKCategoricalAccuracy
    TrueNegatives TruePositives TruncatedNormal Tversky TypeSpec UnitNorm UnitNormalization
    UpSampling1D UpSampling2D UpSampling3D VarianceScaling WideDeepModel Wrapper ZeroPadding1D ZeroPadding2D
    ZeroPadding3D Zeros constant glorot_normal glorot_uniform he_normal he_uniform identity l1 l1_l2 l2
    lecun_normal lecun_uniform max_norm min_max_norm non_neg normal ones orthogonal orthogonal_regularizer
    random_normal random_uniform truncated_normal uniform unit_norm variance_scaling zeros""".split()
)
"""Layers, models, losses, metrics, optimisers, initialisers and the like; what some of them open is judged apart."""

FUNCTIONS = frozenset(
    """KLD MAE MAPE MSE MSLE acc accuracy bce binary_accuracy binary_crossentropy binary_focal_crossentropy
    categorical_accuracy categorical_crossentropy categorical_focal_crossentropy
    categorical_generalized_cross_entropy categorical_hinge celu circle concordance_correlation cosine
    cosine_proximity cosine_similarity crossentropy ctc dice elu exponential gelu gelu_approximate glu hard_shrink hard_sigmoid
    hard_silu hard_swish hard_tanh hinge huber kl_divergence kld kullback_leibler_divergence l1_l2 leaky_relu
    linear log_cosh log_sigmoid log_softmax logcosh mae mape mean_absolute_error mean_absolute_percentage_error
    mean_squared_error mean_squared_logarithmic_error mish mse msle pearson_correlation poisson relu relu6 selu
    sigmoid silu soft_shrink softmax softplus softsign sparse_categorical_accuracy
    sparse_categorical_crossentropy sparse_plus sparse_sigmoid sparse_top_k_categorical_accuracy sparsemax
    squared_hinge squareplus swish tanh tanh_shrink threshold top_k_categorical_accuracy tversky""".split()
)
"""Activations, losses and metrics."""

FAMILY = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras", "keras_hub", "keras_nlp", "keras_cv")
"""The packages that Keras models are made of."""

COMPUTE = frozenset(
    ["activations", "ops", "losses", "metrics", "initializers", "regularizers", "constraints", "random"]
)
"""Modules of these packages in which a function only computes."""

OPERATIONS = re.compile(r"keras\.src\.ops\.(core|einops|image|linalg|math|nn|numpy)")
"""Modules whose classes are operations: what Keras 3 writes for `keras.ops.relu(x)` in a functional model."""

PARTS = frozenset({"keras.src.applications.convnext.LayerScale"})
"""Layers of the models that Keras ships, which lie beside the functions that download them."""

REACHING = frozenset(
    """applications callbacks config datasets distribution export legacy models preprocessing saving testing trainers
    utils visualization wrappers""".split()
)
"""Modules of these packages whose functions download, read, write, load or switch off safety."""
