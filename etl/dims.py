"""Dimension tables from the town folder: areas, codes, limits and the work calendar (维度)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import duckdb
import geopandas as gpd
import pandas as pd

from data.town import Town, TownError
from data.yamlfile import nearest_name
from etl.areas import build_areas
from etl.contract import load_contracts
from etl.staff import read_staff

CALENDAR_FIRST, CALENDAR_LAST = date(2000, 1, 1), date(2049, 12, 31)
UNKNOWN = "_unknown"
LIMIT_UNITS = ("emergency_hours", "work_hours", "work_days", "calendar_days")
START_POINTS = ("reported", "registered", "filed", "dispatched")


def build_work_calendar(town: Town) -> tuple[pd.DataFrame, list[dict[str, int]]]:
    """Returns dim_workday (local_date, is_workday, workday_no) and the work spans of a workday in seconds.

    workday_no counts the workdays before the date; spans carry start_s, end_s and the worked seconds before them.
    """
    days, number, day = [], 0, CALENDAR_FIRST
    while day <= CALENDAR_LAST:
        works = town.calendar.is_workday(day)
        days.append((day, works, number))
        number += works
        day += timedelta(days=1)
    spans, worked = [], 0
    for start, end in town.calendar.work_hours:
        start_s, end_s = start.hour * 3600 + start.minute * 60, end.hour * 3600 + end.minute * 60
        spans.append({"start_s": start_s, "end_s": end_s, "worked_s": worked})
        worked += end_s - start_s
    return pd.DataFrame(days, columns=["local_date", "is_workday", "workday_no"]), spans


def _write(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    con.register("incoming_dim", frame)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming_dim")
    con.unregister("incoming_dim")


def build_dims(con: duckdb.DuckDBPyConnection, town: Town) -> dict[str, gpd.GeoDataFrame]:
    """Writes every dim_ table of the town and returns the polygons per level.

    Raises:
        TownError: a file of the town folder is missing or contradicts another.
    """
    areas, links, shapes = build_areas(town)
    _write(con, "dim_area", areas)
    _write(con, "dim_area_grid", links)
    _write(con, "dim_staff", read_staff(town, area_ids=set(areas["area_id"])))
    _write_codes(con, town)
    workdays, spans = build_work_calendar(town)
    _write(con, "dim_workday", workdays)
    con.execute(
        "CREATE OR REPLACE TABLE dim_work AS SELECT ?::VARCHAR AS zone_name, "
        'from_json(?, \'[{"start_s":"BIGINT","end_s":"BIGINT","worked_s":"BIGINT"}]\') AS spans, ?::BIGINT AS daily_s',
        [town.file.timezone, json.dumps(spans), sum(s["end_s"] - s["start_s"] for s in spans)],
    )
    return shapes


def _write_codes(con: duckdb.DuckDBPyConnection, town: Town) -> None:
    categories = _read_csv(town, "categories.csv")
    twice = categories.loc[categories["category_code"].duplicated(), "category_code"]
    if len(twice):
        raise TownError(f"{town.folder / 'categories.csv'}: category_code {twice.iloc[0]!r} is there twice")
    unknown = {"category_code": UNKNOWN, "name_zh": "未知类别", "name_en": "Unknown category"}
    unknown |= {"domain_code": UNKNOWN, "kind_code": UNKNOWN, "link_group": None}
    categories = pd.concat([categories, pd.DataFrame([unknown])], ignore_index=True)
    for column in ("severity_level", "link_radius_m", "link_window_minutes"):
        categories[column] = pd.to_numeric(categories[column], errors="coerce")
    # What a town may add: 六联, 9+X and contactless enforcement of a category, the level a department belongs to.
    _write(con, "dim_category", _with_columns(categories, "joint_code", "matter_code", "contactless_code"))
    domains = _read_csv(town, "domains.csv")
    domains["cap_level"] = pd.to_numeric(domains["cap_level"])
    _write(con, "dim_domain", domains)
    _write(con, "dim_department", _with_columns(_read_csv(town, "departments.csv"), "level_code"))
    _write(con, "dim_responsibility", read_limits(town, categories=categories["category_code"].tolist()))
    feeds, codes = [], []
    contracts = load_contracts(town)
    for contract in contracts.values():
        feeds.append(_feed_row(contract) | _recorded_points(contract, contracts, town=town))
        for field, name in contract.codes.items():
            mapped = town.code_map(name)
            codes += [(contract.feed, field, source, code or None) for source, code in mapped.items()]
    _write(con, "dim_feed", pd.DataFrame(feeds))
    _write(
        con,
        "dim_code",
        pd.DataFrame(codes, columns=["feed_id", "field_code", "source_code", "code"], dtype=str),
    )


def _with_columns(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Returns the frame with the named text columns, null where the town's file has none."""
    return frame.assign(
        **{name: pd.Series([None] * len(frame), dtype="str") for name in names if name not in frame}
    )


def read_limits(town: Town, *, categories: list[str]) -> pd.DataFrame:
    """Returns responsibility.csv typed: one row per category and time of validity; valid_to is never null.

    Raises:
        TownError: a value cannot be read, or a category has two limits on one day (its incidents would count twice).
    """
    limits, path = _read_csv(town, "responsibility.csv"), town.folder / "responsibility.csv"
    words = {"category_code": categories, "limit_unit": LIMIT_UNITS, "start_point": START_POINTS}
    for column, known in words.items():
        strange = limits.loc[~limits[column].isin(known), column]
        if len(strange):
            hint = nearest_name(str(strange.iloc[0]), known)
            raise TownError(f"{path}: {column} = {strange.iloc[0]!r} is unknown{hint}")
    limits["valid_to"] = limits["valid_to"].fillna("2999-12-31")
    typed = {"limit_value": pd.to_numeric(limits["limit_value"], errors="coerce")}
    for column in ("valid_from", "valid_to"):
        typed[column] = pd.to_datetime(limits[column], format="%Y-%m-%d", errors="coerce").dt.date
    for column, values in typed.items():
        if values.isna().any():
            raise TownError(
                f"{path}: {column} = {limits.loc[values.isna(), column].iloc[0]!r} cannot be read"
            )
        limits[column] = values
    limits["is_three_hour"] = limits["is_three_hour"].str.lower().isin(["1", "true", "yes", "是"])
    ordered = limits.sort_values(["category_code", "valid_from"])
    overlap = ordered["valid_from"] <= ordered.groupby("category_code")["valid_to"].shift()
    if overlap.any():
        first = ordered[overlap].iloc[0]
        raise TownError(f"{path}: {first.category_code!r} has two limits in force on {first.valid_from}")
    return limits


def _feed_row(contract) -> dict:
    clock = contract.clock
    return {
        "feed_id": contract.feed,
        "entity_code": contract.entity,
        "name_zh": contract.label.zh,
        "name_en": contract.label.en,
        "channel": contract.channel,
        "owner_name": contract.owner,
        "share_class": contract.share_class,
        "is_required": contract.required,
        "expected_interval_s": contract.expected_interval_s,
        "expected_lag_s": contract.expected_lag_s,
        "history_from": contract.history_from,
        "is_clock_reference": bool(clock and clock.reference),
        "is_clock_corrected": bool(clock and clock.correct),
        "report_feed_id": contract.report_feed or contract.feed,
    }


def _recorded_points(contract, contracts, *, town: Town) -> dict[str, bool]:
    """Whether a feed tells, in its own columns or its process log, that a case was registered, sent, handled, checked, ended.

    A log tells what its code map has a step for: the hotline's log knows dispatches and returns, but no checks.
    """
    points = {
        "dispatch": ("dispatched_at", "dispatch"),
        "handling": ("handled_at", "handle"),
        "check": ("checked_at", "check"),
    }
    logs = [each for each in contracts.values() if each.report_feed == contract.feed]
    steps = set().union(*(town.code_map(log.codes["step"]).values() for log in logs if "step" in log.codes))
    is_uncoded = any("step" not in log.codes for log in logs)
    told = {
        f"is_{point}_recorded": column in contract.columns or step in steps or is_uncoded
        for point, (column, step) in points.items()
    }
    # One column for the signal and its registration: nobody wrote down when it was registered.
    received, reported = contract.columns.get("received_at"), contract.columns.get("reported_at")
    is_apart = received is not None and (reported is None or received.sources != reported.sources)
    # A feed that never tells an end leaves every case open; it does not make every case late.
    ends = {"handled_at", "closed_at"} & contract.columns.keys() or {"handle", "close"} & steps or is_uncoded
    return told | {"is_registration_recorded": is_apart, "is_end_recorded": bool(ends)}


def _read_csv(town: Town, name: str) -> pd.DataFrame:
    path = town.folder / name
    if not path.exists():
        raise TownError(f"{path}: file not found")
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
