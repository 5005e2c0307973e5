-- grain: one row per firm founded, moved in, cancelled, moved out, or moved within the town
SELECT
    e.firm_event_id,
    e.happened_at,
    local_at(e.happened_at)::DATE AS happened_date,
    coalesce(k.code, '_unknown') AS firm_event_code,
    f.place_id,
    f.place_name,
    coalesce(f.industry_code, '_unknown') AS industry_code,
    CASE WHEN k.code = 'moved_within' THEN t.area_id ELSE g.area_id END AS grid_id,
    CASE WHEN k.code = 'moved_within' THEN g.area_id END AS from_grid_id
FROM raw_firm_event AS e
LEFT JOIN core_firm AS f ON f.enterprise_key = e.enterprise_key
LEFT JOIN dim_area AS g ON g.area_id = e.grid_source_code AND g.level_code = 'grid'
LEFT JOIN dim_area AS t ON t.area_id = e.to_grid_source_code AND t.level_code = 'grid'
LEFT JOIN dim_code AS k ON k.feed_id = e.feed_id AND k.field_code = 'event' AND k.source_code = e.event_source_code
WHERE e._is_current
