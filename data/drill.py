"""From a number to its rows, and from a row to one incident's whole life (下钻)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.compile import row_periods, row_tests
from data.connection import Snapshot
from data.question import Question, Statement
from data.request import RequestError
from data.yamlfile import nearest_name

# What a list shows of an incident; its clock's own columns come before these.
INCIDENT_COLUMNS = (
    "feed_id, category_code, domain_code, department_id, severity_level, grid_id, stage_code, title_text, address_text, "
    "first_signal_at, registered_at, dispatched_at, handled_at, closed_at, due_at, report_count, is_open, lon, lat"
).split(", ")
CLOCK_COLUMNS = ("start_at", "stop_at", "due_at", "minutes")


@dataclass(frozen=True)
class Page:
    """Which part of a list: `order` is a column, `-` before it for descending; `side` keeps one side."""

    limit: int = 50
    offset: int = 0
    order: str | None = None
    side: str | None = None


def fetch_rows(question: Question, snapshot: Snapshot, page: Page) -> pd.DataFrame:
    """Returns exactly the cases that enter a number, one row each, and those excluded from it with the reason.

    Columns:
        incident_id (report_id and incident_id for report counts); side_code: in_time, late, unknown, excluded,
        ended, open, closed, counted; excluded_code (null: counts); for clocks clock_start_at, clock_stop_at,
        clock_due_at, clock_minutes; then the incident's columns.

    Raises:
        RequestError: an order that is not a column of the list, or a limit or offset below 0.
    """
    if page.limit < 0 or page.offset < 0:
        raise RequestError(f"limit = {page.limit}, offset = {page.offset}: neither may be negative")
    listed = _listed(question, page.side)
    columns = [name for name, *_ in snapshot.rows(f"DESCRIBE {listed.sql}", listed.params)]
    sql = (
        f"SELECT * FROM ({listed.sql}) ORDER BY {_order(page.order, columns)} "
        f"LIMIT {int(page.limit)} OFFSET {int(page.offset)}"
    )
    return snapshot.frame(sql, listed.params)


def count_rows(question: Question, snapshot: Snapshot, side: str | None) -> int:
    """Returns how many rows the list has."""
    listed = _listed(question, side, is_count=True)
    return snapshot.rows(f"SELECT count(*) FROM ({listed.sql})", listed.params)[0][0]


def fetch_exclusions(question: Question, snapshot: Snapshot, code: str | None) -> pd.DataFrame:
    """Returns the cases left out of a number (all, or of one code), newest deadline first."""
    rows = fetch_rows(question, snapshot, Page(limit=10_000, side="excluded"))
    return rows if code is None or rows.empty else rows[rows["excluded_code"] == code].reset_index(drop=True)


def _order(order: str | None, columns: list[str]) -> str:
    """Returns a safe ORDER BY; ties fall by id so that pages do not overlap."""
    last = columns[0]
    if order is None:
        order = "-clock_due_at" if "clock_due_at" in columns else "-first_signal_at"
        order = order if order.lstrip("-") in columns else last
    name = order.lstrip("-")
    if name not in columns:
        raise RequestError(f"order = {order!r}: not a column of the list{nearest_name(name, columns)}")
    return f'"{name}" {"DESC" if order.startswith("-") else "ASC"} NULLS LAST, "{last}"'


def _listed(question: Question, side: str | None, *, is_count: bool = False) -> Statement:
    mart = question.mart
    tests = row_tests(question)
    if mart.id == "mart_open" and side is None:
        tests.append("was_open")
    side_sql = f"({mart.side})"
    if side is not None:
        tests.append(f"{side_sql} = $side")
    periods = [" AND ".join([*tests, *each]) or "true" for each in row_periods(question, None)]
    chosen = " UNION ALL ".join(f"SELECT * FROM ({question.rows}) AS source WHERE {each}" for each in periods)
    own, join, shown = _shape(question)
    if is_count:
        own, join, shown = "1 AS one", "", []
    columns = ", ".join([own, f"{side_sql} AS side_code", *shown])
    sql = f"SELECT {columns} FROM ({chosen}) AS source {join}"
    return question.bind(sql, side=side)


def _shape(question: Question) -> tuple[str, str, list[str]]:
    """Returns the leading columns, the join that fetches the display columns, and those columns."""
    mart = question.mart
    incident = [f"incident.{name}" for name in INCIDENT_COLUMNS]
    join = "LEFT JOIN mart_incident AS incident ON incident.incident_id = source.incident_id"
    if mart.entity == "feed":
        return "source.*", "", []
    if mart.id in ("mart_clock", "mart_segment"):
        names = [name for name in CLOCK_COLUMNS if mart.id == "mart_clock" or name != "due_at"]
        clock = ", ".join(f"source.{name} AS clock_{name}" for name in names)
        return f"source.incident_id, source.excluded_code, {clock}", join, incident
    if mart.id == "mart_count":
        if "report_count" in question.metric.names:
            return "source.row_id AS report_id, source.incident_id, source.counted_at", join, incident
        return "source.incident_id, incident.cancelled_code AS excluded_code", join, incident
    return "source.incident_id, source.cancelled_code AS excluded_code", "", [f"source.{n}" for n in INCIDENT_COLUMNS]


def fetch_incident(key: str, question: Question, snapshot: Snapshot) -> dict | None:
    """Returns one incident by its id or by a report's id, within the asker's scope; None otherwise.

    Returns:
        incident: its columns; reports, steps, clocks: frames. A clock row has clock_code, start_at, stop_at,
        due_at, minutes, excluded_code, side_code and is_due (its limit had run out by as-of, so it counts).
    """
    tests = ["source.incident_id = $incident_id", *row_tests(question, of_metric=False)]
    named = "SELECT incident_id FROM mart_report WHERE report_id = $key LIMIT 1"
    reported = snapshot.rows(named, {"key": key})
    lookup = f"SELECT * FROM mart_incident AS source WHERE {' AND '.join(tests)}"
    for incident_id in dict.fromkeys([key, *(each for (each,) in reported)]):
        bound = question.bind(lookup, incident_id=incident_id)
        found = snapshot.frame(bound.sql, bound.params)
        if len(found):
            return {"incident": found.iloc[0].to_dict(), **_life(incident_id, question, snapshot)}
    return None


def _life(incident_id: str, question: Question, snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    one = {"incident_id": incident_id}
    side = question.catalogue.mart("mart_clock").side
    clocks = (
        f"SELECT clock_code, start_at, stop_at, due_at, minutes, excluded_code, {side} AS side_code, "
        "excluded_code IS NULL AND due_at <= $as_of_at AS is_due FROM mart_clock WHERE incident_id = $incident_id"
    )
    return {
        "reports": snapshot.frame("SELECT * FROM mart_report WHERE incident_id = $incident_id ORDER BY reported_at", one),
        "steps": snapshot.frame("SELECT * FROM mart_step WHERE incident_id = $incident_id ORDER BY acted_at", one),
        "clocks": snapshot.frame(clocks, {**one, "as_of_at": question.as_of_at}),
    }
