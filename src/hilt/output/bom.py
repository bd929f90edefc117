"""What a bill of materials tells of a subject: one list of fields, each with how it is known.

`ROWS` is the list: the minimum elements of "Software Bill of Materials for AI" of the G7 (May 2026), and what hilt knows
beyond them. Every bill of materials is written from `fields`, and so is the page that tells what stands where. A field that
nobody has told is there all the same, as unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from hilt.core.fact import Known, Value
from hilt.core.verdict import Verdict
from hilt.output import bom_files, bom_identity, bom_judged, bom_model
from hilt.output.bom_told import Told, fact, texts


class Cluster(Enum):
    """The seven clusters of the G7."""

    METADATA = "Metadata"
    SYSTEM = "System Level Properties"
    MODELS = "Models"
    DATA = "Dataset Properties"
    KPI = "Key Performance Indicators"
    INFRASTRUCTURE = "Infrastructure"
    SECURITY = "Security Properties"


class Field(NamedTuple):
    """One thing that a bill of materials tells. `value` is None exactly where it is unknown; `source` says where it was
    seen, or what computed it."""

    id: str
    cluster: Cluster
    title: str
    value: Value
    known: Known
    source: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The value as one text, or one for each of a list; none where it is unknown. Nothing is quoted or left out."""
        return texts(self.value)


class Row(NamedTuple):
    """How a field is told."""

    id: str
    cluster: Cluster
    title: str
    tell: Callable[[Verdict], Told]


ROWS: tuple[Row, ...] = (
    Row("bom.tool", Cluster.METADATA, "what made this list, and its version", bom_judged.tool),
    Row("bom.timestamp", Cluster.METADATA, "when the subject was judged", bom_judged.timestamp),
    Row("bom.context", Cluster.METADATA, "whether it was read before download or after", bom_judged.context),
    Row("bom.coverage", Cluster.METADATA, "whether everything was read and checked", bom_judged.coverage),
    Row("bom.author", Cluster.METADATA, "who had this list made", bom_judged.author),
    Row("system.intended_use", Cluster.SYSTEM, "what it is meant for", fact("card.intended_use")),
    Row("system.out_of_scope", Cluster.SYSTEM, "what it is not meant for", fact("card.out_of_scope")),
    Row("system.users", Cluster.SYSTEM, "whom it is meant for", fact("card.users")),
    Row("system.inputs", Cluster.SYSTEM, "kinds of data it takes", bom_model.inputs),
    Row("system.outputs", Cluster.SYSTEM, "kinds of data it makes", fact("model.generates")),
    Row("model.name", Cluster.MODELS, "name", bom_identity.name),
    Row("model.producer", Cluster.MODELS, "who made or published it", bom_identity.producer),
    Row("model.version", Cluster.MODELS, "version: the commit, or what its metadata states", bom_identity.version),
    Row("model.id", Cluster.MODELS, "unique identifier, as a package URL", bom_identity.purl),
    Row("model.description", Cluster.MODELS, "what it is", fact("card.summary")),
    Row("model.released", Cluster.MODELS, "day of release", fact("model.released")),
    Row("model.digest", Cluster.MODELS, "digest over all files", bom_files.digest),
    Row("model.file_hashes", Cluster.MODELS, "SHA-256 of every file", bom_files.hashes),
    Row("model.weight_hashes", Cluster.MODELS, "SHA-256 of the files with weights", bom_files.weight_hashes),
    Row("model.size", Cluster.MODELS, "bytes of all files", bom_files.size),
    Row("model.formats", Cluster.MODELS, "formats of the weights", bom_files.formats),
    Row("model.dtypes", Cluster.MODELS, "number formats of the weights", fact("model.dtypes")),
    Row("model.quantisation", Cluster.MODELS, "number formats that come of quantisation", bom_model.quantisation),
    Row("model.parameters", Cluster.MODELS, "parameters", fact("model.parameters")),
    Row("model.parameters_active", Cluster.MODELS, "parameters of one token", fact("model.parameters_active")),
    Row("model.context_length", Cluster.MODELS, "longest input in tokens", bom_model.context_length),
    Row("model.tokenizer", Cluster.MODELS, "files of the tokenizer", bom_files.tokenizer),
    Row("model.architecture", Cluster.MODELS, "architecture", bom_model.architecture),
    Row("model.family", Cluster.MODELS, "family of the architecture", bom_model.family),
    Row("model.task", Cluster.MODELS, "task", fact("card.task")),
    Row("model.languages", Cluster.MODELS, "languages", fact("card.languages")),
    Row("model.lineage", Cluster.MODELS, "what it is made from, and how", fact("rights.bases")),
    Row("model.licence_declared", Cluster.MODELS, "licences that its files name", fact("rights.licences_claimed")),
    Row("model.licence_concluded", Cluster.MODELS, "licences that were recognised", fact("rights.licences")),
    Row("model.licence_texts", Cluster.MODELS, "files with the text of a licence", fact("rights.licence_texts")),
    Row("model.licence_inherited", Cluster.MODELS, "licences of what it is made from", fact("rights.inherited")),
    Row("model.grants", Cluster.MODELS, "what its licences allow", fact("rights.grants")),
    Row("model.terms", Cluster.MODELS, "what its licences depend on", bom_judged.terms),
    Row("model.obligations", Cluster.MODELS, "what its licences ask", bom_judged.obligations),
    Row("model.limitations", Cluster.MODELS, "what it cannot do, or does badly", fact("card.limitations")),
    Row("model.openness", Cluster.MODELS, "class of the Model Openness Framework", fact("openness.class")),
    Row("model.openness_missing", Cluster.MODELS, "what the next class asks for", fact("openness.missing")),
    Row("model.osaid", Cluster.MODELS, "Open Source AI Definition", fact("openness.osaid")),
    Row("data.names", Cluster.DATA, "datasets it was trained on", fact("rights.datasets")),
    Row("data.description", Cluster.DATA, "what it was trained on", fact("card.training_data")),
    Row("data.hashes", Cluster.DATA, "digests of the datasets", bom_judged.untold),
    Row("data.licences", Cluster.DATA, "licences of the datasets", bom_judged.data_licences),
    Row("data.personal", Cluster.DATA, "personal or sensitive data", fact("card.personal_data")),
    Row("data.availability", Cluster.DATA, "whether the training data is to be had", fact("openness.datasets")),
    Row("data.tokens", Cluster.DATA, "tokens of the training", fact("training.tokens")),
    Row("data.summary", Cluster.DATA, "a summary of the training content is there", fact("training.summary")),
    Row("data.copyright_policy", Cluster.DATA, "a policy on copyright is there", fact("training.copyright_policy")),
    Row("kpi.evaluations", Cluster.KPI, "results of evaluations", fact("card.metrics")),
    Row("kpi.compute_low", Cluster.KPI, "operations of the training, at least", fact("compute.flop_low")),
    Row("kpi.compute_high", Cluster.KPI, "operations of the training, at most", fact("compute.flop_high")),
    Row("kpi.compute_method", Cluster.KPI, "how the operations are known", fact("compute.method")),
    Row("kpi.hours", Cluster.KPI, "hours of accelerators in the training", fact("training.accelerator_hours")),
    Row("kpi.energy", Cluster.KPI, "energy of the training, in kWh", fact("training.energy")),
    Row("kpi.speed", Cluster.KPI, "tokens a second on the machine named below", bom_judged.speed),
    Row("infrastructure.library", Cluster.INFRASTRUCTURE, "library it is used with", fact("card.library")),
    Row("infrastructure.software", Cluster.INFRASTRUCTURE, "packages it needs", fact("card.software")),
    Row("infrastructure.memory", Cluster.INFRASTRUCTURE, "bytes of memory it reserves", bom_judged.memory),
    Row("infrastructure.machine", Cluster.INFRASTRUCTURE, "machine it was weighed for", bom_judged.machine),
    Row("infrastructure.hardware", Cluster.INFRASTRUCTURE, "hardware that the card names", fact("card.hardware")),
    Row("security.signature", Cluster.SECURITY, "state of its signature", fact("provenance.signature")),
    Row("security.signed_by", Cluster.SECURITY, "trusted signers", bom_judged.signed_by),
    Row("security.signed_until", Cluster.SECURITY, "last day of the certificate", bom_judged.signed_until),
    Row("security.signed_all", Cluster.SECURITY, "the signature covers all files", bom_judged.signed_all),
    Row("security.hub_digests", Cluster.SECURITY, "files as the hub states them", bom_judged.hub_digests),
    Row("security.code_on_load", Cluster.SECURITY, "loading it runs code", fact("inspect.code_on_load")),
    Row("security.remote_code", Cluster.SECURITY, "it asks for remote code", fact("inspect.remote_code")),
    Row("security.unsafe_calls", Cluster.SECURITY, "dangerous calls in pickles", fact("inspect.unsafe_calls")),
    Row("security.unknown_calls", Cluster.SECURITY, "unknown calls in pickles", fact("inspect.unknown_calls")),
    Row("security.pickles_clean", Cluster.SECURITY, "all pickles are clean", fact("inspect.pickles_clean")),
    Row("security.programs", Cluster.SECURITY, "programs hidden in files", fact("inspect.embedded_programs")),
    Row("security.findings", Cluster.SECURITY, "findings by severity", bom_judged.findings),
    Row("security.risks", Cluster.SECURITY, "risks, bias and safety, as told", fact("card.risks")),
    Row("security.verdict", Cluster.SECURITY, "what the policy says", bom_judged.outcome),
    Row("security.policy", Cluster.SECURITY, "name and digest of the policy", bom_judged.policy),
    Row("security.advisories", Cluster.SECURITY, "advisories and recalls", bom_judged.untold),
)
"""In the order in which they are told."""


def fields(verdict: Verdict) -> tuple[Field, ...]:
    """Every field of `ROWS`, told of this subject."""
    return tuple(Field(row.id, row.cluster, row.title, *row.tell(verdict)) for row in ROWS)
