"""Open warnings (预警): those that stand, and of clusters that reach beyond what is looked at the part that lies within."""

from __future__ import annotations

import pandas as pd

FIRST = (
    "warning_id",
    "warning_code",
    "domain_code",
    "window_from_at",
    "window_to_at",
    "tail_pct",
    "tried_count",
)


def with_parts(rows: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Returns the warnings with the parts of clusters that are not among them whole, surest first.

    A part's figures are those of its own grids only: the rest may be none of the asker's. `is_part` says which are made of
    parts, `is_cut` which of them reach further.

    Args:
        rows: the listing `warnings_open`.
        parts: the listing `clusters_open` for the same filters and asker, one row per grid.
    """
    rows = rows.assign(is_part=False, is_cut=False)
    cut = parts[~parts["warning_id"].isin(rows["warning_id"])]
    if cut.empty:
        return rows
    found = [_part(group) for _, group in cut.groupby("warning_id", sort=False)]
    whole = pd.concat([rows, pd.DataFrame(found)], ignore_index=True) if len(rows) else pd.DataFrame(found)
    return whole.sort_values(["tail_pct", "warning_id"], kind="stable", ignore_index=True)


def _part(group: pd.DataFrame) -> dict:
    """Returns one cluster's part; it is called after the grid with the most incidents, which comes first."""
    grids = list(group["grid_id"])
    seen, expected = int(group["observed_count"].sum()), float(group["expected_count"].sum())
    told = {name: group[name].iloc[0] for name in FIRST}
    area = {"area_id": grids[0], "grid_id": grids[0] if len(grids) == 1 else None, "grid_list": grids}
    figures = {"observed_count": seen, "expected_count": expected, "exceed_ratio": seen / max(expected, 1e-9)}
    unknown = dict.fromkeys(("category_code", "low_count", "high_count"))
    is_cut = len(grids) < int(group["grid_count"].iloc[0])
    return told | area | figures | unknown | {"is_part": True, "is_cut": is_cut}
