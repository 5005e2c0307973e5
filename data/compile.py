"""Turns a question into SQL: the metric's formula over rollups for whole past days and rows for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.definitions import Rollup
from data.question import TIME_DIMENSIONS, Question, Statement


def compile_aggregate(question: Question) -> Statement:
    """Returns SQL giving one row per group: the `by` columns, value, n, spread, lower, upper, ledger.

    `ledger` is a map exclusion code -> cases over the whole answer, repeated on each row.
    """
    keys = group_keys(question)
    sql = f"WITH part AS MATERIALIZED ({source(question)}) SELECT {', '.join(keys + told_columns(question))} FROM part"
    order = ", ".join(f"{key} NULLS LAST" for key in keys)
    return question.bind(sql + grouping(question) + (f" ORDER BY {order}" if keys else ""))


def group_keys(question: Question) -> list[str]:
    """Returns the columns of the groups."""
    return [f'"{name}"' for name in question.request.by]


def told_columns(question: Question, *, where: str = "true") -> list[str]:
    """Returns the aggregates over `part` that make a number; the ledger reads the rows of it that pass `where`."""
    metric = question.metric
    columns = [
        f"{metric.value} AS value",
        f"{metric.sample} AS n",
        f"{metric.hits or metric.error or 'NULL'} AS spread",
        f"{metric.lower or 'NULL'} AS lower",
        f"{metric.upper or 'NULL'} AS upper",
    ]
    if "excluded_count" not in question.mart.measures:
        return [*columns, "NULL AS ledger"]
    ledger = (
        "(SELECT map_from_entries(list((code, cases))) FROM (SELECT excluded_code AS code, "
        f"CAST(sum(excluded_count) AS BIGINT) AS cases FROM part WHERE {where} AND excluded_code IS NOT NULL "
        "GROUP BY ALL HAVING cases <> 0)) AS ledger"
    )
    return [*columns, ledger]


def grouping(question: Question) -> str:
    """Returns GROUP BY and HAVING of a grouped number."""
    keys = group_keys(question)
    if not keys:
        return ""
    # Signed rollups may leave a group whose sums are all zero: no case, no row.
    sums = [f"sum({name}) <> 0" for name in _measures(question)] if question.mart.is_additive else ["true"]
    return f" GROUP BY {', '.join(keys)} HAVING {' OR '.join(sums)}"


def compile_lifetimes(question: Question) -> Statement:
    """Returns SQL giving, per group and duration, how many segments ended and how many were still watched."""
    keys = ", ".join(f'"{name}"' for name in question.request.by)
    lead = f"{keys}, " if keys else ""
    chosen = _rows(question, {"has_ended": "has_ended", "watched_minutes": "watched_minutes"})
    sql = (
        f"SELECT {lead}watched_minutes AS minutes, count(*) FILTER (WHERE has_ended) AS ended, "
        f"count(*) FILTER (WHERE NOT has_ended) AS censored FROM ({chosen}) GROUP BY ALL ORDER BY {lead}minutes"
    )
    return question.bind(sql)


def compile_people(question: Question) -> Statement:
    """Returns SQL giving, per group, how many different people are behind the rows."""
    keys = "".join(f'"{name}", ' for name in question.request.by)
    chosen = _rows(question, {"person": question.mart.person})
    return question.bind(f"SELECT {keys}count(DISTINCT person) FROM ({chosen}) GROUP BY ALL")


def source(question: Question) -> str:
    """Returns SQL of the additive parts of a number: group keys, kept codes and sums of measures."""
    mart = question.mart
    if not mart.is_additive:
        columns = _row_columns(question)
        return _rows(question, {**columns.kept, **columns.measures})
    rollup = choose_rollup(question)
    if rollup is None or question.span.end_date is None:
        return _sums(question, _row_columns(question), _from_rows(question, None))
    parts = [_sums(question, _roll_columns(question, rollup), _from_rollup(question, rollup))]
    for number, part in enumerate(question.span.parts):
        parts.append(_sums(question, _row_columns(question), _from_rows(question, (number, part))))
    return " UNION ALL ".join(parts)


def choose_rollup(question: Question) -> Rollup | None:
    """Returns the smallest rollup that has all the question's dimensions and measures; None: rows only."""
    if not question.mart.at:
        return None
    needed = (
        set(question.filters) | set(question.picked) | (question.metric.names - set(question.mart.measures))
    )
    needed |= {name for name in question.request.by if name not in (*question.levels, *TIME_DIMENSIONS)}
    if question.area_ids or any(name in question.levels for name in question.request.by):
        needed.add("grid_id")
    if question.scope.department_ids is not None:
        needed.add("department_id")
    measures = question.metric.names & set(question.mart.measures)
    for rollup in question.mart.rollups:
        if needed <= set(rollup.dimensions) and measures <= set(rollup.measures):
            return rollup
    return None


@dataclass(frozen=True)
class _Columns:
    """How the group keys, kept codes and measures read in one source."""

    keys: dict[str, str]
    kept: dict[str, str]
    measures: dict[str, str]


def _row_columns(question: Question) -> _Columns:
    mart = question.mart
    expressions = {**{name: name for name in mart.keep}, **mart.dimensions}
    return _columns(question, expressions, day=mart.date, measures=mart.measures)


def _roll_columns(question: Question, rollup: Rollup) -> _Columns:
    expressions = {name: name for name in rollup.dimensions}
    return _columns(question, expressions, day=rollup.date, measures={name: name for name in rollup.measures})


def _columns(
    question: Question, expressions: dict[str, str], *, day: str | None, measures: dict[str, str]
) -> _Columns:
    metric, mart = question.metric, question.mart
    times = {"date": day, "month": f"strftime({day}, '%Y-%m')"}
    keys = {}
    for name in question.request.by:
        if name in question.levels:
            keys[name] = "grid_id" if name == "grid" else f"{name}_area_id"
        else:
            keys[name] = times[name] if name in times else expressions[name]
    kept = metric.formula_names - set(mart.measures)
    if "excluded_count" in mart.measures:
        kept = kept | {"excluded_code"}
    return _Columns(
        keys,
        {name: expressions[name] for name in sorted(kept - set(keys))},
        {name: measures[name] for name in _measures(question)},
    )


def _measures(question: Question) -> list[str]:
    """Returns the measures a number needs, with the one its exclusion ledger needs."""
    measures = question.mart.measures
    return sorted(question.metric.formula_names & set(measures) | ({"excluded_count"} & set(measures)))


def _sums(question: Question, columns: _Columns, source_sql: str) -> str:
    plain = [f'{sql} AS "{name}"' for name, sql in {**columns.keys, **columns.kept}.items()]
    sums = [f"sum({sql}) AS {name}" for name, sql in columns.measures.items()]
    return f"SELECT {', '.join(plain + sums)} {source_sql}" + (" GROUP BY ALL" if plain else "")


def _rows(question: Question, columns: dict[str, str]) -> str:
    """Returns SQL of single rows: group keys and columns by name, for formulas that are not sums."""
    keys = _row_columns(question).keys
    chosen = keys | {name: sql for name, sql in columns.items() if name not in keys}
    listed = ", ".join(f'{sql} AS "{name}"' for name, sql in chosen.items())
    return f"SELECT {listed} {_from_rows(question, None)}"


def _from_rollup(question: Question, rollup: Rollup) -> str:
    tests = row_tests(question, is_rows=False)
    if question.span.first_date:
        question.params["first_date"] = question.span.first_date
        tests.append(f"{rollup.date} >= $first_date")
    question.params["end_date"] = question.span.end_date
    tests.append(f"{rollup.date} < $end_date")
    return f"FROM {rollup.table} AS source {_joins(question)} WHERE {' AND '.join(tests)}"


def _from_rows(question: Question, part: tuple | None) -> str:
    """Returns FROM and WHERE of the rows of one part of the period (None: all of it)."""
    tests = row_tests(question)
    chosen = [" AND ".join([*tests, *each]) for each in row_periods(question, part)]
    rows = question.rows
    if len(chosen) == 1:
        where = f" WHERE {chosen[0]}" if chosen[0] else ""
        return f"FROM ({rows}) AS source {_joins(question)}{where}"
    read = " UNION ALL ".join(f"SELECT * FROM ({rows}) AS source WHERE {each}" for each in chosen)
    return f"FROM ({read}) AS source {_joins(question)}"


def row_periods(question: Question, part: tuple | None) -> list[list[str]]:
    """Returns the tests that keep the rows of a period, as alternatives that do not overlap.

    A column computed from others cannot skip files; the columns it is made of can. So the period of a clock is asked
    of its start, and apart from that of the cases that have no limit.
    """
    mart, filters = question.mart, question.request.filters
    if mart.at is None:
        return [[]]
    number, (since_at, until_at) = part or ("", (filters.since_at, filters.until_at))
    window = {f"since{number}_at": since_at, f"until{number}_at": until_at}
    question.params.update({name: instant for name, instant in window.items() if instant is not None})
    if mart.prune is None or question.is_recent:
        return [_within(mart.at, window)]
    exact = _within(mart.prune.exact, window)
    missing = [f"{mart.prune.exact} IS NULL", *_within(mart.prune.fallback, window)]
    if question.metric.limit:
        values = question.catalogue.rules[question.metric.limit.rule].values.values()
        question.params["longest_limit"] = timedelta(minutes=max(values))
        question.params["shortest_limit"] = timedelta(minutes=min(values))
        exact += _within(mart.prune.start, window, earlier=True)
        missing.append(f"{mart.prune.start} IS NULL")
    return [exact, missing]


def _within(column: str, window: dict[str, datetime | None], *, earlier: bool = False) -> list[str]:
    """Returns tests for a window; `earlier` moves it by the metric's limit, wide enough for all its dated values."""
    (since, since_at), (until, until_at) = window.items()
    longest, shortest = (" - $longest_limit", " - $shortest_limit") if earlier else ("", "")
    tests = [f"{column} <= $as_of_at{shortest}"]
    if since_at is not None:
        tests.append(f"{column} >= ${since}{longest}")
    if until_at is not None:
        tests.append(f"{column} < ${until}{shortest}")
    return tests


def row_tests(question: Question, *, of_metric: bool = True, is_rows: bool = True) -> list[str]:
    """Returns the tests of the metric's `where`, the filters, the area and what the asker may see."""
    tests = [f"({question.metric.where})"] if of_metric and question.metric.where else []
    if of_metric and is_rows and question.mart.branches:
        tests.append("(" + " OR ".join(f"row_code = '{code}'" for code in question.branches) + ")")
    return tests + _filter_tests(question, is_rows=is_rows) + _scope_tests(question, is_rows=is_rows)


def _filter_tests(question: Question, *, is_rows: bool) -> list[str]:
    tests = []
    for name, value in question.filters.items():
        if name in question.mart.dimensions:
            question.params[name] = value
            tests.append(f"{_dimension(question, name, is_rows=is_rows)} = ${name}")
    for name, value in question.picked.items():
        question.params[f"pick_{name}"] = value
        tests.append(f"CAST({_dimension(question, name, is_rows=is_rows)} AS VARCHAR) = $pick_{name}")
    return tests


def _scope_tests(question: Question, *, is_rows: bool) -> list[str]:
    """Returns the tests of the chosen area and of what the asker may see; what says not whose it is, nobody limited sees."""
    if question.is_shut:
        return ["false"]
    tests = []
    dimensions = question.mart.dimensions
    if "grid_id" in dimensions:
        grid = _dimension(question, "grid_id", is_rows=is_rows)
        for name, area_ids in question.area_ids.items():
            question.params[name] = list(area_ids)
            tests.append(
                f"{grid} IN (SELECT grid_id FROM dim_area_grid WHERE list_contains(${name}, area_id))"
            )
    is_limited = question.scope.department_ids is not None and not question.mart.is_town_wide
    if is_limited and "department_id" in dimensions:
        question.params["scope_department_ids"] = sorted(question.scope.department_ids)
        department = _dimension(question, "department_id", is_rows=is_rows)
        tests.append(f"list_contains($scope_department_ids, {department})")
    return tests


def _dimension(question: Question, name: str, *, is_rows: bool) -> str:
    """Returns SQL of a dimension: its expression over the rows, its name in a rollup."""
    sql = question.mart.dimensions[name] if is_rows else name
    return f"source.{sql}" if sql == name else f"({sql})"


def _joins(question: Question) -> str:
    joins = []
    for name in question.request.by:
        if name in question.levels and name != "grid":
            question.params[f"level_{name}"] = name
            joins.append(  # renamed columns: `grid_id` must stay unambiguous in the metric's own SQL
                f"LEFT JOIN (SELECT grid_id AS {name}_grid_id, area_id AS {name}_area_id FROM dim_area_grid "
                f"WHERE level_code = $level_{name}) ON {name}_grid_id = source.grid_id"
            )
    return " ".join(joins)
