-- grain: one row per device x ledger that named it; valid from that ledger to the next
SELECT
    d.elder_device_id,
    coalesce(k.code, '_unknown') AS elder_device_code,
    coalesce(s.code, 'unknown') AS elder_state_code,
    p.grid_id,
    d.heard_at,
    d.installed_date,
    d.removed_date,
    d.version_at AS valid_from_at,
    lead(d.version_at) OVER (PARTITION BY d.elder_device_id ORDER BY d.version_at) AS valid_to_at
FROM raw_elder_device AS d
LEFT JOIN place_elder_device AS p ON p.elder_device_id = d.elder_device_id
LEFT JOIN dim_code AS k
    ON k.feed_id = d.feed_id AND k.field_code = 'device' AND k.source_code = d.device_source_code
LEFT JOIN dim_code AS s
    ON s.feed_id = d.feed_id AND s.field_code = 'state' AND s.source_code = d.state_source_code
