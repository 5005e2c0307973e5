-- grain: one row per device of the register; what it is, where, from when to when
SELECT
    r.device_id,
    r.source_key AS device_key,
    r.device_name,
    c_kind.code AS device_kind_code,
    c_owner.code AS device_owner_code,
    p.grid_id,
    r.lon,
    r.lat,
    r.installed_date,
    r.removed_date,
    c_kind.code IN ('camera', 'high_point') AS is_watching,
    c_kind.code IN ('camera', 'high_point') AND coalesce(
        r.view_range_m > 0 AND r.view_angle > 0 AND (r.bearing IS NOT NULL OR r.view_angle >= 360), false
    ) AS has_view
FROM raw_device AS r
LEFT JOIN place_device AS p ON p.device_id = r.device_id
LEFT JOIN dim_code AS c_kind
    ON c_kind.feed_id = r.feed_id AND c_kind.field_code = 'kind' AND c_kind.source_code = r.kind_source_code
LEFT JOIN dim_code AS c_owner
    ON c_owner.feed_id = r.feed_id AND c_owner.field_code = 'owner' AND c_owner.source_code = r.owner_source_code
WHERE r._is_current
