-- grain: one row per alert a device raised
SELECT
    r.device_alert_id,
    r.raised_at,
    local_at(r.raised_at)::DATE AS raised_date,
    r.answered_at,
    c_alert.code AS device_alert_code,
    c_outcome.code AS device_outcome_code,
    d.device_kind_code,
    d.device_name,
    d.grid_id,
    epoch(r.answered_at - r.raised_at) / 60 AS minutes
FROM raw_device_alert AS r
LEFT JOIN mart_device AS d ON d.device_key = r.device_key
LEFT JOIN dim_code AS c_alert
    ON c_alert.feed_id = r.feed_id AND c_alert.field_code = 'alert' AND c_alert.source_code = r.alert_source_code
LEFT JOIN dim_code AS c_outcome
    ON c_outcome.feed_id = r.feed_id AND c_outcome.field_code = 'outcome' AND c_outcome.source_code = r.outcome_source_code
WHERE r._is_current
