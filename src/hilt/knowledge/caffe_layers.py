"""What layers of Caffe do besides computing, and which of them Caffe brings.

Source: Caffe 1.0, src/caffe/layers and src/caffe/layer_factory.cpp; the layers that SSD, R-CNN, SegNet and other widely
used copies of Caffe add to it.
"""

from __future__ import annotations

_KNOWN = {
    "": """
        AbsVal Accuracy ArgMax BNLL BatchNorm BatchReindex Bias Clip Concat ContrastiveLoss Convolution Crop Data
        Deconvolution Dropout DummyData ELU Eltwise Embed EuclideanLoss Exp Filter Flatten HDF5Data HDF5Output HingeLoss
        Im2col ImageData InfogainLoss InnerProduct Input LRN LSTM LSTMUnit Log MVN MemoryData MultinomialLogisticLoss
        PReLU Parameter Pooling Power Python RNN ReLU Reduction Reshape SPP Scale Sigmoid SigmoidCrossEntropyLoss Silence
        Slice Softmax SoftmaxWithLoss Split Swish TanH Threshold Tile WindowData""",
    "SSD": "AnnotatedData DetectionEvaluate DetectionOutput MultiBoxLoss Normalize Permute PriorBox SmoothL1Loss VideoData",
    "R-CNN": "ROIPooling PSROIPooling Proposal SmoothL1LossOHEM BoxAnnotatorOHEM ROIAlign",
    "SegNet, DeepLab or PSPNet": "BN Upsample Unpooling Interp DenseImageData ImageSegData SegAccuracy DenseCRF",
    "another widely used copy of Caffe": """
        Axpy BatchNormScale CReLU ChannelAttention Correlation DepthwiseConvolution ConvolutionDepthwise FlowWarp
        Gather HardSwish L2Normalization MaxUnpooling Mish PixelShuffle ReLU6 Region Reorg ReverseAxis ShuffleChannel
        Sum Transpose Lstm CTCLoss Warp YoloDetectionOutput Yolov3DetectionOutput""",
}
KNOWN = {name: origin for origin, names in _KNOWN.items() for name in names.split()}
"""Type of a layer to the copy of Caffe that brings it; empty for Caffe itself."""

PYTHON = ("python_param", "module")
WRITES = {("hdf5_output_param", "file_name"), ("solver", "snapshot_prefix")}
"""Settings that name files to be written; the others name files to be read."""
OVERWRITES = ("hdf5_output_param", "file_name")
