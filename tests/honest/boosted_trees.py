"""Pickled models of XGBoost, LightGBM and CatBoost; those that are not installed are left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from honest.saving import Folder, main

_NUMBERS = np.abs(np.random.default_rng(0).normal(size=(60, 4)))
_CLASSES = np.arange(60) % 2


def _xgboost() -> Iterator[tuple[str, Any]]:
    import xgboost

    yield "classifier", xgboost.XGBClassifier(n_estimators=3).fit(_NUMBERS, _CLASSES)
    yield "many", xgboost.XGBClassifier(n_estimators=2).fit(_NUMBERS, np.arange(60) % 3)
    yield "regressor", xgboost.XGBRegressor(n_estimators=3, booster="gblinear").fit(_NUMBERS, _CLASSES)
    yield "dart", xgboost.XGBRegressor(n_estimators=3, booster="dart").fit(_NUMBERS, _CLASSES)
    yield "forest", xgboost.XGBRFClassifier(n_estimators=3).fit(_NUMBERS, _CLASSES)
    data = xgboost.DMatrix(_NUMBERS, label=_CLASSES, feature_names=list("abcd"))
    yield "booster", xgboost.train({"objective": "binary:logistic"}, data, 3)


def _lightgbm() -> Iterator[tuple[str, Any]]:
    import lightgbm

    classifier = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(_NUMBERS, _CLASSES)
    yield "classifier", classifier
    yield "booster", classifier.booster_
    yield "regressor", lightgbm.LGBMRegressor(n_estimators=3, linear_tree=True, verbose=-1).fit(_NUMBERS, _CLASSES)


def _catboost() -> Iterator[tuple[str, Any]]:
    import catboost

    options = {"iterations": 3, "verbose": False, "allow_writing_files": False}
    yield "classifier", catboost.CatBoostClassifier(**options).fit(_NUMBERS, _CLASSES)
    yield "regressor", catboost.CatBoostRegressor(**options).fit(_NUMBERS, _NUMBERS[:, 0])


def make(folder: Folder) -> None:
    for models in (_xgboost, _lightgbm, _catboost):
        try:
            made = dict(models())
        except (ImportError, OSError):  # the library is not here, or its compiled part does not load
            continue
        for name, model in made.items():
            folder.every_way(f"{models.__name__[1:]}-{name}", model)


if __name__ == "__main__":
    main(make)
