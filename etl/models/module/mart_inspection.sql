-- grain: one row per inspection; the same place at the same instant under another number is a duplicate and does not count
WITH found AS (
    SELECT
        inspection_key,
        count(*) AS hazard_count
    FROM raw_hazard
    WHERE _is_current
    GROUP BY inspection_key
),
told AS (
    SELECT
        i.*,
        k.code AS kind_code,
        r.code AS check_result_code,
        row_number() OVER (PARTITION BY i.place_key, i.inspected_at ORDER BY i.source_key) AS copy_no
    FROM raw_inspection AS i
    LEFT JOIN dim_code AS k
        ON k.feed_id = i.feed_id AND k.field_code = 'kind' AND k.source_code = i.kind_source_code
    LEFT JOIN dim_code AS r
        ON r.feed_id = i.feed_id AND r.field_code = 'result' AND r.source_code = i.result_source_code
    WHERE i._is_current
)
SELECT
    t.source_key AS inspection_id,
    t.place_key AS place_id,
    p.place_name,
    coalesce(p.class8_code, '_unknown') AS class8_code,
    p.grid_id,
    t.inspected_at,
    local_at(t.inspected_at)::DATE AS inspected_date,
    coalesce(t.kind_code, '_unknown') AS visit_kind_code,
    coalesce(t.check_result_code, '_unknown') AS check_result_code,
    t.checked_count::INTEGER AS checked_item_count,
    t.failed_count::INTEGER AS failed_item_count,
    coalesce(f.hazard_count, 0)::INTEGER AS hazard_count,
    t.campaign_key AS campaign_id,
    CASE WHEN t.copy_no > 1 THEN 'duplicate' WHEN p.place_id IS NULL THEN 'unknown_place' END AS excluded_code
FROM told AS t
LEFT JOIN mart_place AS p ON p.place_id = t.place_key
LEFT JOIN found AS f ON f.inspection_key = t.source_key
