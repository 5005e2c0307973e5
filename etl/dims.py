"""Dimension tables from the town folder: areas, codes, limits and the work calendar (维度)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import duckdb
import geopandas as gpd
import pandas as pd

from data.town import Town, TownError
from etl.areas import build_areas
from etl.contract import load_contracts

CALENDAR_FIRST, CALENDAR_LAST = date(2000, 1, 1), date(2035, 12, 31)
UNKNOWN = "_unknown"


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
    unknown = {"category_code": UNKNOWN, "name_zh": "未知类别", "name_en": "Unknown category"}
    unknown |= {"domain_code": UNKNOWN, "kind_code": UNKNOWN, "link_group": None}
    categories = pd.concat([categories, pd.DataFrame([unknown])], ignore_index=True)
    for column in ("severity_level", "link_radius_m", "link_window_minutes"):
        categories[column] = pd.to_numeric(categories[column], errors="coerce")
    _write(con, "dim_category", categories)
    domains = _read_csv(town, "domains.csv")
    domains["cap_level"] = pd.to_numeric(domains["cap_level"])
    _write(con, "dim_domain", domains)
    _write(con, "dim_department", _read_csv(town, "departments.csv"))
    limits = _read_csv(town, "responsibility.csv")
    limits["limit_value"] = pd.to_numeric(limits["limit_value"])
    limits["is_three_hour"] = limits["is_three_hour"].str.lower().isin(["1", "true", "yes", "是"])
    limits["valid_from"] = pd.to_datetime(limits["valid_from"]).dt.date
    limits["valid_to"] = pd.to_datetime(limits["valid_to"].fillna("2999-12-31"), errors="coerce").dt.date
    _write(con, "dim_responsibility", limits)
    feeds, codes = [], []
    contracts = load_contracts(town)
    for contract in contracts.values():
        feeds.append(_feed_row(contract) | _recorded_points(contract, contracts))
        for field, name in contract.codes.items():
            mapped = town.code_map(name)
            codes += [(contract.feed, field, source, code or None) for source, code in mapped.items()]
    _write(con, "dim_feed", pd.DataFrame(feeds))
    _write(
        con,
        "dim_code",
        pd.DataFrame(codes, columns=["feed_id", "field_code", "source_code", "code"], dtype=str),
    )


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


def _recorded_points(contract, contracts) -> dict[str, bool]:
    """Whether a feed tells, in its own columns or its process log, that a case was registered, dispatched, handled, checked."""
    has_log = any(each.report_feed == contract.feed for each in contracts.values())
    points = {"dispatch": "dispatched_at", "handling": "handled_at", "check": "checked_at"}
    told = {f"is_{point}_recorded": has_log or column in contract.columns for point, column in points.items()}
    # One column for the signal and its registration: nobody wrote down when it was registered.
    received, reported = contract.columns.get("received_at"), contract.columns.get("reported_at")
    is_apart = received is not None and (reported is None or received.sources != reported.sources)
    return told | {"is_registration_recorded": is_apart}


def _read_csv(town: Town, name: str) -> pd.DataFrame:
    path = town.folder / name
    if not path.exists():
        raise TownError(f"{path}: file not found")
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
