-- grain: one row per pilot community and scene of the future community
SELECT
    r.pilot_scene_id,
    s.area_id,
    s.grid_id,
    coalesce(k.code, '_unknown') AS scene_code,
    r.begun_date,
    r.open_by_date,
    r.opened_date
FROM raw_pilot_scene AS r
LEFT JOIN core_party_seat AS s ON s.area_id = r.community_source_code
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'scene' AND k.source_code = r.scene_source_code
WHERE r._is_current
