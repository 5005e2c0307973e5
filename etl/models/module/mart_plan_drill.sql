-- grain: one row per drill of an emergency plan
SELECT
    r.plan_drill_id,
    r.held_at,
    local_at(r.held_at)::DATE AS held_date,
    p.plan_name,
    p.plan_hazard_code,
    p.store_level_code,
    p.owner_name,
    p.grid_id,
    c_form.code AS drill_form_code,
    r.attended_count,
    r.finding_count,
    r.fixed_count
FROM raw_plan_drill AS r
LEFT JOIN mart_plan AS p ON p.plan_drill_id = r.plan_drill_id
LEFT JOIN dim_code AS c_form
    ON c_form.feed_id = r.feed_id AND c_form.field_code = 'form' AND c_form.source_code = r.form_source_code
WHERE r._is_current
