"""Publishes small hand-made marts the way the publisher does, so that tests read through the real door."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from data.connection import Store
from etl.clocks import clock_sql, read_clocks
from etl.publish import view_sql
from etl.rollups import rollup_sql, signed_rollup_sql

ZONE = "Asia/Shanghai"
# What a feed may never tell: flags of the incident named by the clocks.
RECORDED = sorted({spec["recorded"] for spec in read_clocks()["clocks"].values() if "recorded" in spec})
INCIDENT_TYPES = {
    **dict.fromkeys(
        "incident_id feed_id lead_report_id category_code domain_code kind_code department_id grid_id place_method_code "
        "title_text address_text evidence_code cancelled_code stage_code responsibility_version limit_unit_code "
        "source_on_time_code resolved_level_code month_id".split(),
        "VARCHAR",
    ),
    "incident_no": "UBIGINT",
    **dict.fromkeys("lon lat clock_offset_minutes".split(), "DOUBLE"),
    **dict.fromkeys(
        "severity_level report_count feed_count dispatch_count return_count failed_check_count reopen_count "
        "extension_count signal_hour".split(),
        "INTEGER",
    ),
    "feed_list": "VARCHAR[]",
    **dict.fromkeys(
        "occurred_at occurred_lb_at occurred_ub_at first_signal_at registered_at verify_sent_at verified_at filed_at "
        "dispatched_first_at dispatched_at accepted_at arrived_at handled_at check_sent_at checked_at closed_at "
        "called_back_at supervised_at due_raw_at due_at limit_start_at source_due_at".split(),
        "TIMESTAMP",
    ),
    **dict.fromkeys(
        "is_suspended is_self_handled is_auto_dispatched is_three_hour is_open "
        "is_registration_recorded is_dispatch_recorded is_handling_recorded is_check_recorded".split(),
        "BOOLEAN",
    ),
    "signal_date": "DATE",
    **dict.fromkeys(RECORDED, "BOOLEAN"),
}
REPORT_TYPES = {
    **dict.fromkeys(
        "report_id incident_id month_id feed_id source_key category_code domain_code department_id grid_id "
        "cancelled_code title_text description_text address_text file_name link_rule_code check_outcome_code".split(),
        "VARCHAR",
    ),
    "incident_no": "UBIGINT",
    **dict.fromkeys("severity_level reported_hour row_no".split(), "INTEGER"),
    "load_id": "BIGINT",
    **dict.fromkeys("lon lat link_score".split(), "DOUBLE"),
    "is_lead": "BOOLEAN",
    "reported_date": "DATE",
    **dict.fromkeys(
        "reported_at received_at occurred_at verified_at filed_at dispatched_at accepted_at arrived_at handled_at "
        "checked_at closed_at called_back_at reopened_at suspended_at extended_to_at".split(),
        "TIMESTAMP",
    ),
}
STEP_TYPES = {
    **dict.fromkeys(
        "incident_id month_id report_id step_code department_id reason_text outcome_code feed_id".split(),
        "VARCHAR",
    ),
    "incident_no": "UBIGINT",
    **dict.fromkeys("acted_at deadline_at".split(), "TIMESTAMP"),
}
FEED_TYPES = {
    "feed_id": "VARCHAR",
    "lag_minutes": "DOUBLE",
    "row_count": "BIGINT",
    "quarantined_count": "BIGINT",
    "watermark_at": "TIMESTAMP",
    "last_arrival_at": "TIMESTAMP",
    "last_load_id": "BIGINT",
}
# What a contract says of a feed; a test's own feeds follow it.
CONTRACT_TYPES = {
    "feed_id": "VARCHAR",
    "name_zh": "VARCHAR",
    "name_en": "VARCHAR",
    "entity_code": "VARCHAR",
    "expected_interval_s": "INTEGER",
    "expected_lag_s": "INTEGER",
    "history_from": "DATE",
}
NAME_TABLES = {
    "dim_area": ("area_id", [("g1", "一网格", "Grid 1"), ("c1", "一社区", "Community 1")]),
    "dim_category": ("category_code", [("noise", "噪声", "Noise", "mediation", "dispute")]),
    "dim_department": ("department_id", [("d1", "一队", "Team 1")]),
    "dim_domain": ("domain_code", [("order", "秩序", "Order")]),
}


@dataclass(frozen=True)
class ModuleTable:
    """One module table to publish: `build` changes its file's name."""

    name: str
    types: dict[str, str]
    rows: list[dict]
    build: int = 1


# grid -> community -> town
GRIDS = {"g1": "c1", "g2": "c1", "g3": "c2"}
AREA_GRIDS = [
    row
    for grid, community in GRIDS.items()
    for row in (("town", "town", grid), (community, "community", grid), (grid, "grid", grid))
]


def at(text: str) -> datetime:
    """Returns the naive UTC instant of a Shanghai wall-clock time such as `2026-11-20 09:00`."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def incident(number: int, signal: datetime, **known) -> dict:
    """Returns one row of mart_incident; what is not given follows from what is."""
    local = signal.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(ZONE))
    row = dict.fromkeys(INCIDENT_TYPES) | {
        "incident_id": f"i{number}",
        "incident_no": number,
        "feed_id": "police_110",
        "lead_report_id": f"police_110:{number}",
        "category_code": "street",
        "domain_code": "order",
        "department_id": "d1",
        "grid_id": "g1",
        "severity_level": 3,
        "evidence_code": "unknown",
        "report_count": 1,
        "dispatch_count": 0,
        "return_count": 0,
        "is_self_handled": False,
        **dict.fromkeys(RECORDED, True),
        "is_three_hour": True,
        "first_signal_at": signal,
        "signal_date": local.date(),
        "signal_hour": local.hour,
        "month_id": f"{local:%Y-%m}",
    }
    row |= known
    is_cancelled, is_closed = row["cancelled_code"] is not None, row["closed_at"] is not None
    row["stage_code"] = row["stage_code"] or (
        "cancelled" if is_cancelled else "closed" if is_closed else "handling"
    )
    row["is_open"] = not is_closed and not is_cancelled
    return row


def report(row: dict, *, number: int = 1, **known) -> dict:
    """Returns one report of an incident, reported at its first signal unless told otherwise."""
    shared = {name: row[name] for name in REPORT_TYPES if name in row}
    made = (
        dict.fromkeys(REPORT_TYPES)
        | shared
        | {
            "report_id": row["lead_report_id"] if number == 1 else f"{row['lead_report_id']}-{number}",
            "source_key": f"{row['incident_no']}-{number}",
            "reported_at": row["first_signal_at"],
            "received_at": row["registered_at"],
            "is_lead": number == 1,
        }
    )
    made |= known
    local = made["reported_at"].replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(ZONE))
    return made | {"reported_date": local.date(), "reported_hour": local.hour}


def publish(
    home: Path,
    incidents: Iterable[dict],
    *,
    as_of_at: datetime,
    reports: Iterable[dict] | None = None,
    steps: Iterable[dict] = (),
    feeds: Iterable[dict] = (),
    touched: frozenset[int] = frozenset(),
    earlier: dict[int, dict] | None = None,
    modules: Iterable[ModuleTable] = (),
    generation: int = 1,
) -> None:
    """Publishes incidents: the touched ones in the delta, the others in month partitions.

    `earlier` holds what the base says of touched incidents before they changed.
    """
    incidents = list(incidents)
    reports = [report(row) for row in incidents] if reports is None else list(reports)
    published = home / "published"
    (published / "delta").mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    rows = {"mart_incident": (INCIDENT_TYPES, incidents), "mart_report": (REPORT_TYPES, reports)}
    rows["mart_step_log"] = (STEP_TYPES, [dict.fromkeys(STEP_TYPES) | step for step in steps])
    path = published / "delta" / f"{generation:08d}.duckdb"
    path.unlink(missing_ok=True)
    con.execute(f"ATTACH '{path}' AS delta")
    before = list((earlier or {}).values())
    in_base = [row for row in incidents if row["incident_no"] not in touched] + before
    for name, (types, every) in rows.items():
        _table(con, f"delta.{name}", types, [row for row in every if row["incident_no"] in touched])
    _table(con, "shadow_incident", INCIDENT_TYPES, before)
    _table(con, "shadow_report", REPORT_TYPES, [report(row) for row in before])
    base_reports = [row for row in reports if row["incident_no"] not in touched] + [
        report(row) for row in before
    ]
    base_steps = [row for row in rows["mart_step_log"][1] if row["incident_no"] not in touched]
    base = _write_months(con, published, [in_base, base_reports, base_steps], generation)
    for name, sql in _signed_rolls().items():
        con.execute(f"CREATE TABLE delta.{name} AS {sql}")
    _write_rest(con, feeds=feeds, touched=touched)
    con.execute("DETACH delta")
    written = {table.name: _write_module(con, published, table) for table in modules}
    con.close()
    manifest = {
        "generation": generation,
        "as_of_at": as_of_at.isoformat(),
        "published_at": as_of_at.isoformat(),
    }
    manifest |= {"town_id": "testtown", "base": base, "delta": f"delta/{path.name}", "module": written}
    fresh = published / f".CURRENT.{generation}"
    fresh.write_text(json.dumps(manifest), encoding="utf-8")
    fresh.replace(published / "CURRENT")


def _write_module(con, published: Path, table: ModuleTable) -> str:
    folder = published / "module" / table.name
    folder.mkdir(parents=True, exist_ok=True)
    _table(con, "module_rows", table.types, table.rows)
    con.execute(f"COPY module_rows TO '{folder}/{table.build}.parquet' (FORMAT parquet)")
    return f"module/{table.name}/{table.build}.parquet"


def open_store(home: Path, incidents: Iterable[dict], **options) -> Store:
    """Publishes incidents and opens them."""
    publish(home, incidents, **options)
    return Store(home, zone=ZoneInfo(ZONE), threads=1)


def _rolls(incidents: str, reports: str) -> dict[str, str]:
    clock = f"({clock_sql(source=incidents, zone_name=ZONE)})"
    return rollup_sql(incident=incidents, report=reports, clock=clock, zone_name=ZONE)


def _signed_rolls() -> dict[str, str]:
    incidents, reports = (
        f"(SELECT *, 1 AS weight FROM delta.mart_{name} UNION ALL BY NAME "
        f"SELECT *, -1 AS weight FROM shadow_{name})"
        for name in ("incident", "report")
    )
    clock = f"({clock_sql(source=incidents, zone_name=ZONE, carried='weight')})"
    return signed_rollup_sql(incident=incidents, report=reports, clock=clock, zone_name=ZONE)


def _write_months(con, published: Path, rows: list[list[dict]], build: int) -> dict[str, str]:
    base = {}
    for month in sorted({row["month_id"] for row in rows[0]}):
        folder = published / "base" / month / str(build)
        folder.mkdir(parents=True, exist_ok=True)
        tables = zip(
            ("mart_incident", "mart_report", "mart_step_log"),
            (INCIDENT_TYPES, REPORT_TYPES, STEP_TYPES),
            rows,
            strict=True,
        )
        for name, types, every in tables:
            _table(con, f"month_{name}", types, [row for row in every if row["month_id"] == month])
            con.execute(f"COPY month_{name} TO '{folder / name}.parquet'")
        rolls = _rolls("month_mart_incident", "month_mart_report")
        for name, sql in rolls.items():
            con.execute(f"COPY ({sql}) TO '{folder / name}.parquet'")
        base[month] = f"base/{month}/{build}"
    return base


def _write_rest(con, *, feeds: Iterable[dict], touched: frozenset[int]) -> None:
    feeds = list(feeds)
    _table(con, "delta.mart_feed", FEED_TYPES, feeds)
    _table(
        con, "delta.touched", {"incident_no": "UBIGINT"}, [{"incident_no": each} for each in sorted(touched)]
    )
    area = {"area_id": "VARCHAR", "level_code": "VARCHAR", "grid_id": "VARCHAR"}
    _table(con, "delta.dim_area_grid", area, [dict(zip(area, row, strict=True)) for row in AREA_GRIDS])
    shipped = [{"name": name, "sql": sql} for name, sql in view_sql(ZONE).items()]
    _table(con, "delta.view_sql", {"name": "VARCHAR", "sql": "VARCHAR"}, shipped)
    contracts = [{"feed_id": "police_110", "name_zh": "110警情", "name_en": "Police 110"}]
    contracts += [each for each in feeds if "entity_code" in each]
    _table(con, "delta.dim_feed", CONTRACT_TYPES, contracts)
    for name, (key, rows) in NAME_TABLES.items():
        more = ("joint_code", "matter_code") if name == "dim_category" else ()
        types = dict.fromkeys((key, "name_zh", "name_en", *more), "VARCHAR")
        _table(con, f"delta.{name}", types, [dict(zip(types, row, strict=True)) for row in rows])


def _table(con, name: str, types: dict[str, str], rows: list[dict]) -> None:
    columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
    con.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    if rows:
        filled = pa.Table.from_pydict({each: [row.get(each) for row in rows] for each in types})
        con.register("filled", filled)
        con.execute(f"INSERT INTO {name} SELECT * FROM filled")
        con.unregister("filled")
    if (
        "incident_no" in types
    ):  # numbers are short in the tests; at rest they are the hash of the id, as the models make them
        con.execute(f"UPDATE {name} SET incident_no = hash('i' || incident_no)")
