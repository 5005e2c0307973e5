"""Makes the compact table of a view (编码表): one row per incident or report, its dimensions as small integers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from data.explore_rows import ASKED, CODED, OWN, coded_sql, kept, own_tests
from data.explore_search import list_behind
from data.explore_view import FIXED, Table, View
from data.generation import Snapshot
from data.period import local_date
from data.query import question_of
from data.question import TOWN_AREA, Question, Statement
from data.request import Request, Scope

SCHEMA = "memory.explore"
MOST_DAYS = 800  # bins of the day axis
# Filters above the charts whose codes every row carries.
CARRIED = {
    "feed_id": "feed",
    "category_code": "category",
    "department_id": "department",
    "severity_level": "severity",
}


def build_table(view: View, scope: Scope, *, snapshot: Snapshot, number: int) -> Table:
    """Returns a view's table, made anew from the published rows.

    Raises:
        RequestError: a number whose rows are not incidents, or a dimension that cannot be.
    """
    snapshot.rows(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    listed, chosen, name = (f"{SCHEMA}.{kind}{number}" for kind in ("listed", "chosen", "view"))
    question = question_of(Request(ASKED[view.unit], filters=view.filters), scope, snapshot)
    try:
        if view.metric:
            list_behind(view, scope, snapshot=snapshot, into=listed)
        rows = _rows(view, question, snapshot=snapshot, chosen=chosen, listed=listed)
        facts = _facts(view, question, snapshot=snapshot, rows=rows)
        table = _frame(view, question, facts=facts, name=name, snapshot=snapshot)
        all_rows, rows = rows, f"SELECT * FROM ({rows}) WHERE {kept(view)}"
        sql = coded_sql(view.unit, rows=rows, codes=table.codes, snapshot=snapshot)
        bound = _bind(question, f"CREATE TABLE {name} AS {sql}", view, **_known(table, facts))
        snapshot.rows(bound.sql, bound.params)
        excluded = _leave_out(view, question, snapshot=snapshot, rows=all_rows, into=f"{name}_left")
    finally:
        for each in (listed, chosen):
            snapshot.rows(f"DROP TABLE IF EXISTS {each}")
    return replace(table, excluded_count=excluded, **_sums(snapshot, table))


def _rows(view: View, question: Question, *, snapshot: Snapshot, chosen: str, listed: str) -> str:
    """Returns SQL of the view's own rows, the cancelled too; where finding them reads texts or lists, of a table of them."""
    tests = own_tests(view, question)
    if view.metric:
        tests.append(f"source.incident_no IN (SELECT incident_no FROM {listed})")
    sql = f"SELECT {OWN[view.unit]} FROM mart_{view.unit} AS source WHERE {' AND '.join(tests)}"
    if not view.metric and not view.words:
        return sql
    bound = _bind(question, f"CREATE TABLE {chosen} AS {sql}", view)
    snapshot.rows(bound.sql, bound.params)
    return f"SELECT * FROM {chosen}"


def _facts(view: View, question: Question, *, snapshot: Snapshot, rows: str) -> dict[str, object]:
    """Returns what must be known of the rows before they are coded, in one reading of a few narrow columns."""
    told = ", ".join(
        f"list(DISTINCT {column}) FILTER ({kept(view)}) AS {name}" for name, column in CODED.items()
    )
    bound = _bind(
        question,
        f"SELECT min(day_date) FILTER ({kept(view)}) AS first_date, max(day_date) FILTER ({kept(view)}) AS last_date, "
        f"min(month_id) AS month_id, {told} FROM ({rows})",
        view,
    )
    names = ("first_date", "last_date", "month_id", *CODED)
    return dict(zip(names, snapshot.rows(bound.sql, bound.params)[0], strict=True))


def _frame(view: View, question: Question, *, facts: dict, name: str, snapshot: Snapshot) -> Table:
    """Returns what is known of a table before its rows are written: the codes of each dimension."""
    first, day_count, days = _days(view, question, first=facts["first_date"], last=facts["last_date"])
    own = {each: ("", *sorted(filter(None, facts[each] or ()))) for each in CODED}
    return Table(
        name=name,
        unit=view.unit,
        row_count=0,
        codes={"day": days, **FIXED, **own},
        serial=snapshot.opened.serial,
        generation=snapshot.generation,
        as_of_at=question.as_of_at,
        first_date=first,
        day_count=day_count,
    )


def _known(table: Table, facts: dict) -> dict[str, object]:
    """Returns the parameters of the SQL of coded rows."""
    # A month is local: two days cover every zone. The bound lets older files be skipped.
    since = date.fromisoformat(f"{facts['month_id'] or '2000-01'}-01") - timedelta(days=2)
    known = {f"{each}_codes": list(table.codes[each]) for each in ("stage", "late", *CODED)}
    return known | {
        "first_date": table.first_date or date(2000, 1, 1),
        "day_count": table.day_count,
        "since": since,
    }


def _bind(question: Question, sql: str, view: View, **known: object) -> Statement:
    return question.bind(sql, since_at=view.filters.since_at, until_at=view.filters.until_at, **known)


def wider(view: View) -> View | None:
    """Returns the view this one is a part of by the codes its rows carry; None where it is not made of another."""
    filters = replace(view.filters, area_id=None, **dict.fromkeys(CARRIED))
    return None if view.metric or filters == view.filters else replace(view, filters=filters)


def narrow_table(wide: Table, view: View, *, snapshot: Snapshot, number: int) -> Table:
    """Returns a view's table from a wider one's of the same asker: a filter above the charts reads no file again."""
    name = f"{SCHEMA}.view{number}"
    asked = {each: getattr(view.filters, column) for column, each in CARRIED.items()}
    told = {each: (str(value),) for each, value in asked.items() if value is not None}
    area_id = view.filters.area_id
    if area_id and area_id != TOWN_AREA:
        inside = "SELECT grid_id FROM dim_area_grid WHERE area_id = $area_id"
        told["area"] = tuple(grid for (grid,) in snapshot.rows(inside, {"area_id": area_id}))
    snapshot.rows(f"CREATE TABLE {name} AS SELECT * FROM {wide.name} WHERE {wide.where(told)}")
    excluded = _left_out(f"{wide.name}_left", told, snapshot) if wide.excluded_count else 0
    table = replace(wide, name=name, excluded_count=excluded, cubes={})
    return replace(table, **_sums(snapshot, table))


def _leave_out(view: View, question: Question, *, snapshot: Snapshot, rows: str, into: str) -> int:
    """Writes how many cancelled incidents a view leaves out, by what may narrow it; returns how many in all."""
    names = ", ".join({*CODED.values(), *CARRIED})
    told = f"SELECT {names}, count(*) AS n FROM ({rows}) WHERE NOT ({kept(view)}) GROUP BY ALL"
    bound = _bind(question, f"CREATE TABLE {into} AS {told}", view)
    snapshot.rows(bound.sql, bound.params)
    return _left_out(into, {}, snapshot)


def _left_out(left: str, told: dict[str, tuple[str, ...]], snapshot: Snapshot) -> int:
    """Returns how many of the cancelled incidents have the codes of a filter."""
    columns = {name: column for column, name in CARRIED.items()} | CODED
    tests = [f"list_contains(${name}, CAST({columns[name]} AS VARCHAR))" for name in told] or ["true"]
    params = {name: list(values) for name, values in told.items()}
    sql = f"SELECT coalesce(sum(n), 0)::BIGINT FROM {left} WHERE {' AND '.join(tests)}"
    return snapshot.rows(sql, params or None)[0][0]


def drop_table(table: Table, snapshot: Snapshot) -> None:
    """Drops a table; a question that still reads it reads on."""
    for name in (table.name, f"{table.name}_left"):
        snapshot.rows(f"DROP TABLE IF EXISTS {name}")


def _days(
    view: View, question: Question, *, first: date | None, last: date | None
) -> tuple[date | None, int, tuple[str, ...]]:
    """Returns the first day of the axis, the days per bin and the first day of each bin: the period, empty days too."""
    if first is None:
        return None, 1, ()
    if view.filters.since_at and not view.metric:
        first = min(first, local_date(view.filters.since_at, question.zone))
        ends_at = view.filters.until_at and min(
            view.filters.until_at - timedelta(seconds=1), question.as_of_at
        )
        last = max(last, local_date(ends_at or question.as_of_at, question.zone))
    span = (last - first).days + 1
    per_bin = -(-span // MOST_DAYS)
    starts = [first + timedelta(days=each) for each in range(0, span, per_bin)]
    return first, per_bin, tuple(each.isoformat() for each in starts)


def _sums(snapshot: Snapshot, table: Table) -> dict[str, object]:
    """Returns how many rows a table has, and each of its codes when nothing is selected."""
    totals = {each: [0] * len(words) for each, words in table.codes.items()}
    for each, counts in totals.items():
        for place, count in snapshot.rows(f"SELECT {each}, count(*) FROM {table.name} GROUP BY 1"):
            counts[place] = count
    return {"row_count": snapshot.rows(f"SELECT count(*) FROM {table.name}")[0][0], "totals": totals}
