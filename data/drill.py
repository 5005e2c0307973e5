"""From a number to its rows, and from a row to one incident's whole life (下钻)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from data import privacy
from data.compile import row_periods, row_tests
from data.generation import Snapshot
from data.months import Reach
from data.question import Question, Statement
from data.request import RequestError
from data.yamlfile import nearest_name

# What a list shows of an incident, never a person's words or address. Those the mart has itself are read with the
# rows; the others are fetched for the rows of the page only.
INCIDENT_COLUMNS = (
    "feed_id category_code domain_code department_id severity_level grid_id stage_code "
    "first_signal_at registered_at dispatched_at handled_at closed_at due_at report_count is_open is_suspended lon lat"
).split()
# An incident by its number: eight bytes to compare, a long id only where they agree.
ONE = "{0}incident_no = hash($incident_id::VARCHAR)"
TEXT_COLUMNS = {"lon", "lat"}
CLOCK_DIMENSIONS = ("feed_id", "category_code", "domain_code", "department_id", "severity_level", "grid_id")
# Marts of timed rows: their own times, and the columns they share with the incident.
TIMED = {
    "mart_clock": (("start_at", "stop_at", "due_at", "minutes"), (*CLOCK_DIMENSIONS, "first_signal_at")),
    "mart_segment": (("start_at", "stop_at", "minutes"), CLOCK_DIMENSIONS),
}


@dataclass(frozen=True)
class Page:
    """Which part of a list: `order` is a column, `-` before it for descending, or several with commas; `side` keeps one side."""

    limit: int = 50
    offset: int = 0
    order: str | None = None
    side: str | None = None


def fetch_rows(question: Question, snapshot: Snapshot, page: Page) -> pd.DataFrame:
    """Returns exactly the cases that enter a number, one row each, and those excluded from it with the reason.

    Columns:
        of a mart with `listed`: those, side_code and, where its rows have one, excluded_code; else
        incident_id (report_id and incident_id for report counts); side_code: in_time, late, unknown, excluded,
        ended, open, closed, counted; excluded_code (null: counts); for clocks clock_start_at, clock_stop_at,
        clock_due_at, clock_minutes; then the incident's columns.

    Raises:
        RequestError: an order that is not a column of the list, or a limit or offset below 0.
    """
    if page.limit < 0 or page.offset < 0:
        raise RequestError(f"limit = {page.limit}, offset = {page.offset}: neither may be negative")
    if question.mart.key:
        return _listed_rows(question, snapshot, page)
    own = own_columns(question)
    if question.mart.entity == "feed":
        listed = rows_statement(question, {}, side=page.side)
        return snapshot.frame(f"SELECT * FROM ({listed.sql}) ORDER BY ALL", listed.params)
    fetched = [name for name in INCIDENT_COLUMNS if name not in own]
    names, order = _order(page.order, [*own, *fetched])
    window = f"LIMIT {int(page.limit)} OFFSET {int(page.offset)}"
    listed = rows_statement(question, own, side=page.side)
    early, late = (f"ORDER BY {order} {window}", "") if own.keys() >= names else ("", window)
    keys = [
        key for key in ("incident_id", "first_signal_at") if key in own
    ]  # the time lets whole files be skipped
    same = " AND ".join(f"incident.{key} = page.{key}" for key in keys)
    columns = ", ".join([*(f"page.{each}" for each in own), *(f"incident.{each}" for each in fetched)])
    sql = (
        f"WITH page AS MATERIALIZED (SELECT * FROM ({listed.sql}) {early}) SELECT {columns} "
        f"FROM page JOIN mart_incident AS incident ON {same} ORDER BY {order} {late}"
    )
    return snapshot.frame(sql, listed.params)


def _listed_rows(question: Question, snapshot: Snapshot, page: Page) -> pd.DataFrame:
    """Returns the rows of a mart that says itself what a list shows; newest first unless told otherwise."""
    mart = question.mart
    own = {name: mart.dimensions.get(name, name) for name in mart.listed} | {"side_code": f"({mart.side})"}
    if mart.has_excluded_code:
        own |= {"excluded_code": mart.dimensions.get("excluded_code", "excluded_code")}
    order = page.order or (f"-{mart.at}" if mart.at else mart.key)
    sortable = own if mart.at is None else {mart.at: mart.at} | own
    name = order.lstrip("-")
    if name not in sortable:
        raise RequestError(f"order = {order!r}: not a column of the list{nearest_name(name, sortable)}")
    listed = rows_statement(question, sortable, side=page.side)
    columns = ", ".join(f'"{each}"' for each in own)
    sql = (
        f'SELECT {columns} FROM ({listed.sql}) ORDER BY "{name}" {"DESC" if order.startswith("-") else "ASC"} '
        f'NULLS LAST, "{mart.key}" LIMIT {int(page.limit)} OFFSET {int(page.offset)}'
    )
    return snapshot.frame(sql, listed.params)


def count_rows(question: Question, snapshot: Snapshot, side: str | None) -> int:
    """Returns how many rows the list has."""
    listed = rows_statement(question, {"one": "1"}, side=side)
    return snapshot.rows(f"SELECT count(*) FROM ({listed.sql})", listed.params)[0][0]


def count_sides(question: Question, snapshot: Snapshot) -> dict[str, int]:
    """Returns how many rows of the list each side has; a row without one is on the side `unknown`."""
    listed = rows_statement(question, {"side_code": f"({question.mart.side})"}, side=None)
    sql = f"SELECT coalesce(CAST(side_code AS VARCHAR), 'unknown'), count(*) FROM ({listed.sql}) GROUP BY 1 ORDER BY 1"
    return dict(snapshot.rows(sql, listed.params))


def fetch_exclusions(question: Question, snapshot: Snapshot, code: str | None) -> pd.DataFrame:
    """Returns the cases left out of a number (all, or of one code), newest deadline first."""
    rows = fetch_rows(question, snapshot, Page(limit=10_000, side="excluded"))
    return rows if code is None or rows.empty else rows[rows["excluded_code"] == code].reset_index(drop=True)


def list_incidents(question: Question, side: str | None) -> Statement:
    """Returns SQL of the ids of the incidents behind a number."""
    return rows_statement(question, {"incident_id": "incident_id"}, side=side)


def _order(order: str | None, columns: list[str]) -> tuple[set[str], str]:
    """Returns the columns and a safe ORDER BY; ties fall by id so that pages do not overlap."""
    order = order or default_order(columns)
    names, terms = set(), []
    for each in order.split(","):
        name = each.removeprefix("-")
        if name not in columns:
            raise RequestError(f"order = {order!r}: not a column of the list{nearest_name(name, columns)}")
        names.add(name)
        terms.append(f'"{name}" {"DESC" if each.startswith("-") else "ASC"} NULLS LAST')
    return names, f'{", ".join(terms)}, "{columns[0]}"'


def default_order(columns: Iterable[str]) -> str:
    """Returns the order of a list that is not told one: the newest first."""
    return next(f"-{name}" for name in ("clock_due_at", "counted_at", "first_signal_at") if name in columns)


def rows_statement(question: Question, own: dict[str, str], *, side: str | None) -> Statement:
    """Returns SQL of the rows that enter the number, with some of their columns (none given: all)."""
    mart = question.mart
    tests = row_tests(question) + privacy.row_tests(question)
    if mart.id == "mart_open" and side is None:
        tests.append("was_open")
    if side is not None:
        tests.append(f"({mart.side}) = $side")
    periods = [" AND ".join([*tests, *each]) or "true" for each in row_periods(question, None)]
    chosen = " UNION ALL ".join(f"SELECT * FROM ({question.rows}) AS source WHERE {each}" for each in periods)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in own.items()) or "*"
    return question.bind(f"SELECT {columns} FROM ({chosen}) AS source", side=side)


def own_columns(question: Question) -> dict[str, str]:
    """Returns the columns of a list that the mart has itself, the row's key first."""
    mart = question.mart
    side = {"side_code": f"({mart.side})"}
    if mart.id in TIMED:
        times, shared = TIMED[mart.id]
        own = {"incident_id": "incident_id", "excluded_code": "excluded_code"}
        return own | {f"clock_{each}": each for each in times} | side | {each: each for each in shared}
    if mart.id == "mart_count":
        return _counted_columns(question) | side | {each: each for each in CLOCK_DIMENSIONS}
    own = {"incident_id": "incident_id", "excluded_code": "cancelled_code"}
    return own | side | {each: each for each in INCIDENT_COLUMNS if each not in TEXT_COLUMNS}


def _counted_columns(question: Question) -> dict[str, str]:
    own = {"report_id": "row_id"} if "report_count" in question.metric.names else {}
    own |= {"incident_id": "incident_id", "counted_at": "counted_at", "excluded_code": "excluded_code"}
    if set(question.metric.names) <= {"incident_count", "cancelled_count"}:
        own["first_signal_at"] = "counted_at"  # incidents are counted at their first signal
    return own


def fetch_incident(key: str, question: Question, snapshot: Snapshot) -> dict | None:
    """Returns one incident by its id or by a report's id, within the asker's scope; None otherwise.

    Most cases that are opened are of the last days: those are looked through first.

    Returns:
        incident: its columns; reports, steps, clocks: frames. A clock row has clock_code, start_at, stop_at,
        due_at (null: no start or no limit), minutes, excluded_code, side_code and is_due (its limit had run out
        by as-of, so it counts).
    """
    found = _first(lambda: _find_incident(key, question, snapshot), snapshot)
    if found is None:
        told = "SELECT incident_id FROM mart_report WHERE report_id = $key LIMIT 1"
        reported = _first(lambda: snapshot.rows(told, {"key": key}), snapshot)
        found = reported and _first(lambda: _find_incident(reported[0][0], question, snapshot), snapshot)
    return {"incident": found, **_life(found, question, snapshot)} if found else None


def _first(ask: Callable[[], object], snapshot: Snapshot):
    """Returns the first answer that is one: of the last days' rows, then of all months."""
    for is_recent in (True, False):
        snapshot.look(is_recent=is_recent)
        if found := ask():
            return found
    return None


def _find_incident(incident_id: str, question: Question, snapshot: Snapshot) -> dict | None:
    tests = [
        ONE.format("source."),
        "source.incident_id = $incident_id",
        *row_tests(question, of_metric=False),
    ]
    where = f"FROM mart_incident AS source WHERE {' AND '.join(tests)}"
    bound = question.bind(f"SELECT month_id, first_signal_at {where}", incident_id=incident_id)
    found = snapshot.rows(bound.sql, bound.params)
    if not found:
        return None
    if not snapshot.is_recent:  # every column, but of one row group only
        snapshot.look(reach=Reach(month=found[0][0]))
    lookup = f"SELECT * {where} AND source.first_signal_at = $first_signal_at"
    bound = question.bind(lookup, incident_id=incident_id, first_signal_at=found[0][1])
    return snapshot.frame(bound.sql, bound.params).iloc[0].to_dict()


def _life(incident: dict, question: Question, snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    snapshot.look(reach=Reach(month=incident["month_id"]))  # all that belongs to a case is kept with it
    timed = {
        name: incident[name] for name in ("incident_id", "first_signal_at")
    }  # the time lets row groups be skipped
    mine = ONE.format("")
    reports = f"SELECT * FROM mart_report WHERE {mine} AND reported_at >= $first_signal_at"
    incident = f"SELECT * FROM mart_incident WHERE {mine} AND first_signal_at = $first_signal_at"
    side = question.catalogue.mart("mart_clock").side
    clocks = (
        f"WITH own AS MATERIALIZED ({incident}) "
        f"SELECT clock_code, start_at, stop_at, limit_at AS due_at, minutes, excluded_code, {side} AS side_code, "
        "excluded_code IS NULL AND clock.due_at <= $as_of_at AS is_due "
        f"FROM ({_over(question, 'mart_clock', rows='mart_incident')}) AS clock"
    )
    steps = (
        f"WITH own AS MATERIALIZED ({reports}) SELECT * "
        f"FROM ({_over(question, 'mart_step', rows='mart_report')}) AS step WHERE {mine} ORDER BY acted_at"
    )
    return {
        "reports": snapshot.frame(f"{reports} ORDER BY reported_at", timed),
        "steps": snapshot.frame(steps, timed),
        "clocks": snapshot.frame(clocks, {**timed, "as_of_at": question.as_of_at}),
    }


def _over(question: Question, view: str, *, rows: str) -> str:
    """Returns a view's SELECT over `own`, which holds one case's rows of a table: they are read once."""
    return question.shipped[view].replace(f"FROM {rows}", "FROM own")
