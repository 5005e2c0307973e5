-- grain: one row per accident at a registered place, as the ledger names it
SELECT
    a.source_key AS accident_id,
    a.place_key AS place_id,
    p.class8_code,
    p.grid_id,
    a.happened_at,
    coalesce(k.code, '_unknown') AS accident_kind_code,
    a.has_casualty
FROM raw_accident AS a
INNER JOIN mart_place AS p ON p.place_id = a.place_key
LEFT JOIN dim_code AS k ON k.feed_id = a.feed_id AND k.field_code = 'kind' AND k.source_code = a.kind_source_code
WHERE a._is_current
