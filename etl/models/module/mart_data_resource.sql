-- grain: one row per line of the resource catalogue; whether its feed really delivers is asked of the feeds, not of the catalogue
SELECT
    r.data_resource_id AS resource_id,
    r.feed_id AS catalogue_feed_id,
    r.source_key AS resource_key,
    r.name_text,
    r.owner_text,
    r.duty_text,
    coalesce(share_map.code, '_unknown') AS share_class,
    coalesce(level_map.code, '_unknown') AS source_level_code,
    r.promised_at,
    r.claimed_at,
    r.feed_key AS feed_id,
    r.frequency_days
FROM raw_data_resource AS r
LEFT JOIN dim_code AS share_map
    ON share_map.feed_id = r.feed_id AND share_map.field_code = 'share' AND share_map.source_code = r.share_source_code
LEFT JOIN dim_code AS level_map
    ON level_map.feed_id = r.feed_id AND level_map.field_code = 'level' AND level_map.source_code = r.level_source_code
WHERE r._is_current
