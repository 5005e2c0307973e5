-- grain: one row per unit of a building: which floor, how large
SELECT
    u.source_key AS unit_id,
    b.building_id,
    b.use_code,
    b.grid_id,
    u.unit_name,
    u.floor_level::INTEGER AS floor_level,
    u.rentable_m2,
    CASE WHEN u.rentable_m2 IS NULL OR u.rentable_m2 <= 0 THEN 'no_area' END AS excluded_code
FROM raw_building_unit AS u
LEFT JOIN mart_building AS b ON b.building_id = u.building_key
WHERE u._is_current
