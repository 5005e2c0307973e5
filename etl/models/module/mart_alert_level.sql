-- grain: one row per declared level; level peace of the epidemic field is what holds when no other of that field does
SELECT
    r.alert_level_id,
    c_field.code AS alert_field_code,
    c_level.code AS alert_level_code,
    r.declared_at,
    r.lifted_at,
    coalesce(r.is_drill, false) AS is_drill,
    r.basis_name,
    c_field.code = 'epidemic' AND c_level.code <> 'peace' AS is_war
FROM raw_alert_level AS r
LEFT JOIN dim_code AS c_field
    ON c_field.feed_id = r.feed_id AND c_field.field_code = 'field' AND c_field.source_code = r.field_source_code
LEFT JOIN dim_code AS c_level
    ON c_level.feed_id = r.feed_id AND c_level.field_code = 'level' AND c_level.source_code = r.level_source_code
WHERE r._is_current
