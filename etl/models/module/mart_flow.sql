-- grain: one row per day, grid left and grid entered
SELECT
    r.cross_flow_id,
    r.counted_date,
    timezone('UTC', timezone(w.zone_name, r.counted_date::TIMESTAMP)) AS counted_at,
    f.area_id AS from_grid_id,
    t.area_id AS to_grid_id,
    f.area_id || '>' || t.area_id AS flow_pair_id,
    r.passage_count,
    r.gate_count
FROM raw_cross_flow AS r
CROSS JOIN dim_work AS w
LEFT JOIN dim_area AS f ON f.area_id = r.from_grid_source_code AND f.level_code = 'grid'
LEFT JOIN dim_area AS t ON t.area_id = r.to_grid_source_code AND t.level_code = 'grid'
WHERE r._is_current
