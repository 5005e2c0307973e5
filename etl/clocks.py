"""The clocks and segments of an incident (时钟) as views: data/clocks.yaml turned into one SELECT per clock."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from data.yamlfile import DefinitionError, read_yaml
from etl.zone import local_sql

DATA = Path(__file__).resolve().parent.parent / "data"
DIMENSIONS = "incident_id, incident_no, month_id, feed_id, category_code, domain_code, department_id, grid_id, severity_level"
MEASURES = (
    "eligible_count",
    "measured_count",
    "in_time_count",
    "lower_count",
    "upper_count",
    "excluded_count",
)


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
    branches = " ".join(
        f"WHEN {start} >= DATE '{day}' THEN {value * scale}" for day, value in reversed(dated)
    )
    return f"CASE {branches} ELSE {dated[0][1] * scale} END" if len(dated) > 1 else str(dated[0][1] * scale)


def longest_sql() -> str:
    """Returns the longest believable duration as a SQL interval (sla.longest_duration, newest value)."""
    values = _limits()["sla.longest_duration"]["values"]
    return f"INTERVAL {values[max(values)]} DAY"


def single_sql(*, source: str, zone_name: str) -> dict[str, str]:
    """Returns one SELECT per clock and per segment: planning all of them for a question about one costs more than reading it."""
    found = {}
    for code in read_clocks()["clocks"]:
        found[f"mart_clock_{code}"] = clock_sql(source=source, zone_name=zone_name, codes=(code,))
    for code in read_clocks()["segments"]:
        found[f"mart_segment_{code}"] = segment_sql(source=source, zone_name=zone_name, codes=(code,))
    return found


def clock_sql(*, source: str, zone_name: str, codes: tuple[str, ...] = (), carried: str = "") -> str:
    """Returns the SELECT of mart_clock over `source` (mart_incident's columns): one row per incident and clock.

    A branch per clock says only what differs; what is the same for all is computed above the union, so that the
    planner sees it once and a filter on clock_code drops the other branches. `carried` names one more column of the
    source that goes along.
    """
    shared = f"{DIMENSIONS}, {carried}" if carried else DIMENSIONS
    chosen = {code: spec for code, spec in read_clocks()["clocks"].items() if not codes or code in codes}
    union = "\nUNION ALL\n".join(
        _one_clock(code, spec, source=source, shared=shared) for code, spec in chosen.items()
    )
    shown_due = "coalesce(limit_at, first_signal_at)"
    return f"""SELECT clock_code, {shared}, first_signal_at, start_at, stop_at, limit_at, {shown_due} AS due_at,
  ({local_sql(shown_due, zone_name=zone_name)})::DATE AS due_date,
  round(epoch(stop_at - start_at) / 60.0, 3) AS minutes, excluded_code,
  (excluded_code IS NULL)::INTEGER AS eligible_count,
  (excluded_code IS NULL AND evidence_code = 'measured')::INTEGER AS measured_count,
  (excluded_code IS NULL AND evidence_code = 'measured' AND is_in_time)::INTEGER AS in_time_count,
  (excluded_code IS NULL AND ((evidence_code = 'measured' AND is_in_time) OR is_surely_in_time))::INTEGER AS lower_count,
  (excluded_code IS NULL AND NOT (evidence_code = 'measured' AND NOT is_in_time) AND NOT is_surely_late)::INTEGER AS upper_count,
  (excluded_code IS NOT NULL)::INTEGER AS excluded_count
FROM (SELECT *, coalesce(stop_at <= limit_at, false) AS is_in_time,
  CASE WHEN cancelled_code IS NOT NULL THEN 'cancelled' WHEN is_recorded IS FALSE THEN 'not_recorded'
    WHEN NOT is_applicable THEN inapplicable_code
    WHEN NOT is_needed THEN 'not_needed' WHEN start_at IS NULL THEN 'no_start' WHEN limit_at IS NULL THEN 'no_limit'
    WHEN stop_at < start_at THEN 'negative' WHEN stop_at > start_at + {longest_sql()} THEN 'too_long'
    WHEN is_paused THEN 'suspended' WHEN is_missing THEN 'no_stop' END AS excluded_code
FROM ({union}))"""


def _one_clock(code: str, spec: dict, *, source: str, shared: str) -> str:
    start, stop = spec["start"], spec["stop"]
    evidence, surely_in, surely_late = "'measured'", "false", "false"
    if spec.get("bounded"):
        start = f"coalesce({start}, occurred_ub_at, first_signal_at)"
        limit, evidence = f"to_minutes({limit_sql(spec['limit'], 'first_signal_at')})", "evidence_code"
        surely_in = f"evidence_code = 'bounded' AND coalesce({stop} - occurred_lb_at <= {limit}, false)"
        surely_late = f"evidence_code = 'bounded' AND coalesce({stop} - occurred_ub_at > {limit}, false)"
    due = spec.get("due") or f"{start} + to_minutes({limit_sql(spec['limit'], start)})"
    applies, needed = spec.get("applies"), spec.get("not_needed")
    may_miss = stop != "closed_at" and not spec.get(
        "missing_is_late"
    )  # R4: closed, but this time was never written down
    missing = f"{stop} IS NULL AND closed_at IS NOT NULL" if may_miss else "false"
    return (
        f"SELECT '{code}' AS clock_code, {shared}, first_signal_at, cancelled_code, {start} AS start_at, {stop} AS stop_at, "
        f"{due} AS limit_at, {applies or 'true'} AS is_applicable, "
        f"'not_{(applies or '').removeprefix('is_')}' AS inapplicable_code, "
        f"{f'NOT {needed}' if needed else 'true'} AS is_needed, {spec.get('recorded', 'true')} AS is_recorded, "
        f"{spec.get('paused', 'false')} AS is_paused, {missing} AS is_missing, {evidence} AS evidence_code, "
        f"{surely_in} AS is_surely_in_time, {surely_late} AS is_surely_late FROM {source}"
    )


def segment_sql(*, source: str, zone_name: str, codes: tuple[str, ...] = ()) -> str:
    """Returns the SELECT of mart_segment over `source`: one row per incident and segment, stop_at null while open.

    A cancelled case that never got to the stop was watched until its cancellation: `minutes` says how long. Closing it
    is that cancellation, so it does not end a segment that runs to the closing (definitions 3.6).
    """
    chosen = {code: spec for code, spec in read_clocks()["segments"].items() if not codes or code in codes}
    return "\nUNION ALL\n".join(
        _one_segment(code, spec, source=source, zone_name=zone_name) for code, spec in chosen.items()
    )


def _one_segment(code: str, spec: dict, *, source: str, zone_name: str) -> str:
    start, stop = spec["start"], spec["stop"]
    if stop == "closed_at":
        stop = "CASE WHEN cancelled_code IS NULL THEN closed_at END"
    last = f"coalesce({stop}, CASE WHEN cancelled_code IS NOT NULL THEN closed_at END)"
    outside = f" WHEN {spec['not_needed']} THEN 'not_needed'" if "not_needed" in spec else ""
    if "recorded" in spec:
        outside += f" WHEN {spec['recorded']} IS FALSE THEN 'not_recorded'"
    return f"""SELECT '{code}' AS segment_code, {DIMENSIONS}, {start} AS start_at, {stop} AS stop_at,
  ({local_sql(start, zone_name=zone_name)})::DATE AS start_date, round(epoch({last} - {start}) / 60.0, 3) AS minutes,
  cancelled_code IS NOT NULL AS is_cancelled,
  CASE WHEN {start} IS NULL THEN 'no_start'{outside} WHEN {last} < {start} THEN 'negative'
    WHEN {last} > {start} + {longest_sql()} THEN 'too_long'
    WHEN {last} IS NULL AND closed_at IS NOT NULL THEN 'no_stop' END AS excluded_code
FROM {source}"""
