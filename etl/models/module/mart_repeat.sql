-- grain: one row per complaint or citizen report whose reporter is known, with the one before by the same person (重复诉求)
WITH told AS (
    SELECT
        r.report_id, r.incident_id, r.feed_id, r.category_code, r.domain_code, r.department_id, r.grid_id, r.severity_level,
        r.reported_at, r.reported_date,
        lag(r.reported_at) OVER same AS previous_at,
        lag(r.report_id) OVER same AS previous_report_id,
        lag(r.incident_id) OVER same AS previous_incident_id
    FROM mart_report AS r
    INNER JOIN dim_feed AS f ON f.feed_id = r.feed_id AND f.channel IN ('complaint', 'citizen')
    INNER JOIN raw_report AS w ON w.report_id = r.report_id AND w._is_current AND w.reporter_hash IS NOT NULL
    WHERE r.cancelled_code IS NULL
    WINDOW same AS (PARTITION BY w.feed_id, w.reporter_hash, r.category_code ORDER BY r.reported_at, r.report_id)
)
SELECT
    t.report_id, t.incident_id, t.feed_id, t.category_code, t.domain_code, t.department_id, t.grid_id, t.severity_level,
    t.reported_at, t.reported_date,
    CASE WHEN t.previous_at >= t.reported_at - to_seconds((v.value * 86400)::BIGINT) THEN t.previous_at END AS previous_at,
    CASE WHEN t.previous_at >= t.reported_at - to_seconds((v.value * 86400)::BIGINT) THEN t.previous_report_id END AS previous_report_id,
    coalesce(t.previous_at >= t.reported_at - to_seconds((v.value * 86400)::BIGINT), false) AS is_repeat,
    coalesce(t.previous_at >= t.reported_at - to_seconds((v.value * 86400)::BIGINT), false)
        AND t.previous_incident_id = t.incident_id AS is_same_incident
FROM told AS t
CROSS JOIN day_input AS d
INNER JOIN rule_value AS v
    ON v.rule_id = 'repeat.window_days'
    AND d.as_of_date >= v.valid_from_date AND (v.valid_to_date IS NULL OR d.as_of_date < v.valid_to_date)
