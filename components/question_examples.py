"""Statements to begin with (示例查询): each runs as it stands; `$` parameters are asked for beside it."""

from __future__ import annotations

_BY_COMMUNITY = """SELECT a.area_id, a.name_zh, count(*) AS n
FROM mart_incident AS i
JOIN dim_area_grid AS g USING (grid_id)
JOIN dim_area AS a ON a.area_id = g.area_id AND a.level_code = 'community'
WHERE i.first_signal_at >= $as_of_at - INTERVAL 28 DAY AND i.cancelled_code IS NULL
GROUP BY ALL ORDER BY n DESC"""
_BY_HOUR = """SELECT hour(local_at(first_signal_at)) AS hour_of_day, count(*) AS n
FROM mart_incident
WHERE first_signal_at >= $since AND cancelled_code IS NULL
GROUP BY 1 ORDER BY 1"""
_SLOW = """SELECT department_id, count(*) AS n, median(minutes) AS median_minutes,
       quantile_cont(minutes, 0.9) AS p90_minutes
FROM mart_segment
WHERE segment_code = 'dispatch_handle' AND excluded_code IS NULL AND stop_at IS NOT NULL
  AND start_at >= $as_of_at - INTERVAL 90 DAY
GROUP BY 1 HAVING count(*) >= 30 ORDER BY p90_minutes DESC"""
_AGAIN = """WITH comebacks AS (
  SELECT category_code, count(*) AS n, count_if(came_back_at IS NOT NULL) AS back
  FROM mart_recurrence WHERE matured_at <= $as_of_at AND excluded_code IS NULL GROUP BY 1)
SELECT category_code, n, back, round(100.0 * back / n, 1) AS back_pct
FROM comebacks WHERE n >= 30 ORDER BY back_pct DESC"""
_OPEN_BY_GRID = """SELECT grid_id, count(*) AS open_count, count_if(due_at < $as_of_at) AS late_count
FROM mart_incident WHERE is_open AND grid_id IS NOT NULL
GROUP BY 1 ORDER BY late_count DESC"""
_HAZARDS = """SELECT class8_code, strftime(found_at, '%Y-%m') AS month_id, count(*) AS found,
       count_if(verified_at IS NOT NULL) AS verified
FROM mart_hazard WHERE found_at >= $as_of_at - INTERVAL 365 DAY
GROUP BY ALL ORDER BY ALL"""
_WORDS = """SELECT category_code, count(*) AS n
FROM mart_report
WHERE description_text LIKE '%' || $word || '%' AND reported_at >= $as_of_at - INTERVAL 90 DAY
GROUP BY 1 ORDER BY n DESC LIMIT 20"""
_PAID = """SELECT month_id, value AS payments, sample_count, flag_code
FROM told_metric WHERE metric_id = 'payment_count' AND month_id IS NOT NULL ORDER BY month_id"""

EXAMPLES: dict[str, dict] = {
    "community": {"sql": _BY_COMMUNITY, "view": {"mode": "map", "x": "area_id", "y": "n"}},
    "hour": {
        "sql": _BY_HOUR,
        "parameters": [{"name": "since", "kind": "date", "value": "2026-10-01"}],
        "view": {"mode": "bar", "x": "hour_of_day", "y": "n"},
    },
    "slow": {"sql": _SLOW, "view": {"mode": "bar", "x": "department_id", "y": "p90_minutes"}},
    "again": {"sql": _AGAIN, "view": {"mode": "bar", "x": "category_code", "y": "back_pct"}},
    "open": {"sql": _OPEN_BY_GRID, "view": {"mode": "map", "x": "grid_id", "y": "late_count"}},
    "hazards": {
        "sql": _HAZARDS,
        "view": {"mode": "line", "x": "month_id", "y": "found", "colour": "class8_code"},
    },
    "words": {
        "sql": _WORDS,
        "parameters": [{"name": "word", "kind": "text", "value": "充电"}],
        "view": {"mode": "bar", "x": "category_code", "y": "n"},
    },
    "paid": {"sql": _PAID, "view": {"mode": "line", "x": "month_id", "y": "payments"}},
}
