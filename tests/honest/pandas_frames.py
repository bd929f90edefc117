"""What pandas pickles: frames and series of every dtype, indexes, scalars, offsets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from honest.saving import Folder, main


def _frame() -> pd.DataFrame:
    columns = {
        "integer": [1, 2, 3], "text": ["x", "y", None], "float": [1.5, None, 2.0], "bool": [True, False, True],
        "date": pd.to_datetime(["2020-01-01"] * 3), "zone": pd.to_datetime(["2020-01-01"] * 3).tz_localize("UTC"),
        "category": pd.Categorical(["u", "v", "u"]), "delta": pd.to_timedelta([1, 2, 3]), "object": [[1], {"a": 2}, None],
        "Int64": pd.array([1, None, 2], dtype="Int64"), "boolean": pd.array([True, None, False], dtype="boolean"),
        "Float64": pd.array([1.0, None, 2.0], dtype="Float64"), "string": pd.array(["a", "b", None], dtype="string"),
        "period": pd.period_range("2020", periods=3, freq="M"), "interval": pd.interval_range(0, 3),
        "sparse": pd.arrays.SparseArray([0, 0, 1]),
    }  # fmt: skip
    return pd.DataFrame(columns)


def values() -> dict[str, Any]:
    frame = _frame()
    return {
        **{f"column-{name}": frame[[name]] for name in frame},
        **{f"series-{name}": frame[name] for name in frame},
        "frame": frame, "nothing": pd.DataFrame(), "described": frame[["float"]].describe(), "dtypes": frame.dtypes,
        "many": frame.set_index(["integer", "text"]), "grouped": frame.groupby("integer")["float"].mean(),
        "cut": pd.cut([1, 2, 3], 2), "category": pd.CategoricalDtype(["a"]),
        **{f"dates-{freq}": pd.date_range("2020", periods=3, freq=freq) for freq in ("D", "h", "W", "ME", "QE", "B")},
        "moments": [pd.Timestamp("2020"), pd.Timestamp("2020", tz="UTC"), pd.Timedelta(1), pd.NaT, pd.NA],
        "spans": [pd.Period("2020-01"), pd.Interval(0, 1)],
        "offsets": [pd.DateOffset(days=1), pd.offsets.MonthEnd(), pd.offsets.BusinessDay(), pd.offsets.Day(2)],
    }  # fmt: skip


def make(folder: Folder) -> None:
    for name, value in values().items():
        folder.some_way(name, value)
    frame = _frame().drop(columns=["object"])
    for ending in ("pkl", "pkl.gz", "pkl.bz2", "pkl.xz"):
        folder.write(f"saved.{ending}", frame.to_pickle)


if __name__ == "__main__":
    main(make)
