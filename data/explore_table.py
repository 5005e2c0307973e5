"""Makes the compact table of a view (编码表): one row per incident or report, its dimensions as small integers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from data.compile import row_tests
from data.explore_search import list_behind, word_tests
from data.explore_view import FIXED, Table, View
from data.generation import Snapshot
from data.period import local_date
from data.query import question_of
from data.question import TOWN_AREA, Question
from data.request import Request, Scope

SCHEMA = "memory.explore"
# The question whose tests (scope, area, base filters) hold for the rows of a unit, where their time stands, and their texts.
ASKED = {"incident": "unlocated_pct", "report": "report_count"}
AT = {"incident": "first_signal_at", "report": "reported_at"}
MOST_DAYS = 800  # bins of the day axis
# Handling time in bins of a fifth of an octave: 1 = under a minute, ends_minutes = 2^((bin - 1) / 5); +100: not ended yet.
TIME_BINS = 100
SHARED = (
    "incident_id, incident_no, month_id, feed_id, category_code, domain_code, department_id, grid_id, severity_level, "
    "first_signal_at, registered_at, dispatched_at, handled_at, closed_at, due_at, limit_start_at, is_three_hour, "
    "is_self_handled, is_suspended, is_handling_recorded, cancelled_code, stage_code, report_count"
)
OWN = {
    "incident": f"{SHARED}, first_signal_at AS moment, signal_date AS day_date, signal_hour AS hour, incident_no AS no, "
    "report_count AS weight, cancelled_code IS NULL AS is_timed",
    "report": "incident_no, month_id, feed_id, category_code, department_id, grid_id, severity_level, reported_at AS moment, "
    "reported_date AS day_date, reported_hour AS hour, hash(report_id) AS no, CAST(is_lead AS INTEGER) AS weight, "
    "is_lead AS is_timed",
}
# Standing as of the instant the generation holds for: what a feed that is ahead knows of later closures is not shown yet.
STAGE = """CASE WHEN cancelled_code IS NOT NULL THEN 'cancelled' WHEN closed_at <= $as_of_at THEN 'closed'
    WHEN closed_at IS NULL THEN stage_code WHEN handled_at <= $as_of_at THEN 'to_close' ELSE 'handling' END"""
LATE = """CASE WHEN cancelled_code IS NOT NULL THEN 'not_counted' WHEN is_suspended THEN 'suspended'
    WHEN due_at IS NULL THEN 'no_limit'
    WHEN closed_at <= $as_of_at THEN CASE WHEN closed_at <= due_at THEN 'closed_in_time' ELSE 'closed_late' END
    WHEN due_at <= $as_of_at THEN 'open_late' ELSE 'open_in_time' END"""
REPEAT = "CASE WHEN {0} <= 3 THEN {0} WHEN {0} <= 5 THEN 4 ELSE 5 END"
# Filters above the charts whose codes every row carries.
CARRIED = {
    "feed_id": "feed",
    "category_code": "category",
    "department_id": "department",
    "severity_level": "severity",
}
CODED = {"area": "grid_id", "category": "category_code", "feed": "feed_id", "department": "department_id"}


def build_table(view: View, scope: Scope, *, snapshot: Snapshot, number: int) -> Table:
    """Returns a view's table, made anew from the published rows.

    Raises:
        RequestError: a number whose rows are not incidents, or a dimension that cannot be.
    """
    snapshot.rows(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    listed, chosen, whole, name = (
        f"{SCHEMA}.{kind}{number}" for kind in ("listed", "chosen", "whole", "view")
    )
    question = question_of(Request(ASKED[view.unit], filters=view.filters), scope, snapshot)
    try:
        if view.metric:
            list_behind(view, scope, snapshot=snapshot, into=listed)
        excluded = _choose(view, question, snapshot=snapshot, into=chosen, listed=listed)
        _join_incidents(view, snapshot, chosen=chosen, whole=whole)
        frame = _frame(view, question, snapshot=snapshot, chosen=chosen, name=name)
        incidents = whole if view.unit == "report" else chosen
        _write(frame, question, snapshot=snapshot, chosen=chosen, incidents=incidents)
    finally:
        for each in (listed, chosen, whole):
            snapshot.rows(f"DROP TABLE IF EXISTS {each}")
    return replace(frame, excluded_count=excluded, **_sums(snapshot, frame))


def _frame(view: View, question: Question, *, snapshot: Snapshot, chosen: str, name: str) -> Table:
    """Returns what is known of a table before its rows are written: the codes of each dimension."""
    first, day_count, days = _days(view, question, snapshot=snapshot, chosen=chosen)
    own = {each: _codes(snapshot, chosen, column) for each, column in CODED.items()}
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


def _write(table: Table, question: Question, *, snapshot: Snapshot, chosen: str, incidents: str) -> None:
    sql = _coded_sql(snapshot, chosen=chosen, incidents=incidents, codes=table.codes)
    bound = question.bind(
        f"CREATE TABLE {table.name} AS {sql}",
        first_date=table.first_date or date(2000, 1, 1),
        day_count=table.day_count,
        **{f"{each}_codes": list(table.codes[each]) for each in ("stage", "late", *CODED)},
    )
    snapshot.rows(bound.sql, bound.params)


def wider(view: View) -> View | None:
    """Returns the view this one is a part of by the codes its rows carry; None where it is not made of another."""
    filters = replace(view.filters, area_id=None, **dict.fromkeys(CARRIED))
    return None if view.metric or filters == view.filters else replace(view, filters=filters)


def narrow_table(wide: Table, view: View, scope: Scope, *, snapshot: Snapshot, number: int) -> Table:
    """Returns a view's table from a wider one's: a filter above the charts reads no file again, but for what it leaves out."""
    name = f"{SCHEMA}.view{number}"
    asked = {each: getattr(view.filters, column) for column, each in CARRIED.items()}
    told = {each: (str(value),) for each, value in asked.items() if value is not None}
    area_id = view.filters.area_id
    if area_id and area_id != TOWN_AREA:
        inside = "SELECT grid_id FROM dim_area_grid WHERE area_id = $area_id"
        told["area"] = tuple(grid for (grid,) in snapshot.rows(inside, {"area_id": area_id}))
    snapshot.rows(f"CREATE TABLE {name} AS SELECT * FROM {wide.name} WHERE {wide.where(told)}")
    question = question_of(Request(ASKED[view.unit], filters=view.filters), scope, snapshot)
    excluded = _count_cancelled(view, question, snapshot) if wide.excluded_count else 0
    table = replace(wide, name=name, excluded_count=excluded, cubes={})
    return replace(table, **_sums(snapshot, table))


def _count_cancelled(view: View, question: Question, snapshot: Snapshot) -> int:
    tests = [*_own_tests(view, question), "cancelled_code IS NOT NULL"]
    counted = f"SELECT count(*) FROM mart_incident AS source WHERE {' AND '.join(tests)}"
    bound = question.bind(counted, since_at=view.filters.since_at, until_at=view.filters.until_at)
    return snapshot.rows(bound.sql, bound.params)[0][0]


def _own_tests(view: View, question: Question) -> list[str]:
    """Returns the tests of a view's rows; the rows behind a number have its own period instead of one."""
    at, filters = AT[view.unit], view.filters
    tests = [
        f"source.{at} <= $as_of_at",
        *row_tests(question, of_metric=False),
        *word_tests(view.words, question),
    ]
    if view.metric:
        return tests
    tests += [f"source.{at} >= $since_at"] if filters.since_at else []
    return tests + ([f"source.{at} < $until_at"] if filters.until_at else [])


def drop_table(table: Table, snapshot: Snapshot) -> None:
    """Drops a table; a question that still reads it reads on."""
    snapshot.rows(f"DROP TABLE IF EXISTS {table.name}")


def _choose(view: View, question: Question, *, snapshot: Snapshot, into: str, listed: str) -> int:
    """Writes the view's own rows; returns how many cancelled incidents were left out of them."""
    tests, filters = _own_tests(view, question), view.filters
    if view.metric:
        tests.append(f"source.incident_no IN (SELECT incident_no FROM {listed})")
    is_counted = view.unit == "incident" and not view.metric
    where = " AND ".join(tests)
    bound = question.bind(
        f"CREATE TABLE {into} AS SELECT {OWN[view.unit]} FROM mart_{view.unit} AS source WHERE {where}",
        since_at=filters.since_at,
        until_at=filters.until_at,
    )
    snapshot.rows(bound.sql, bound.params)
    if not is_counted:
        return 0
    excluded = snapshot.rows(f"SELECT count(*) FROM {into} WHERE cancelled_code IS NOT NULL")[0][0]
    if excluded:
        snapshot.rows(f"DELETE FROM {into} WHERE cancelled_code IS NOT NULL")
    return excluded


def _join_incidents(view: View, snapshot: Snapshot, *, chosen: str, whole: str) -> None:
    """Writes the incidents the rows belong to: reports take their stage and clocks from them."""
    if view.unit == "incident":
        return
    first = snapshot.rows(f"SELECT min(month_id) FROM {chosen}")[0][0]
    # A month is local: two days cover every zone. The bound lets older files be skipped.
    since = date.fromisoformat(f"{first or '2000-01'}-01") - timedelta(days=2)
    sql = (
        f"CREATE TABLE {whole} AS SELECT {SHARED} FROM mart_incident WHERE first_signal_at >= $since "
        f"AND incident_no IN (SELECT incident_no FROM {chosen})"
    )
    snapshot.rows(sql, {"since": since})


def _codes(snapshot: Snapshot, chosen: str, column: str) -> tuple[str, ...]:
    found = snapshot.rows(f"SELECT DISTINCT {column} FROM {chosen} WHERE {column} IS NOT NULL ORDER BY 1")
    return ("", *(value for (value,) in found))


def _days(
    view: View, question: Question, *, snapshot: Snapshot, chosen: str
) -> tuple[date | None, int, tuple[str, ...]]:
    """Returns the first day of the axis, the days per bin and the first day of each bin: the period, empty days too."""
    first, last = snapshot.rows(f"SELECT min(day_date), max(day_date) FROM {chosen}")[0]
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


def _coded_sql(snapshot: Snapshot, *, chosen: str, incidents: str, codes: dict[str, tuple[str, ...]]) -> str:
    """Returns SQL of the compact rows: each clock by the SELECT that came with the generation, matured by as-of."""
    shipped = snapshot.opened.shipped
    clocks = [
        f"{code} AS (WITH mart_incident AS (SELECT * FROM {incidents}) {shipped[select]})"
        for code, select in (
            ("h3", "mart_clock_handle"),
            ("ot", "mart_clock_on_time"),
            ("spent", "mart_segment_dispatch_handle"),
        )
    ]
    books = [
        f"{name}_book AS (SELECT unnest(${name}_codes) AS word, unnest(range({len(codes[name])})) AS place)"
        for name in ("stage", "late", *CODED)
    ]
    joins = "".join(
        f" LEFT JOIN {name}_book ON {name}_book.word = coalesce(own.{column}, '')"
        for name, column in CODED.items()
    )
    places = ", ".join(f"coalesce({name}_book.place, 0)::{_kind(codes[name])} AS {name}" for name in CODED)
    matured = "CASE WHEN is_timed AND {0}.eligible_count = 1 AND {0}.due_at <= $as_of_at THEN 2 - {0}.in_time_count ELSE 0 END"
    return f"""WITH {", ".join([*clocks, *books])},
    standing AS (SELECT incident_no, due_at, {STAGE} AS stage, {LATE} AS late,
        {REPEAT.format("report_count")} AS repeat FROM {incidents})
SELECT own.no, own.moment, standing.due_at AS due,
    ((own.day_date - $first_date) // $day_count)::USMALLINT AS day, own.hour::UTINYINT AS hour, {places},
    stage_book.place::UTINYINT AS stage, late_book.place::UTINYINT AS late,
    coalesce(own.severity_level, 0)::UTINYINT AS severity, standing.repeat::UTINYINT AS repeat,
    ({matured.format("h3")})::UTINYINT AS h3, ({matured.format("ot")})::UTINYINT AS ot,
    (CASE WHEN NOT is_timed OR spent.excluded_code IS NOT NULL OR spent.start_at > $as_of_at THEN 0
        ELSE {_bin()} + CASE WHEN spent.stop_at <= $as_of_at THEN 0 ELSE {TIME_BINS} END END)::UTINYINT AS spent,
    own.weight::USMALLINT AS weight
FROM {chosen} AS own JOIN standing USING (incident_no) JOIN h3 USING (incident_no) JOIN ot USING (incident_no)
    JOIN spent USING (incident_no){joins}
    JOIN stage_book ON stage_book.word = standing.stage JOIN late_book ON late_book.word = standing.late"""


def _bin() -> str:
    watched = "least(coalesce(spent.minutes, 'inf'), epoch($as_of_at - spent.start_at) / 60)"
    return f"least({TIME_BINS}, CASE WHEN {watched} < 1 THEN 1 ELSE 2 + floor(5 * log2({watched})) END)"


def _kind(codes: tuple[str, ...]) -> str:
    return "UTINYINT" if len(codes) <= 256 else "USMALLINT"


def _sums(snapshot: Snapshot, table: Table) -> dict[str, object]:
    """Returns how many rows a table has, and each of its codes when nothing is selected."""
    totals = {each: [0] * len(words) for each, words in table.codes.items()}
    for each, counts in totals.items():
        for place, count in snapshot.rows(f"SELECT {each}, count(*) FROM {table.name} GROUP BY 1"):
            counts[place] = count
    return {"row_count": snapshot.rows(f"SELECT count(*) FROM {table.name}")[0][0], "totals": totals}
