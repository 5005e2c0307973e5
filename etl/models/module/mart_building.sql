-- grain: one row per commercial building: where it stands, its outline and height, and what of it can be let
WITH unit AS (
    SELECT
        building_key,
        count(*) AS unit_count,
        count(*) FILTER (WHERE rentable_m2 IS NULL) AS unmeasured_count,
        sum(rentable_m2) AS rentable_m2
    FROM raw_building_unit
    WHERE _is_current
    GROUP BY building_key
)

SELECT
    b.source_key AS building_id,
    b.building_name,
    coalesce(u.code, '_unknown') AS use_code,
    coalesce(p.grid_id, g.area_id) AS grid_id,
    b.lon,
    b.lat,
    b.footprint_text,
    b.height_m,
    b.floor_count,
    b.gross_m2,
    b.completed_date,
    coalesce(unit.unit_count, 0) AS unit_count,
    coalesce(unit.unmeasured_count, 0) AS unmeasured_count,
    unit.rentable_m2
FROM raw_building AS b
LEFT JOIN place_building AS p ON p.building_id = b.building_id
LEFT JOIN dim_area AS g ON g.area_id = b.grid_source_code AND g.level_code = 'grid'
LEFT JOIN dim_code AS u ON u.feed_id = b.feed_id AND u.field_code = 'use' AND u.source_code = b.use_source_code
LEFT JOIN unit ON unit.building_key = b.source_key
WHERE b._is_current
