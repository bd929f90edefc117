"""Backends and sets of operators that ExecuTorch 1.5 brings."""

from __future__ import annotations

BACKENDS = {
    "XnnpackBackend": "XNNPACK, on the processor",
    "CoreMLBackend": "Core ML",
    "CoreAIBackend": "Core AI",
    "MPSBackend": "Metal Performance Shaders",
    "MLXBackend": "MLX",
    "VulkanBackend": "Vulkan",
    "QnnBackend": "Qualcomm's processors",
    "EthosUBackend": "Arm Ethos-U",
    "TOSABackend": "TOSA, of Arm",
    "VgfBackend": "VGF, of Arm",
    "NeuropilotBackend": "MediaTek's processors",
    "NeutronBackend": "NXP's processors",
    "EnnBackend": "Samsung's processors",
    "OpenvinoBackend": "OpenVINO",
    "NativeBackend": "ExecuTorch itself",
}
"""The name of a delegate to what it is compiled for: a description or a program for that processor alone."""

LIBRARIES = {"AotiBackend", "CudaBackend", "MetalBackend"}
"""Backends whose compiled parts are shared libraries (backends/aoti of ExecuTorch)."""
LIBRARY_KEY = "_so_blob"
"""How the names of data end that are such a library."""

OPERATORS = frozenset(
    """
    aten prim prims executorch_prim dim_order_ops quantized_decomposed quantized torchao llama cadence cortex_m et_vk et_copy
    channels_last torchvision preprocess executorch
    """.split()
)
"""The first part of the names of operators that come with ExecuTorch and PyTorch."""
