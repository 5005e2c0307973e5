-- grain: one row per older grid and one of ours it lies in; grid_id null: a part that was given to nobody
SELECT
    r.legacy_grid_id AS legacy_share_id,
    coalesce(k.code, '_unknown') AS line_code,
    r.legacy_key,
    coalesce(r.legacy_name, r.legacy_key) AS legacy_name,
    a.area_id AS grid_id,
    r.grid_share_pct,
    r.legacy_share_pct,
    coalesce(a.area_id IS NOT NULL AND r.grid_share_pct >= t.value, false) AS is_counted
FROM raw_legacy_grid AS r
CROSS JOIN (
    SELECT value FROM rule_value WHERE rule_id = 'overlap.tolerance_pct' AND valid_to_date IS NULL
) AS t
LEFT JOIN dim_area AS a ON a.area_id = r.grid_source_code AND a.level_code = 'grid'
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'line' AND k.source_code = r.line_source_code
WHERE r._is_current AND r.withdrawn_date IS NULL
