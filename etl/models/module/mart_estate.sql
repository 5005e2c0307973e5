-- grain: one row per housing estate (小区) and version: who manages it, while that held
SELECT
    r.estate_id,
    r.place_name,
    coalesce(k.code, '_unknown') AS property_code,
    r.is_red_property,
    r.has_committee,
    r.household_count,
    coalesce(p.grid_id, s.grid_id) AS grid_id,
    coalesce(g.parent_id, s.area_id) AS area_id,
    r.version_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.estate_id ORDER BY r.version_at) AS valid_to_at
FROM raw_estate AS r
LEFT JOIN place_estate AS p ON p.estate_id = r.estate_id
LEFT JOIN dim_area AS g ON g.area_id = p.grid_id AND g.level_code = 'grid'
LEFT JOIN core_party_seat AS s ON s.area_id = r.community_source_code
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'property' AND k.source_code = r.property_source_code
