"""Objects that people really pickle, fitted on a few numbers. They are dumped, never loaded."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import pathlib
import uuid
import warnings
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse, stats
from sklearn import (
    calibration,
    cluster,
    compose,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_extraction,
    feature_selection,
    gaussian_process,
    impute,
    isotonic,
    linear_model,
    mixture,
    model_selection,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    random_projection,
    svm,
    tree,
)

_NUMBERS = np.random.default_rng(1).normal(size=(40, 4))
_CLASSES = np.arange(40) % 2
_WORDS = np.array([str(n) for n in _CLASSES], dtype=object)
_TEXTS = ["a model is a file", "a file is a model", "open weights", "closed weights"] * 10


@cache
def estimators() -> dict[str, Any]:
    """Fitted estimators of scikit-learn by a name."""
    plain = [
        linear_model.LogisticRegression(), linear_model.LinearRegression(), linear_model.Ridge(), linear_model.Lasso(),
        linear_model.SGDClassifier(), linear_model.Perceptron(max_iter=5), linear_model.LogisticRegressionCV(Cs=2, cv=2),
        svm.SVC(probability=False), svm.LinearSVC(), svm.SVR(), tree.DecisionTreeClassifier(max_depth=2),
        ensemble.RandomForestClassifier(n_estimators=2, max_depth=2), ensemble.ExtraTreesRegressor(n_estimators=2),
        ensemble.GradientBoostingClassifier(n_estimators=2), ensemble.HistGradientBoostingClassifier(max_iter=2),
        ensemble.AdaBoostClassifier(n_estimators=2), ensemble.IsolationForest(n_estimators=2),
        ensemble.BaggingClassifier(n_estimators=2), neighbors.KNeighborsClassifier(algorithm="kd_tree"),
        neighbors.KNeighborsRegressor(algorithm="ball_tree"), neighbors.NearestCentroid(), naive_bayes.GaussianNB(),
        naive_bayes.BernoulliNB(), neural_network.MLPClassifier(hidden_layer_sizes=(2,), max_iter=2),
        gaussian_process.GaussianProcessRegressor(), cluster.KMeans(n_clusters=2, n_init=1), cluster.DBSCAN(),
        cluster.MiniBatchKMeans(n_clusters=2, n_init=1), decomposition.PCA(2), decomposition.TruncatedSVD(2),
        decomposition.NMF(2, max_iter=5), mixture.GaussianMixture(2), preprocessing.StandardScaler(),
        preprocessing.MinMaxScaler(), preprocessing.QuantileTransformer(n_quantiles=5), preprocessing.OneHotEncoder(),
        preprocessing.OrdinalEncoder(), preprocessing.PolynomialFeatures(), preprocessing.PowerTransformer(),
        preprocessing.FunctionTransformer(np.log1p), preprocessing.KBinsDiscretizer(quantile_method="linear"),
        impute.SimpleImputer(), impute.KNNImputer(), feature_selection.SelectKBest(k=2),
        feature_selection.VarianceThreshold(), random_projection.GaussianRandomProjection(2),
        discriminant_analysis.LinearDiscriminantAnalysis(), calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2),
        pipeline.make_pipeline(preprocessing.StandardScaler(), svm.SVC()),
        compose.make_column_transformer((preprocessing.StandardScaler(), [0, 1]), remainder="passthrough"),
        model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [1, 2]}, cv=2, scoring="r2"),
        model_selection.RandomizedSearchCV(
            tree.DecisionTreeClassifier(), {"max_depth": stats.randint(1, 3), "ccp_alpha": stats.loguniform(1e-3, 1)},
            n_iter=2, cv=2,
        ),
        ensemble.StackingClassifier([("a", tree.DecisionTreeClassifier()), ("b", naive_bayes.GaussianNB())], cv=2),
        ensemble.VotingClassifier([("a", tree.DecisionTreeClassifier()), ("b", naive_bayes.GaussianNB())]),
    ]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = {
            f"{number}-{type(one).__name__}": one.fit(np.abs(_NUMBERS), _CLASSES) for number, one in enumerate(plain)
        }
        fitted["text"] = feature_extraction.text.TfidfVectorizer().fit(_TEXTS)
        fitted["count"] = feature_extraction.text.CountVectorizer().fit(_TEXTS)
        fitted["labels"] = preprocessing.LabelEncoder().fit(_WORDS)
        fitted["isotonic"] = isotonic.IsotonicRegression().fit(_NUMBERS[:, 0], _CLASSES)
    return fitted


def data() -> dict[str, Any]:
    """Values that stand beside models: numbers, dates, containers, arrays."""
    shared = [1, 2, 3]
    loop: list[Any] = [shared]
    loop.append(loop)
    return {
        "numbers": [0, 1, -1, 255, 256, 65536, 2**31, 2**70, -(2**70), 1.5, float("inf"), 1j, True, None],
        "texts": ["", "a", "é", "x" * 300, "\n", "\x80\x02", b"", b"bytes", b"b" * 300, bytearray(b"array")],
        "containers": {"list": shared, "again": shared, "set": {1, 2}, "frozen": frozenset({1}), "tuple": (1, (2, ())), "loop": loop},
        "collections": [
            collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1, 2]),
            collections.defaultdict(list, a=[1]), collections.defaultdict(int),
        ],
        "dates": [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.date(2026, 1, 1), dt.timedelta(3)],
        "values": [decimal.Decimal("1.5"), uuid.UUID(int=3), pathlib.PurePosixPath("a/b"), range(3), slice(1, 2), type(None)],
        "arrays": [
            np.arange(6.0).reshape(2, 3), np.asfortranarray(np.ones((3, 2))), np.float64(1.5), np.int64(2), np.bool_(True),
            np.array(["a", "bc"]), np.array([{"a": 1}, None], dtype=object), np.zeros(2, dtype=[("x", "f4"), ("y", "i2")]),
            np.array("2026-01-01", dtype="M8[D]"), np.ma.masked_array([1, 2], [True, False]), np.random.default_rng(1),
            np.random.RandomState(1), np.dtype("f4"), np.float32, sparse.csr_matrix(np.eye(3)), sparse.coo_array(np.eye(2)),
        ],
    }  # fmt: skip
