-- grain: one row per appeal against an appraised item, with the incident its case belongs to (null: no such case was received)
SELECT
    a.appeal_id,
    a.feed_id,
    r.incident_id,
    r.report_id,
    coalesce(item_map.code, '_unknown') AS metric_id,
    i.department_id,
    i.grid_id,
    i.category_code,
    a.raised_at,
    CAST(local_at(a.raised_at) AS DATE) AS raised_date,
    a.decided_at,
    CASE
        WHEN a.outcome_source_code IS NULL THEN 'pending'
        ELSE coalesce(outcome_map.code, '_unknown')
    END AS outcome_code,
    a.reason_text
FROM raw_appeal AS a
LEFT JOIN dim_code AS case_map
    ON case_map.feed_id = a.feed_id AND case_map.field_code = 'case' AND case_map.source_code = a.case_source_code
LEFT JOIN dim_code AS item_map
    ON item_map.feed_id = a.feed_id AND item_map.field_code = 'item' AND item_map.source_code = a.item_source_code
LEFT JOIN dim_code AS outcome_map
    ON outcome_map.feed_id = a.feed_id
        AND outcome_map.field_code = 'outcome' AND outcome_map.source_code = a.outcome_source_code
LEFT JOIN mart_report AS r ON r.report_id = case_map.code || ':' || a.case_key
LEFT JOIN mart_incident AS i ON i.incident_id = r.incident_id
WHERE a._is_current
