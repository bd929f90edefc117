"""Every estimator of scikit-learn, fitted where it can be, and what people build of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special, stats
from sklearn import (
    compose,
    ensemble,
    feature_extraction,
    feature_selection,
    gaussian_process,
    impute,
    linear_model,
    metrics,
    model_selection,
    multiclass,
    multioutput,
    pipeline,
    preprocessing,
    svm,
    tree,
)
from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
from sklearn.gaussian_process import kernels
from sklearn.utils._test_common.instance_generator import _tested_estimators

from honest.saving import Folder, main

_NUMBERS = np.abs(np.random.default_rng(1).normal(size=(40, 4)))
_CLASSES = np.arange(40) % 2
_TEXTS = ["a model is a file", "a file is a model", "open weights", "closed weights"] * 10
_SLOW = {"TSNE"}


def estimators() -> Iterator[tuple[str, Any]]:
    """The estimators that scikit-learn's own checks take, with numbers to them, each in every variant."""
    for number, one in enumerate(_tested_estimators()):
        name = type(one).__name__
        if name not in _SLOW:
            yield f"{number}-{name}", _fitted(one)


def _fitted(one: Any) -> Any:
    """`one` fitted on the first data that it takes; as it is where it takes none."""
    if hasattr(one, "n_estimators"):
        one.set_params(n_estimators=3)
    for data in (_NUMBERS, _NUMBERS[:, 0], _TEXTS, [{"a": 1.0}] * 40, _CLASSES):
        for target in (_CLASSES, _NUMBERS[:, 0], np.c_[_CLASSES, 1 - _CLASSES]):
            try:
                return one.fit(data, target)
            except (ValueError, TypeError, AttributeError, IndexError, KeyError):
                continue
    return one


def compounds() -> dict[str, Any]:
    """What is put together from estimators, with functions, scorers and distributions in it."""
    numbers, classes, slope = _NUMBERS, _CLASSES, _NUMBERS[:, 0]
    scaled = pipeline.make_pipeline(preprocessing.StandardScaler(), svm.SVC())
    forest, depths = tree.DecisionTreeClassifier(), {"max_depth": [1, 2]}
    searched = {"C": stats.expon(scale=1), "gamma": stats.loguniform(1e-3, 1), "degree": stats.randint(2, 4)}
    scorers = {"a": "accuracy", "b": "roc_auc", "c": metrics.make_scorer(metrics.fbeta_score, beta=2)}
    words = {
        "tfidf": feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2), stop_words="english"),
        "hash": feature_extraction.text.HashingVectorizer(),
        "chars": feature_extraction.text.CountVectorizer(analyzer="char", dtype=np.float32),
        "split": feature_extraction.text.CountVectorizer(tokenizer=str.split),
    }
    return {
        "pipeline": scaled.fit(numbers, classes),
        "columns": compose.make_column_transformer(
            (preprocessing.StandardScaler(), [0, 1]), (preprocessing.RobustScaler(), slice(2, 3)), remainder="passthrough"
        ).fit(numbers),
        "grid": model_selection.GridSearchCV(
            scaled, {"svc__C": [1, 2]}, cv=model_selection.StratifiedKFold(2),
            scoring=metrics.make_scorer(metrics.f1_score, average="macro"),
        ).fit(numbers, classes),
        "scorers": model_selection.GridSearchCV(forest, depths, cv=2, scoring=scorers, refit="a").fit(numbers, classes),
        "random": model_selection.RandomizedSearchCV(
            svm.SVC(), searched, n_iter=2, cv=2, random_state=np.random.RandomState(0)
        ).fit(numbers, classes),
        "halving": model_selection.HalvingGridSearchCV(forest, depths, cv=2).fit(numbers, classes),
        "imputer": impute.IterativeImputer(max_iter=2).fit(numbers),
        "forest": ensemble.RandomForestClassifier(n_estimators=5).fit(numbers, classes),
        "boosting": ensemble.HistGradientBoostingClassifier(max_iter=2).fit(numbers, classes),
        "rest": multiclass.OneVsRestClassifier(svm.LinearSVC()).fit(numbers, classes),
        "many": multioutput.MultiOutputClassifier(linear_model.LogisticRegression()).fit(numbers, np.c_[classes, 1 - classes]),
        "kernels": [
            gaussian_process.GaussianProcessRegressor(kernel).fit(numbers, slope)
            for kernel in (kernels.RBF() + kernels.WhiteKernel(), kernels.Matern(), kernels.DotProduct() ** 2)
        ],
        "select": [
            feature_selection.SelectKBest(function, k=2) for function in (
                feature_selection.chi2, feature_selection.f_classif, feature_selection.mutual_info_classif,
                functools.partial(feature_selection.mutual_info_classif, random_state=0),
            )
        ],
        "functions": [
            preprocessing.FunctionTransformer(function) for function in (
                np.log1p, np.sqrt, np.exp, np.nan_to_num, np.ravel, np.cbrt, special.expit, special.boxcox,
                functools.partial(np.clip, a_min=0, a_max=1),
            )
        ],
        **{
            name: pipeline.Pipeline([("v", one), ("c", linear_model.SGDClassifier(loss="log_loss"))]).fit(_TEXTS, classes)
            for name, one in words.items()
        },
        "scorer-objects": [metrics.get_scorer(name) for name in metrics.get_scorer_names()],
        "dictionary": feature_extraction.DictVectorizer().fit([{"a": 1, "b": "x"}]),
    }  # fmt: skip


def make(folder: Folder) -> None:
    for name, value in estimators():
        folder.some_way(name, value)
    for name, value in compounds().items():
        folder.every_way(f"of-{name}", value)


if __name__ == "__main__":
    main(make)
