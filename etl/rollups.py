"""Rollups (汇总): sums of additive measures per day, so that a long period costs what a short one does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from etl.clocks import MEASURES
from etl.zone import local_sql

KIND = "feed_id, category_code, domain_code, department_id"
COUNTS = ("report_count", "incident_count", "cancelled_count", "closed_count")


# What an incident touched since the base counts: once as it is now, and off as the base still has it.
WEIGHT = "weight"


def rollup_sql(
    *, incident: str, report: str, clock: str, zone_name: str, by_month: bool = False
) -> dict[str, str]:
    """Returns the SELECT of every roll_ table over tables shaped like mart_incident, mart_report and mart_clock.

    With `by_month` each rollup carries the partition (month_id of the incident) as one more column.
    """
    tables = {"incident": incident, "report": report, "clock": clock}
    return _rollups("month_id, " if by_month else "", "", tables=tables, zone_name=zone_name)


def signed_rollup_sql(*, incident: str, report: str, clock: str, zone_name: str) -> dict[str, str]:
    """Returns the same over tables with a column `weight` (1: as it is, -1: as the base has it), rows of zeros left out.

    Adding its rows to the rollups of the base gives the rollups of now.
    """
    tables = {"incident": incident, "report": report, "clock": clock}
    sql = _rollups("", WEIGHT, tables=tables, zone_name=zone_name)
    return {name: f"{select} HAVING {_not_zero(name)}" for name, select in sql.items()}


def _rollups(part: str, weight: str, *, tables: Mapping[str, str], zone_name: str) -> dict[str, str]:
    head = f"SELECT {part}clock_code, due_date"
    sums = _sums(MEASURES, weight)
    days = f"({local_sql('closed_at', zone_name=zone_name)})::DATE"
    clock = tables["clock"]
    counted = {"incident": tables["incident"], "report": tables["report"], "weight": weight}
    return {
        "roll_clock_grid": f"{head}, grid_id, excluded_code, {sums} FROM {clock} GROUP BY ALL",
        "roll_clock_kind": f"{head}, {KIND}, excluded_code, {sums} FROM {clock} GROUP BY ALL",
        "roll_count_grid": _count_sql(f"{part}grid_id", closed_day=days, **counted),
        "roll_count_kind": _count_sql(f"{part}{KIND}", closed_day=days, **counted),
        "roll_hour": _hour_sql(f"{part}feed_id, domain_code", **counted),
    }


def _sums(names: Sequence[str], weight: str) -> str:
    factor = f" * {weight}" if weight else ""
    return ", ".join(f"sum({name}{factor})::BIGINT AS {name}" for name in names)


def _not_zero(name: str) -> str:
    measures = (
        MEASURES if name.startswith("roll_clock") else COUNTS if name.startswith("roll_count") else COUNTS[:2]
    )
    return " OR ".join(f"sum({measure} * {WEIGHT}) <> 0" for measure in measures)


def _count_sql(dims: str, *, incident: str, report: str, closed_day: str, weight: str) -> str:
    counts = "{} AS report_count, {} AS incident_count, {} AS cancelled_count, {} AS closed_count"
    counted = counts.format(
        0, "(cancelled_code IS NULL)::INTEGER", "(cancelled_code IS NOT NULL)::INTEGER", 0
    )
    closed = "closed_at IS NOT NULL AND cancelled_code IS NULL"
    carried = f"{dims}, {weight}" if weight else dims
    parts = [
        f"SELECT reported_date AS date, {carried}, {counts.format(1, 0, 0, 0)} FROM {report}",
        f"SELECT signal_date, {carried}, {counted} FROM {incident}",
        f"SELECT {closed_day}, {carried}, {counts.format(0, 0, 0, 1)} FROM {incident} WHERE {closed}",
    ]
    return f"SELECT date, {dims}, {_sums(COUNTS, weight)} FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL"


def _hour_sql(dims: str, *, incident: str, report: str, weight: str) -> str:
    counted = "(cancelled_code IS NULL)::INTEGER"
    carried = f"{dims}, {weight}" if weight else dims
    parts = [
        f"SELECT reported_date AS date, reported_hour AS hour, {carried}, 1 AS report_count, 0 AS incident_count "
        f"FROM {report}",
        f"SELECT signal_date, signal_hour, {carried}, 0, {counted} FROM {incident}",
    ]
    sums = _sums(COUNTS[:2], weight)
    return f"SELECT date, hour, {dims}, {sums} FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL"
