-- grain: one row per demand for data
SELECT
    d.data_demand_id AS demand_id,
    coalesce(department_map.code, '_unknown') AS department_id,
    d.resource_key,
    r.name_text,
    d.use_text,
    d.raised_at,
    d.wanted_by_at,
    d.met_at,
    CAST(local_at(coalesce(d.wanted_by_at, d.raised_at)) AS DATE) AS wanted_date,
    CASE WHEN d.wanted_by_at IS NULL THEN 'no_limit' END AS excluded_code
FROM raw_data_demand AS d
LEFT JOIN raw_data_resource AS r ON r.source_key = d.resource_key AND r._is_current
LEFT JOIN dim_code AS department_map
    ON department_map.feed_id = d.feed_id
        AND department_map.field_code = 'department' AND department_map.source_code = d.department_source_code
WHERE d._is_current
