"""Reads what a Core ML model says of its type, its layers and operations, and the files it names; never the weights.

Specification: Model.proto, NeuralNetwork.proto, CustomModel.proto, LinkedModel.proto and MIL.proto of coremltools 8.

What can bite: custom layers and custom models are classes of the app that loads them; linked models and weights are
read from paths in the file.

What hilt cannot see: what the classes of the app do; what the layers compute; the weights; models that Xcode has
compiled already (`.mlmodelc`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, VARINT, Field, Known, Wire, inside, opening, signed
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch

TYPES = {
    200: "pipelineClassifier", 201: "pipelineRegressor", 202: "pipeline", 300: "glmRegressor",
    301: "supportVectorRegressor", 302: "treeEnsembleRegressor", 303: "neuralNetworkRegressor",
    304: "bayesianProbitRegressor", 400: "glmClassifier", 401: "supportVectorClassifier", 402: "treeEnsembleClassifier",
    403: "neuralNetworkClassifier", 404: "kNearestNeighborsClassifier", 500: "neuralNetwork",
    501: "itemSimilarityRecommender", 502: "mlProgram", 555: "customModel", 556: "linkedModel", 560: "classConfidence",
    600: "oneHotEncoder", 601: "imputer", 602: "featureVectorizer", 603: "dictVectorizer", 604: "scaler",
    606: "categoricalMapping", 607: "normalizer", 609: "arrayFeatureExtractor", 610: "nonMaximumSuppression",
    900: "identity", 2000: "textClassifier", 2001: "wordTagger", 2002: "visionFeaturePrint",
    2003: "soundAnalysisPreprocessing", 2004: "gazetteer", 2005: "wordEmbedding", 2006: "audioFeaturePrint",
    3000: "serializedModel",
}  # fmt: skip
_MODEL = {1: VARINT, 2: BYTES, 10: VARINT} | dict.fromkeys(TYPES, BYTES)
_DESCRIPTION = dict.fromkeys((1, 10, 11, 12, 13, 14, 20, 21, 50, 100), BYTES)
_NEWEST = 50
"""Far above the newest specification version (10), for recognition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMl:
    """A model. `types` has more than one entry where models lie inside pipelines.

    `operations` counts the operations of a program by their type. `custom` are the classes that the host application
    must bring, `linked` the files of other models, `weights` the files that hold the numbers of a program, each with the
    largest offset that is asked for. `unowned` are the fields of models that the specification does not have. `licence` is
    what the description of the outermost model says.
    """

    version: int
    types: tuple[str, ...]
    layers: int
    operations: Mapping[str, int]
    custom: tuple[str, ...]
    linked: tuple[str, ...]
    weights: Mapping[str, int]
    unowned: tuple[Stretch, ...]
    licence: str = ""


def probe(head: Head) -> bool:
    opened = opening(head, _MODEL)
    if opened is None:
        return False
    wire, model = opened
    if 1 not in model or not 1 <= model[1].value <= _NEWEST or model.keys().isdisjoint(TYPES):
        return False
    return 2 not in model or model[2].start == model[2].end or inside(wire, model[2], _DESCRIPTION) is not None


def read(source: ByteSource, limits: Limits) -> CoreMl:
    """The model in `source`. Raises `FormatError` where the bytes are no protobuf of that shape."""
    return _Model(source, limits).read()


class _Model:
    """Collects one model while its messages are walked."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.wire, self.limits = Wire(source, limits), limits
        self.version, self.layers = 0, 0
        self.types: list[str] = []
        self.operations: Counter[str] = Counter()
        self.custom: list[str] = []
        self.linked: list[str] = []
        self.weights: dict[str, int] = {}
        self.unowned: list[Stretch] = []
        self.licence = ""

    def read(self) -> CoreMl:
        self._model(None, 0)
        if not self.types:
            raise FormatError("the model is of no type")
        return CoreMl(
            version=self.version,
            types=tuple(self.types),
            layers=self.layers,
            operations=MappingProxyType(dict(self.operations)),
            custom=tuple(self.custom),
            linked=tuple(self.linked),
            weights=MappingProxyType(self.weights),
            unowned=tuple(self.unowned),
            licence=self.licence,
        )

    def _model(self, within: Field | None, depth: int) -> None:
        if depth >= self.limits.graph_depth:
            place = within.start if within else 0
            raise LimitExceeded("graph_depth", depth + 1, self.limits.graph_depth, offset=place)
        known = Known(self.wire, _MODEL, within=within)
        for field in known:
            if field.key == (1, VARINT) and depth == 0:
                self.version = signed(field.value)
            if field.key == (2, BYTES) and depth == 0:
                for metadata in self._parts(field, 100):
                    self.licence = next(iter(self._texts(metadata, 4)), "")
            if field.wire != BYTES or field.number not in TYPES:
                continue
            self.types.append(TYPES[field.number])
            match field.number:
                case 200 | 201 | 202:
                    self._pipeline(field, field.number != 202, depth)
                case 303 | 403 | 500:
                    self._network(field)
                case 502:
                    self._program(field)
                case 555:
                    self.custom.extend(self._texts(field, 1))
                case 556:
                    for linked in self._parts(field, 1):
                        for parameter in (*self._parts(linked, 1), *self._parts(linked, 2)):
                            self.linked.extend(self._texts(parameter, 1))
            self._bound(len(self.types) + len(self.custom) + len(self.linked), field)
        self.unowned.extend(known.unowned)

    def _pipeline(self, within: Field, wrapped: bool, depth: int) -> None:
        pipelines = self._parts(within, 1) if wrapped else [within]
        for pipeline in pipelines:
            for model in self._parts(pipeline, 1):
                self._model(model, depth + 1)

    def _network(self, within: Field) -> None:
        for field in self.wire.message(within=within, numbers=False):
            if field.key == (1, BYTES):
                self.layers += 1
                for custom in self._parts(field, 500):
                    self.custom.extend(self._texts(custom, 10))
                self._bound(len(self.custom), field)

    def _program(self, within: Field) -> None:
        for entry in self._parts(within, 2):
            for function in self._parts(entry, 2):
                for specialisation in self._parts(function, 3):
                    for block in self._parts(specialisation, 2):
                        self._block(block, 0)

    def _block(self, within: Field, depth: int) -> None:
        if depth >= self.limits.graph_depth:
            raise LimitExceeded("graph_depth", depth + 1, self.limits.graph_depth, offset=within.start)
        for operation in self._parts(within, 3):
            for field in self.wire.message(within=operation):
                match field.key:
                    case (1, 2):
                        self.operations[self.wire.text(field)] += 1
                        self._bound(len(self.operations), field)
                    case (2, 2):
                        for argument in self._parts(field, 2):
                            for binding in self._parts(argument, 1):
                                self._values(binding)
                    case (4, 2):
                        self._block(field, depth + 1)
                    case (5, 2):
                        self._values(field)

    def _values(self, within: Field) -> None:
        """The files that the Values in field 2 of a message refer to."""
        for value in self._parts(within, 2):
            for blob in self._parts(value, 5):
                name, offset = "", 0
                for field in self.wire.message(within=blob):
                    if field.key == (1, BYTES):
                        name = self.wire.text(field)
                    elif field.key == (2, VARINT):
                        offset = field.value
                self.weights[name] = max(offset, self.weights.get(name, 0))
                self._bound(len(self.weights), blob)

    def _parts(self, within: Field, number: int) -> list[Field]:
        """The fields of this number and of type bytes; a list, for they are seldom many, and are read one by one."""
        parts = [field for field in self.wire.message(within=within) if field.key == (number, BYTES)]
        self._bound(len(parts), within)
        return parts

    def _texts(self, within: Field, number: int) -> list[str]:
        return [self.wire.text(field) for field in self._parts(within, number)]

    def _bound(self, seen: int, field: Field) -> None:
        if seen > self.limits.graph_items:
            raise LimitExceeded("graph_items", seen, self.limits.graph_items, offset=field.start)
