"""The clocks and segments of an incident (时钟) as views: data/clocks.yaml turned into one SELECT per clock."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from data.yamlfile import DefinitionError, read_yaml
from etl.zone import local_sql

DATA = Path(__file__).resolve().parent.parent / "data"
DIMENSIONS = (
    "incident_id, incident_no, month_id, feed_id, category_code, domain_code, department_id, grid_id, severity_level"
)
MEASURES = ("eligible_count", "measured_count", "in_time_count", "lower_count", "upper_count", "excluded_count")


@lru_cache(maxsize=1)
def read_clocks() -> dict[str, dict]:
    """Returns data/clocks.yaml: `clocks` and `segments`, each code -> definition."""
    return read_yaml(DATA / "clocks.yaml")


@lru_cache(maxsize=1)
def _limits() -> dict[str, dict]:
    return read_yaml(DATA / "rules" / "sla.yaml")


def limit_sql(rule: str, start: str) -> str:
    """Returns SQL for the limit in minutes in force when the clock started.

    Raises:
        DefinitionError: the rule is not in data/rules/sla.yaml.
    """
    found = _limits().get(rule)
    if not found:
        raise DefinitionError(f"{DATA / 'rules' / 'sla.yaml'}: no rule {rule!r}, named by data/clocks.yaml")
    scale = {"minutes": 1, "hours": 60}[found["unit"]]
    dated = sorted(found["values"].items())
    branches = " ".join(f"WHEN {start} >= DATE '{day}' THEN {value * scale}" for day, value in reversed(dated))
    return f"CASE {branches} ELSE {dated[0][1] * scale} END" if len(dated) > 1 else str(dated[0][1] * scale)


def longest_sql() -> str:
    """Returns the longest believable duration as a SQL interval (sla.longest_duration, newest value)."""
    values = _limits()["sla.longest_duration"]["values"]
    return f"INTERVAL {values[max(values)]} DAY"


def clock_sql(*, source: str, zone_name: str) -> str:
    """Returns the SELECT of mart_clock over `source` (mart_incident's columns): one row per incident and clock."""
    parts = [_one_clock(code, spec, source, zone_name) for code, spec in read_clocks()["clocks"].items()]
    return "\nUNION ALL\n".join(parts)


def _one_clock(code: str, spec: dict, source: str, zone_name: str) -> str:
    start, stop = spec["start"], spec["stop"]
    bounded = spec.get("bounded", False)
    if bounded:
        start = f"coalesce({start}, occurred_ub_at, first_signal_at)"
    due = spec.get("due") or f"({start} + to_minutes({limit_sql(spec['limit'], start)}))"
    excluded = _exclusion(spec, start=start, due=due)
    in_time = f"coalesce({stop} <= {due}, false)"
    measured, lower, upper = "eligible", in_time, in_time
    if bounded:
        limit = limit_sql(spec["limit"], "first_signal_at")
        measured = "eligible AND evidence_code = 'measured'"
        sure = f"evidence_code = 'bounded' AND coalesce({stop} - occurred_lb_at <= to_minutes({limit}), false)"
        lost = f"evidence_code = 'bounded' AND coalesce({stop} - occurred_ub_at > to_minutes({limit}), false)"
        lower = f"(evidence_code = 'measured' AND {in_time}) OR ({sure})"
        upper = f"NOT ((evidence_code = 'measured' AND NOT {in_time}) OR ({lost}))"
        in_time = f"evidence_code = 'measured' AND {in_time}"
    shown_due = f"coalesce({due}, first_signal_at)"
    return f"""SELECT '{code}' AS clock_code, {DIMENSIONS}, {start} AS start_at, {stop} AS stop_at,
  {shown_due} AS due_at, ({local_sql(shown_due, zone_name=zone_name)})::DATE AS due_date,
  round(epoch({stop} - {start}) / 60.0, 3) AS minutes, {excluded} AS excluded_code,
  ({excluded} IS NULL)::INTEGER AS eligible_count,
  ({measured.replace("eligible", f"{excluded} IS NULL")})::INTEGER AS measured_count,
  ({excluded} IS NULL AND ({in_time}))::INTEGER AS in_time_count,
  ({excluded} IS NULL AND ({lower}))::INTEGER AS lower_count,
  ({excluded} IS NULL AND ({upper}))::INTEGER AS upper_count,
  ({excluded} IS NOT NULL)::INTEGER AS excluded_count
FROM {source}"""


def _exclusion(spec: dict, *, start: str, due: str) -> str:
    stop = spec["stop"]
    rules = ["WHEN cancelled_code IS NOT NULL THEN 'cancelled'"]
    if "applies" in spec:
        rules.append(f"WHEN NOT {spec['applies']} THEN 'not_{spec['applies'].removeprefix('is_')}'")
    if "not_needed" in spec:
        rules.append(f"WHEN {spec['not_needed']} THEN 'not_needed'")
    rules += [
        f"WHEN {start} IS NULL THEN 'no_start'",
        f"WHEN {due} IS NULL THEN 'no_limit'",
        f"WHEN {stop} < {start} THEN 'negative'",
        f"WHEN {stop} > {start} + {longest_sql()} THEN 'too_long'",
    ]
    return f"(CASE {' '.join(rules)} END)"


def segment_sql(*, source: str, zone_name: str) -> str:
    """Returns the SELECT of mart_segment over `source`: one row per incident and segment, stop_at null while open."""
    parts = []
    for code, spec in read_clocks()["segments"].items():
        start, stop = spec["start"], spec["stop"]
        parts.append(
            f"""SELECT '{code}' AS segment_code, {DIMENSIONS}, {start} AS start_at, {stop} AS stop_at,
  ({local_sql(start, zone_name=zone_name)})::DATE AS start_date, round(epoch({stop} - {start}) / 60.0, 3) AS minutes,
  cancelled_code IS NOT NULL AS is_cancelled,
  CASE WHEN {start} IS NULL THEN 'no_start' WHEN {stop} < {start} THEN 'negative'
    WHEN {stop} > {start} + {longest_sql()} THEN 'too_long' END AS excluded_code
FROM {source}"""
        )
    return "\nUNION ALL\n".join(parts)
