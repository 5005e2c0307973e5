-- grain: one row per closed incident whose recurrence window has ended, with the incident that shows it came back, if any
SELECT
    i.incident_id,
    i.incident_no,
    i.feed_id,
    i.category_code,
    i.domain_code,
    i.kind_code,
    i.department_id,
    i.severity_level,
    i.grid_id,
    i.closed_at,
    i.closed_at + to_seconds((r.value * 86400)::BIGINT) AS matured_at,
    local_at(i.closed_at + to_seconds((r.value * 86400)::BIGINT))::DATE AS matured_date,
    c.came_back_at,
    c.later_incident_id,
    c.rule_code,
    -- an asset's code tells as much as a point: not being back counts as well as being back
    CASE WHEN a.report_id IS NULL AND i.place_method_code <> 'point' THEN 'not_placed' END AS excluded_code
FROM mart_incident AS i
CROSS JOIN day_input AS d
INNER JOIN rule_value AS r
    ON r.rule_id = 'recurrence.window_days'
    AND d.as_of_date >= r.valid_from_date AND (r.valid_to_date IS NULL OR d.as_of_date < r.valid_to_date)
LEFT JOIN core_comeback AS c ON c.incident_id = i.incident_id
LEFT JOIN raw_report AS a ON a.report_id = i.lead_report_id AND a._is_current AND a.asset_key IS NOT NULL
WHERE i.closed_at IS NOT NULL AND i.cancelled_code IS NULL
    AND i.closed_at + to_seconds((r.value * 86400)::BIGINT) <= d.as_of_at
