"""What scripts are for: training, evaluation, inference, preparing data, or the model's architecture.

Told by what the syntax tree calls and defines. A name alone tells nothing, since a `train.py` may do anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.openness.evidence import Evidence, listed

_EVALUATES = lazy_pattern(r"eval|bench|score|metric|(^|[_-])test", re.IGNORECASE)
_PREPARES = lazy_pattern(
    r"pre_?process|prepare|process_data|clean|dedup|filter|tokeni[sz]e_|build_(data|corpus)|make_data|create_data|convert_data",
    re.IGNORECASE,
)
_UNIT_TEST = lazy_pattern(r"(^|/)(tests?/|test_[^/]*$|conftest\.py$)")

_TRAINERS = frozenset(
    "Trainer Seq2SeqTrainer SFTTrainer DPOTrainer GRPOTrainer PPOTrainer RewardTrainer SentenceTransformerTrainer SetFitTrainer"
    " TrainingArguments Seq2SeqTrainingArguments SFTConfig ModelTrainer GradientTape train_on_batch value_and_grad".split()
)
_INFERS = frozenset(
    "generate predict predict_proba transcribe InferenceSession Interpreter pipeline infer encode synthesize synthesise".split()
)
_LOADS = frozenset("from_pretrained InferenceSession Interpreter load_model load load_file Llama pipeline".split())
_MEASURES = frozenset(
    "evaluate accuracy_score f1_score classification_report confusion_matrix compute_metrics word_error_rate wer cer simple_evaluate"
    " roc_auc_score mean_squared_error compute Evaluator corpus_bleu perplexity precision_score recall_score".split()
)
_READS_DATA = frozenset(
    "load_dataset read_csv read_parquet read_json load_from_disk glob iglob open walk read_table".split()
)
_CHANGES_DATA = frozenset(
    "map filter tokenize normalize normalise apply drop_duplicates save_to_disk to_parquet to_csv resample resize sub".split()
)
_SETTLES = frozenset("Module Model PreTrainedModel Layer LightningModule".split())

_LAYERS = frozenset(
    "Conv1D Conv2D Dense LSTM Flatten MaxPooling2D Conv1d Conv2d Linear Embedding BatchNormalization".split()
)


def of_script(path: str, tree: ast.Module) -> Iterator[Evidence]:
    """What the Python at `path` is evidence for."""
    if _UNIT_TEST.search(path):
        return
    name = path.rpartition("/")[2]
    called, defined, bases = _names(tree)
    trains = _trains(called)
    if trains:
        yield Evidence("training_code", path, f"calls {trains}")
    if (measures := _first(called, _MEASURES)) and _EVALUATES.search(name):
        yield Evidence("evaluation_code", path, f"calls {measures}")
    if _PREPARES.search(name) and called & _READS_DATA and (changes := _first(called, _CHANGES_DATA)):
        yield Evidence("preprocessing_code", path, f"reads data and calls {changes}")
    if "EndpointHandler" in defined:
        yield Evidence("inference_code", path, "defines EndpointHandler")
    elif not trains and (infers := _first(called, _INFERS)) and called & _LOADS:
        yield Evidence("inference_code", path, f"calls {infers}")
    if bases & _SETTLES and defined & {"forward", "call", "__call__"}:
        yield Evidence("architecture", path, "defines the layers of the model")
    elif len(layers := sorted(called & _LAYERS)) > 1:
        yield Evidence("architecture", path, f"puts layers together: {listed(layers)}")


def _trains(called: set[str]) -> str:
    """What shows that a model is trained."""
    if {"backward", "step"} <= called and called & {"zero_grad", "clip_grad_norm_", "parameters"}:
        return "backward and step"
    if "train" in called and (trainer := _first(called, _TRAINERS)):
        return f"{trainer} and train"
    if "fit" in called and called & {"compile", "Trainer", "train_test_split", "dump", "save_model"}:
        return "fit"
    if called & {"GradientTape", "value_and_grad"} and called & {"apply_gradients", "update", "apply_updates"}:
        return "apply_gradients"
    return _first(called, frozenset(("fit_generator", "train_model")))


def _first(called: set[str], wanted: frozenset[str]) -> str:
    return min(called & wanted, default="")


def _names(tree: ast.Module) -> tuple[set[str], set[str], set[str]]:
    """The last parts of the names that are called, the names that are defined, and those of base classes."""
    called, defined, bases = set[str](), set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called.add(_last(node.func))
        elif isinstance(node, ast.ClassDef):
            defined.add(node.name)
            bases.update(_last(base) for base in node.bases)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defined.add(node.name)
    bases |= {"PreTrainedModel" for base in bases if base.endswith("PreTrainedModel")}
    return called, defined, bases


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
