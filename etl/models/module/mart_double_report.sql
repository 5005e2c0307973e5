-- grain: one row per organisation on a community's list for checking in (双报到) and version, while that held; people as counts
SELECT
    r.double_report_id,
    o.org_code,
    o.org_name,
    s.area_id,
    s.grid_id,
    r.listed_at,
    r.checked_in_at,
    r.listed_count,
    CASE WHEN r.member_arrived_count IS NOT NULL AND r.listed_count IS NOT NULL
        THEN least(r.member_arrived_count, r.listed_count) END AS member_arrived_count,
    r.version_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.double_report_id ORDER BY r.version_at) AS valid_to_at
FROM raw_double_report AS r
LEFT JOIN core_party_seat AS s ON s.area_id = r.community_source_code
LEFT JOIN (
    SELECT DISTINCT split_part(party_org_id, ':', 2) AS org_key, org_code, org_name
    FROM mart_party_org WHERE valid_to_at IS NULL
) AS o ON o.org_key = r.org_key
