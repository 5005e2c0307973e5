"""Rollups (汇总): sums of additive measures per day, so that a long period costs what a short one does."""

from __future__ import annotations

from etl.clocks import MEASURES
from etl.zone import local_sql

KIND = "feed_id, category_code, domain_code, department_id"
COUNTS = ("report_count", "incident_count", "cancelled_count", "closed_count")


def rollup_sql(
    *, incident: str, report: str, clock: str, zone_name: str, by_month: bool = False
) -> dict[str, str]:
    """Returns the SELECT of every roll_ table over tables shaped like mart_incident, mart_report and mart_clock.

    With `by_month` each rollup carries the partition (month_id of the incident) as one more column.
    """
    part = "month_id, " if by_month else ""
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in MEASURES)
    head = f"SELECT {part}clock_code, due_date"
    days = f"({local_sql('closed_at', zone_name=zone_name)})::DATE"
    return {
        "roll_clock_grid": f"{head}, grid_id, excluded_code, {sums} FROM {clock} GROUP BY ALL",
        "roll_clock_kind": f"{head}, {KIND}, excluded_code, {sums} FROM {clock} GROUP BY ALL",
        "roll_count_grid": _count_sql(f"{part}grid_id", incident=incident, report=report, closed_day=days),
        "roll_count_kind": _count_sql(f"{part}{KIND}", incident=incident, report=report, closed_day=days),
        "roll_hour": _hour_sql(f"{part}feed_id, domain_code", incident=incident, report=report),
    }


def _count_sql(dims: str, *, incident: str, report: str, closed_day: str) -> str:
    counts = "{} AS report_count, {} AS incident_count, {} AS cancelled_count, {} AS closed_count"
    counted = counts.format(
        0, "(cancelled_code IS NULL)::INTEGER", "(cancelled_code IS NOT NULL)::INTEGER", 0
    )
    closed = "closed_at IS NOT NULL AND cancelled_code IS NULL"
    parts = [
        f"SELECT reported_date AS date, {dims}, {counts.format(1, 0, 0, 0)} FROM {report}",
        f"SELECT signal_date, {dims}, {counted} FROM {incident}",
        f"SELECT {closed_day}, {dims}, {counts.format(0, 0, 0, 1)} FROM {incident} WHERE {closed}",
    ]
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in COUNTS)
    return f"SELECT date, {dims}, {sums} FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL"


def _hour_sql(dims: str, *, incident: str, report: str) -> str:
    counted = "(cancelled_code IS NULL)::INTEGER"
    parts = [
        f"SELECT reported_date AS date, reported_hour AS hour, {dims}, 1 AS report_count, 0 AS incident_count FROM {report}",
        f"SELECT signal_date, signal_hour, {dims}, 0, {counted} FROM {incident}",
    ]
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in COUNTS[:2])
    return f"SELECT date, hour, {dims}, {sums} FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL"


def signed_rollup_sql(name: str, *, after: str, before: str) -> str:
    """Returns the difference of two rollups of one name as signed counts; adding it to `before` gives `after`."""
    measures = (
        MEASURES if name.startswith("roll_clock") else COUNTS if name.startswith("roll_count") else COUNTS[:2]
    )
    sums = ", ".join(f"sum({m})::BIGINT AS {m}" for m in measures)
    negated = ", ".join(f"-{m} AS {m}" for m in measures)
    both = f"SELECT * FROM ({after}) UNION ALL SELECT * REPLACE ({negated}) FROM ({before})"
    kept = f"SELECT * EXCLUDE ({', '.join(measures)}), {sums} FROM ({both}) GROUP BY ALL"
    return f"SELECT * FROM ({kept}) WHERE {' OR '.join(f'{m} <> 0' for m in measures)}"
