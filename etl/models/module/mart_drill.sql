-- grain: one row per drill at a registered place
SELECT
    d.source_key AS drill_id,
    d.place_key AS place_id,
    p.place_name,
    p.class8_code,
    p.grid_id,
    d.drilled_at,
    local_at(d.drilled_at)::DATE AS drilled_date,
    coalesce(k.code, '_unknown') AS drill_kind_code,
    d.participant_count::INTEGER AS participant_count,
    d.evacuation_minutes
FROM raw_drill AS d
INNER JOIN mart_place AS p ON p.place_id = d.place_key
LEFT JOIN dim_code AS k ON k.feed_id = d.feed_id AND k.field_code = 'kind' AND k.source_code = d.kind_source_code
WHERE d._is_current
