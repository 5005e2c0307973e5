"""Who serves where, as counts (在册力量): the town's staff register without keys and names."""

from __future__ import annotations

import pandas as pd

from data.town import Town, TownError

NEEDED = ("worker_key", "role_code", "area_id", "from", "to")
GRAIN = ["role_code", "area_id", "valid_from", "valid_to"]


def read_staff(town: Town, *, area_ids: set[str]) -> pd.DataFrame:
    """Returns dim_staff: one row per role, area and time of validity; no rows for a town without staff.csv.

    Columns:
        worker_count (people who serve the area in the role), person_count (each person in one of their areas only,
        so that it adds up to people), shared_count (those of worker_count who serve other areas of the role too);
        valid_to is never null. Neither keys nor names: the register's rows are about persons.

    Raises:
        TownError: a column is missing, an area is unknown or a date cannot be read.
    """
    path = town.folder / "staff.csv"
    if not path.exists():
        return _counted(pd.DataFrame(columns=["worker_key", *GRAIN]))
    staff = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = [name for name in NEEDED if name not in staff.columns]
    if missing:
        raise TownError(f"{path}: column {missing[0]!r} is missing")
    strange = staff.loc[~staff["area_id"].isin(area_ids), "area_id"]
    if len(strange):
        raise TownError(f"{path}: area_id = {strange.iloc[0]!r} is no area of the town")
    staff["valid_from"] = _days(staff["from"].replace("", "2000-01-01"), path=path, name="from")
    staff["valid_to"] = _days(staff["to"].replace("", "2999-12-31"), path=path, name="to")
    return _counted(staff[["worker_key", *GRAIN]].drop_duplicates())


def _counted(staff: pd.DataFrame) -> pd.DataFrame:
    same = staff.sort_values(["role_code", "area_id"]).groupby(
        ["worker_key", "role_code", "valid_from", "valid_to"]
    )
    counted = staff.assign(
        worker_count=1,
        person_count=(same.cumcount() == 0).astype("int64"),
        shared_count=(same["area_id"].transform("size") > 1).astype("int64"),
    )
    sums = counted.groupby(GRAIN, as_index=False)[["worker_count", "person_count", "shared_count"]].sum()
    counts = dict.fromkeys(("worker_count", "person_count", "shared_count"), "int64")
    return sums.astype({"role_code": str, "area_id": str} | counts)


def _days(texts: pd.Series, *, path, name: str) -> pd.Series:
    days = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce")
    if days.isna().any():
        raise TownError(f"{path}: {name} = {texts[days.isna()].iloc[0]!r} cannot be read as YYYY-MM-DD")
    return days.dt.date
