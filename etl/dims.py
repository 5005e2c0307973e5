"""Dimension tables from the town folder: areas, codes, limits and the work calendar (维度)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import geopandas as gpd
import pandas as pd

from data.town import Town, TownError
from etl.contract import load_contracts

FACT_COLUMNS = ("population_count", "household_count", "enterprise_count", "road_km", "day_population_count")
CALENDAR_FIRST, CALENDAR_LAST = date(2000, 1, 1), date(2035, 12, 31)
UNKNOWN = "_unknown"


def read_grids(town: Town) -> gpd.GeoDataFrame:
    """Returns the town's grids, WGS-84, one row per grid.

    Columns: area_id, name_zh, name_en, one column per coarser level with the parent's id, geometry.

    Raises:
        TownError: an id is missing or used twice, or a parent is missing.
    """
    source = town.file.areas
    path = town.expand(source.file) if source else town.folder / "areas.geojson"
    if not path.exists():
        raise TownError(f"{path}: the town's areas are not there")
    frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    frame = frame.to_crs(4326) if frame.crs else frame.set_crs(4326)
    if source:
        renames = {source.area_id: "area_id", **{column: level for level, column in source.parents.items()}}
        names = {"name_zh": source.name_zh or source.area_id, "name_en": source.name_en or source.area_id}
        frame = frame.assign(**{key: frame[column] for key, column in names.items()}).rename(columns=renames)
    frame[town.levels[0]] = "town"
    frame["area_id"] = frame["area_id"].astype(str).str.strip()
    _refuse_bad_grids(frame, town, path=path)
    columns = ["area_id", "name_zh", "name_en", *town.levels[:-1], "geometry"]
    return frame[columns].sort_values("area_id").reset_index(drop=True)


def _refuse_bad_grids(frame: gpd.GeoDataFrame, town: Town, *, path: Path) -> None:
    twice = frame["area_id"][frame["area_id"].duplicated()]
    if len(twice):
        raise TownError(f"{path}: area_id {twice.iloc[0]!r} is used twice")
    for level in town.levels[:-1]:
        if level not in frame.columns or frame[level].isna().any():
            raise TownError(f"{path}: a grid has no {level!r} (levels in town.yaml: {town.levels})")


def build_areas(town: Town) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, gpd.GeoDataFrame]]:
    """Returns dim_area, dim_area_grid and the polygons of each level.

    A coarser area's fact is the sum over its grids, null as soon as one grid's fact is unknown,
    unless area_facts.csv states it for the area itself.
    """
    grids = read_grids(town)
    facts = _read_facts(town)
    names = _read_names(town)
    shapes, rows, links = {}, [], []
    for level in town.levels:
        key = "area_id" if level == "grid" else level
        polygons = grids if level == "grid" else grids.dissolve(by=level).reset_index()
        shape = gpd.GeoDataFrame({"area_id": polygons[key]}, geometry=polygons.geometry, crs=4326)
        shapes[level] = shape
        links.append(pd.DataFrame({"area_id": grids[key], "level_code": level, "grid_id": grids["area_id"]}))
        rows.append(_area_rows(shape, level, town=town, grids=grids, facts=facts, names=names))
    return pd.concat(rows, ignore_index=True), pd.concat(links, ignore_index=True), shapes


def _area_rows(shape, level, *, town, grids, facts, names) -> pd.DataFrame:
    points = shape.geometry.representative_point()
    out = pd.DataFrame({"area_id": shape["area_id"], "level_code": level, "lon": points.x, "lat": points.y})
    out["area_km2"] = (shape.to_crs(town.file.projected_epsg).area / 1e6).round(4)
    key = "area_id" if level == "grid" else level
    own = {} if level != "grid" else dict(zip(grids["area_id"], zip(grids["name_zh"], grids["name_en"], strict=True), strict=True))
    label = town.label if level == town.levels[0] else None
    for n, column in enumerate(("name_zh", "name_en")):
        fallback = (label.zh, label.en)[n] if label else None
        out[column] = [
            (names.get(a) or own.get(a) or (fallback or a, fallback or a))[n] for a in out["area_id"]
        ]
    parents = _parents(level, town)
    out["hierarchy_code"] = parents[0][0] if parents else ""
    parent_level = parents[0][1] if parents else None
    first = grids.drop_duplicates(key).set_index(key)
    out["parent_id"] = [first.loc[a, parent_level] for a in out["area_id"]] if parent_level else None
    grid_facts = facts.reindex(grids["area_id"])
    summed = grid_facts.groupby(grids[key].to_numpy()).agg(lambda v: v.sum(skipna=False))
    stated = facts.reindex(out["area_id"])
    for column in facts.columns:
        total = summed[column].reindex(out["area_id"]).to_numpy()
        out[column] = stated[column].where(stated[column].notna().to_numpy(), total).to_numpy()
    return out


def _parents(level: str, town: Town) -> list[tuple[str, str]]:
    found = []
    for hierarchy in town.file.hierarchies:
        if level in hierarchy.levels and hierarchy.levels.index(level):
            found.append((hierarchy.id, hierarchy.levels[hierarchy.levels.index(level) - 1]))
    return found


def _read_facts(town: Town) -> pd.DataFrame:
    path = town.folder / "area_facts.csv"
    frame = pd.read_csv(path, dtype={"area_id": str}) if path.exists() else pd.DataFrame({"area_id": []})
    frame = frame.set_index("area_id")
    for column in dict.fromkeys((*FACT_COLUMNS, *frame.columns)):
        frame[column] = pd.to_numeric(frame[column], errors="coerce") if column in frame else float("nan")
    return frame


def _read_names(town: Town) -> dict[str, tuple[str, str]]:
    path = town.folder / "areas.csv"
    if not path.exists():
        return {}
    frame = pd.read_csv(path, dtype=str)
    return {row.area_id: (row.name_zh, row.name_en) for row in frame.itertuples()}


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
        "from_json(?, '[{\"start_s\":\"BIGINT\",\"end_s\":\"BIGINT\",\"worked_s\":\"BIGINT\"}]') AS spans, ?::BIGINT AS daily_s",
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
    _write(con, "dim_code", pd.DataFrame(codes, columns=["feed_id", "field_code", "source_code", "code"], dtype=str))


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
