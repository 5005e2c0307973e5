-- grain: one row per party organisation and version: what was told of it, while that held; the secretary only as there or not
SELECT
    r.party_org_id,
    r.org_name,
    coalesce(k.code, '_unknown') AS org_code,
    s.area_id,
    s.grid_id,
    r.secretary_hash IS NOT NULL AS has_secretary,
    r.founded_date,
    r.dissolved_date,
    r.member_count,
    r.version_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.party_org_id ORDER BY r.version_at) AS valid_to_at
FROM raw_party_org AS r
LEFT JOIN core_party_seat AS s ON s.area_id = r.community_source_code
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'org' AND k.source_code = r.org_source_code
