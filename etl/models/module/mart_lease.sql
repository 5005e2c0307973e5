-- grain: one row per contract on one unit: who, from when until when, whether asked, whether followed by another
WITH lease AS (
    SELECT
        l.lease_id,
        l.unit_key,
        l.enterprise_key,
        l.signed_at,
        l.valid_from_at,
        l.last_day_at + INTERVAL 1 DAY AS valid_to_at,
        l.ended_at,
        l.leased_m2,
        l.rent_yuan,
        l.contacted_at AS tenant_asked_at,
        CASE WHEN l.contact_source_code IS NOT NULL THEN coalesce(c.code, '_unknown') END AS contact_code
    FROM raw_lease AS l
    LEFT JOIN dim_code AS c
        ON c.feed_id = l.feed_id AND c.field_code = 'contact' AND c.source_code = l.contact_source_code
    WHERE l._is_current
),
following AS (
    -- The same firm signed again for the same unit: nothing is about to become empty.
    SELECT
        a.lease_id,
        min(coalesce(b.signed_at, b.valid_from_at)) AS renewed_at
    FROM lease AS a
    JOIN lease AS b
        ON b.unit_key = a.unit_key AND b.enterprise_key = a.enterprise_key AND b.lease_id <> a.lease_id
        AND b.valid_from_at BETWEEN a.valid_to_at - INTERVAL 7 DAY AND a.valid_to_at + INTERVAL 31 DAY
    GROUP BY a.lease_id
)

SELECT
    l.lease_id,
    u.unit_id,
    u.building_id,
    u.grid_id,
    u.use_code,
    u.unit_name,
    u.floor_level,
    f.place_id,
    f.place_name,
    coalesce(f.industry_code, '_unknown') AS industry_code,
    l.signed_at,
    l.valid_from_at,
    l.valid_to_at,
    least(l.valid_to_at, coalesce(l.ended_at, l.valid_to_at)) AS held_to_at,
    l.leased_m2,
    l.rent_yuan,
    l.tenant_asked_at,
    l.contact_code,
    n.renewed_at,
    CASE
        WHEN u.unit_id IS NULL THEN 'no_unit'
        WHEN l.valid_to_at <= l.valid_from_at THEN 'negative'
    END AS excluded_code
FROM lease AS l
LEFT JOIN mart_building_unit AS u ON u.unit_id = l.unit_key
LEFT JOIN core_firm AS f ON f.enterprise_key = l.enterprise_key
LEFT JOIN following AS n ON n.lease_id = l.lease_id
