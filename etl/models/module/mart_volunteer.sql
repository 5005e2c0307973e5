-- grain: one row per community and version of its profile: heads of buildings, lanes and courtyards, while that held
SELECT
    s.area_id,
    s.grid_id,
    r.building_head_count,
    r.lane_head_count,
    r.yard_head_count,
    s.household_count,
    r.version_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.community_profile_id ORDER BY r.version_at) AS valid_to_at
FROM raw_community_profile AS r
INNER JOIN core_party_seat AS s ON s.area_id = r.source_key
