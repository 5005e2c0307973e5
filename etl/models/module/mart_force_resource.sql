-- grain: one row per version of an entry of the mobilisation database, in force from valid_from_at until valid_to_at
SELECT
    r.resource_id AS force_resource_id,
    r.source_key AS resource_key,
    c_base.code AS resource_base_code,
    c_kind.code AS resource_kind_code,
    r.resource_name,
    r.unit_count,
    r.unit_name,
    r.lead_minutes,
    r.contact_post_name,
    r.verified_date,
    r.withdrawn_date,
    p.grid_id,
    r.lon,
    r.lat,
    r.version_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.resource_id ORDER BY r.version_at) AS valid_to_at
FROM raw_resource AS r
LEFT JOIN place_resource AS p ON p.resource_id = r.resource_id
LEFT JOIN dim_code AS c_base
    ON c_base.feed_id = r.feed_id AND c_base.field_code = 'base' AND c_base.source_code = r.base_source_code
LEFT JOIN dim_code AS c_kind
    ON c_kind.feed_id = r.feed_id AND c_kind.field_code = 'kind' AND c_kind.source_code = r.kind_source_code
