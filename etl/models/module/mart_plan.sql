-- grain: one row per emergency plan and drill of it (one without a drill for a plan never drilled)
SELECT
    r.plan_id,
    r.plan_name,
    c_hazard.code AS plan_hazard_code,
    c_level.code AS store_level_code,
    r.owner_name,
    r.issued_date,
    r.withdrawn_date,
    p.grid_id,
    d.plan_drill_id,
    d.held_at
FROM raw_plan AS r
LEFT JOIN place_plan AS p ON p.plan_id = r.plan_id
LEFT JOIN raw_plan_drill AS d ON d.plan_key = r.source_key AND d._is_current
LEFT JOIN dim_code AS c_hazard
    ON c_hazard.feed_id = r.feed_id AND c_hazard.field_code = 'hazard' AND c_hazard.source_code = r.hazard_source_code
LEFT JOIN dim_code AS c_level
    ON c_level.feed_id = r.feed_id AND c_level.field_code = 'level' AND c_level.source_code = r.level_source_code
WHERE r._is_current
