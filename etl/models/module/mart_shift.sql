-- grain: one row per planned shift of one worker, as the roster last told it; no key and no name of the worker
WITH shift AS (
    SELECT
        s.*,
        role_map.code AS role_code,
        kind_map.code AS shift_code,
        leave_map.code AS leave_code,
        row_number() OVER (PARTITION BY s.worker_key, s.starts_at ORDER BY s.version_at DESC, s.shift_id) AS copy_no
    FROM raw_shift AS s
    LEFT JOIN dim_code AS role_map
        ON role_map.feed_id = s.feed_id AND role_map.field_code = 'role' AND role_map.source_code = s.role_source_code
    LEFT JOIN dim_code AS kind_map
        ON kind_map.feed_id = s.feed_id AND kind_map.field_code = 'shift' AND kind_map.source_code = s.shift_source_code
    LEFT JOIN dim_code AS leave_map
        ON leave_map.feed_id = s.feed_id AND leave_map.field_code = 'leave' AND leave_map.source_code = s.leave_source_code
    WHERE s._is_current AND s.starts_at IS NOT NULL
)

SELECT
    s.shift_id,
    s.feed_id,
    coalesce(s.role_code, '_unknown') AS role_code,
    coalesce(s.shift_code, '_unknown') AS shift_code,
    s.leave_code,
    s.area_source_code AS area_id,
    CASE WHEN a.level_code = 'grid' THEN s.area_source_code END AS grid_id,
    s.starts_at,
    s.ends_at,
    s.starts_at + to_minutes(grace.value::INTEGER) AS sign_due_at,
    CAST(local_at(s.starts_at) AS DATE) AS shift_date,
    s.signed_in_at,
    s.signed_out_at,
    CASE
        WHEN s.ends_at <= s.starts_at THEN 'negative'
        WHEN s.leave_code IS NOT NULL OR s.leave_source_code IS NOT NULL THEN 'excused'
    END AS excluded_code
FROM shift AS s
LEFT JOIN dim_area AS a ON a.area_id = s.area_source_code
CROSS JOIN (
    SELECT value FROM rule_value WHERE rule_id = 'force.sign_in_grace' AND valid_to_date IS NULL
) AS grace
WHERE s.copy_no = 1
