-- grain: one row per party organisation and version: what was told of it, while that held; the secretary only as there or not
WITH told AS (
    SELECT
        r.party_org_id,
        r.feed_id,
        r.org_name,
        r.org_source_code,
        r.community_source_code,
        r.secretary_hash IS NOT NULL AS has_secretary,
        r.founded_date,
        r.dissolved_date,
        r.member_count,
        r.version_at,
        lead(r.version_at) OVER (PARTITION BY r.party_org_id ORDER BY r.version_at) AS next_at,
        max(CASE WHEN r.secretary_hash IS NOT NULL THEN r.version_at END)
            OVER (PARTITION BY r.party_org_id ORDER BY r.version_at) AS filled_at
    FROM raw_party_org AS r
)

SELECT
    t.party_org_id,
    t.org_name,
    coalesce(k.code, '_unknown') AS org_code,
    s.area_id,
    s.grid_id,
    t.has_secretary,
    CASE WHEN NOT t.has_secretary
        THEN min(t.version_at) OVER (PARTITION BY t.party_org_id, t.has_secretary, t.filled_at) END AS vacant_from_at,
    t.founded_date,
    t.dissolved_date,
    t.member_count,
    t.version_at AS valid_from_at,
    t.next_at AS valid_to_at
FROM told AS t
LEFT JOIN core_party_seat AS s ON s.area_id = t.community_source_code
LEFT JOIN dim_code AS k
    ON k.feed_id = t.feed_id AND k.field_code = 'org' AND k.source_code = t.org_source_code
