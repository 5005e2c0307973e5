-- grain: one row per alert of an elder's device
SELECT
    a.elder_alert_id,
    coalesce(k.code, '_unknown') AS elder_alert_code,
    w.code AS elder_contact_code,
    o.code AS elder_outcome_code,
    p.grid_id,
    a.raised_at,
    local_at(a.raised_at)::DATE AS raised_date,
    a.raised_at + to_minutes(r.value::INTEGER) AS due_at,
    local_at(a.raised_at + to_minutes(r.value::INTEGER))::DATE AS due_date,
    a.contacted_at,
    a.closed_at,
    CASE WHEN a.contacted_at < a.raised_at THEN 'negative' END AS excluded_code
FROM raw_elder_alert AS a
LEFT JOIN place_elder_alert AS p ON p.elder_alert_id = a.elder_alert_id
LEFT JOIN dim_code AS k
    ON k.feed_id = a.feed_id AND k.field_code = 'alert' AND k.source_code = a.alert_source_code
LEFT JOIN dim_code AS w
    ON w.feed_id = a.feed_id AND w.field_code = 'contact' AND w.source_code = a.contact_source_code
LEFT JOIN dim_code AS o
    ON o.feed_id = a.feed_id AND o.field_code = 'outcome' AND o.source_code = a.outcome_source_code
LEFT JOIN rule_value AS r
    ON r.rule_id = 'elder.contact_minutes' AND a.raised_at::DATE >= r.valid_from_date
    AND (r.valid_to_date IS NULL OR a.raised_at::DATE < r.valid_to_date)
WHERE a._is_current
