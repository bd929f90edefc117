"""What SciPy makes and people pickle: sparse matrices, distributions, interpolators, trees, results."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import cluster, interpolate, optimize, signal, sparse, spatial, stats

from honest.saving import Folder, main

_SPARSE = ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")


def values() -> dict[str, Any]:
    numbers = np.random.default_rng(0).normal(size=30)
    corner, line = [[0, 0], [0, 1], [1, 0]], [1, 2, 3, 4]
    return {
        **{f"{form}-matrix": getattr(sparse, f"{form}_matrix")(np.eye(3)) for form in _SPARSE},
        **{f"{form}-array": getattr(sparse, f"{form}_array")(np.eye(3)) for form in _SPARSE},
        "frozen": [
            stats.norm(0, 1), stats.uniform(0, 1), stats.randint(1, 3), stats.gamma(2), stats.loguniform(0.1, 1),
            stats.beta(1, 2), stats.poisson(3), stats.lognorm(1), stats.t(3), stats.truncnorm(0, 1),
        ],
        "multivariate": [stats.multivariate_normal([0, 0]), stats.dirichlet([1, 2]), stats.wishart(3, np.eye(2))],
        "density": stats.gaussian_kde(numbers),
        "histogram": stats.rv_histogram(np.histogram([1, 2, 3])),
        "results": [
            stats.linregress([1, 2, 3], [1, 2, 4]), stats.ttest_ind([1, 2], [2, 3]), stats.describe([1, 2]),
            stats.pearsonr([1, 2, 3], [1, 2, 4]),
        ],
        "splines": [
            interpolate.interp1d(line, line), interpolate.CubicSpline(line, line), interpolate.PchipInterpolator(line, line),
            interpolate.UnivariateSpline(line, line), interpolate.make_interp_spline(line, line),
            interpolate.BarycentricInterpolator(line, line), interpolate.RectBivariateSpline(range(5), range(5), np.eye(5)),
        ],
        "interpolators": [
            interpolate.RBFInterpolator([[1.0], [2.0]], [1, 2]), interpolate.RegularGridInterpolator(([1, 2], [1, 2]), np.eye(2)),
            interpolate.LinearNDInterpolator(corner, [1, 2, 3]), interpolate.NearestNDInterpolator(corner, [1, 2, 3]),
        ],
        "spatial": [
            spatial.KDTree([[1, 2]]), spatial.cKDTree([[1, 2]]), spatial.ConvexHull(corner), spatial.Delaunay(corner),
            spatial.transform.Rotation.identity(), spatial.distance.cosine,
        ],
        "optimum": optimize.minimize(lambda x: x[0] ** 2, [1.0]),
        "constraints": [optimize.LinearConstraint([1], 0, 1), optimize.Bounds(0, 1)],
        "filter": signal.TransferFunction([1], [1, 2]),
        "tree": cluster.hierarchy.to_tree(cluster.hierarchy.linkage([[1.0], [2.0], [3.0]])),
        "functions": [stats.zscore, stats.pearsonr, stats.gmean, stats.boxcox],
    }  # fmt: skip


def distributions() -> dict[str, Any]:
    made = {name: getattr(stats, name) for name in dir(stats)}
    return {name: one for name, one in made.items() if isinstance(one, stats.rv_continuous | stats.rv_discrete)}


def make(folder: Folder) -> None:
    for name, value in values().items():
        folder.every_way(name, value)
    for name, value in distributions().items():
        folder.some_way(name, value)
    folder.write("csr.npz", lambda file: sparse.save_npz(file, sparse.csr_matrix(np.eye(3))))
    folder.write("csr-plain.npz", lambda file: sparse.save_npz(file, sparse.csr_matrix(np.eye(3)), compressed=False))


if __name__ == "__main__":
    main(make)
