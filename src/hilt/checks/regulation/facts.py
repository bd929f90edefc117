"""The facts that the checks of this family state, each declared once."""

from __future__ import annotations

from hilt.core.fact import FactSpec

FLOP_LOW = FactSpec(
    key="compute.flop_low",
    type=float,
    about="operations that the training took at least, that of the bases included",
)
FLOP_HIGH = FactSpec(
    key="compute.flop_high",
    type=float,
    about="operations that the training took at most, that of the bases included",
)
THIRD_LOW = FactSpec(
    key="compute.third_low", type=float, about="a third of `compute.flop_low`: where a modifier becomes a provider"
)
THIRD_HIGH = FactSpec(
    key="compute.third_high", type=float, about="a third of `compute.flop_high`: where a modifier becomes a provider"
)
METHOD = FactSpec(
    key="compute.method",
    type=str,
    about="how the operations of the training are known: disclosed, tokens, hardware, lower-bound or upper-bound",
)
INPUTS = FactSpec(
    key="compute.inputs", type=tuple, about="what the estimate of the operations rests on, each with its place"
)
PARAMETERS_ACTIVE = FactSpec(
    key="model.parameters_active",
    type=int,
    about="parameters that one token passes through; fewer than all in a mixture of experts",
)
TOKENS = FactSpec(key="training.tokens", type=int, about="tokens that the card says the model was trained on")
HOURS = FactSpec(
    key="training.accelerator_hours", type=float, about="hours of accelerators that the card states for the training"
)
ENERGY = FactSpec(key="training.energy", type=float, about="energy that the card states for the training, in kWh")
GENERATES = FactSpec(
    key="model.generates",
    type=tuple,
    about="what the model makes, such as text, code, image, video, audio, speech, transcript, translation, embedding, label",
)
RELEASED = FactSpec(key="model.released", type=str, about="day of release that the card states, as 2024-07-23")
SUMMARY = FactSpec(
    key="training.summary",
    type=bool,
    about="a summary of the training content is there, or linked; whether it is true nobody looked",
)
COPYRIGHT_POLICY = FactSpec(
    key="training.copyright_policy",
    type=bool,
    about="a policy on copyright is there, or linked; whether it is kept nobody looked",
)
