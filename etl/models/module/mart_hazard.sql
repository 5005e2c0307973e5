-- grain: one row per hazard from being found to being seen put right; a relapse is the same item at the same place again
WITH told AS (
    SELECT
        h.source_key AS hazard_id,
        h.place_key AS place_id,
        h.inspection_key AS inspection_id,
        coalesce(i.code, '_unknown') AS check_item_code,
        coalesce(v.code, '_unknown') AS hazard_level_code,
        h.found_at,
        h.rectified_at,
        h.verified_at,
        -- the whole last day belongs to the limit
        timezone('UTC', timezone(w.zone_name, (h.due_date + 1)::TIMESTAMP)) AS due_at
    FROM raw_hazard AS h
    CROSS JOIN dim_work AS w
    LEFT JOIN dim_code AS i ON i.feed_id = h.feed_id AND i.field_code = 'item' AND i.source_code = h.item_source_code
    LEFT JOIN dim_code AS v ON v.feed_id = h.feed_id AND v.field_code = 'level' AND v.source_code = h.level_source_code
    WHERE h._is_current
),
again AS (
    SELECT
        told.*,
        lead(found_at) OVER same AS found_again_at,
        lag(verified_at) OVER same AS verified_before_at
    FROM told
    WINDOW same AS (PARTITION BY place_id, check_item_code ORDER BY found_at, hazard_id)
)
SELECT
    a.hazard_id,
    a.place_id,
    p.place_name,
    coalesce(p.class8_code, '_unknown') AS class8_code,
    p.grid_id,
    a.inspection_id,
    n.campaign_id,
    a.check_item_code,
    a.hazard_level_code,
    a.found_at,
    local_at(a.found_at)::DATE AS found_date,
    a.due_at,
    local_at(a.due_at)::DATE AS due_date,
    a.rectified_at,
    local_at(a.rectified_at)::DATE AS rectified_date,
    a.verified_at,
    a.verified_at + to_days(r.value::INTEGER) AS watched_until_at,
    local_at(a.verified_at + to_days(r.value::INTEGER))::DATE AS watched_until_date,
    CASE WHEN a.check_item_code <> '_unknown' AND a.found_again_at > a.verified_at
        AND a.found_again_at <= a.verified_at + to_days(r.value::INTEGER) THEN a.found_again_at END AS relapsed_at,
    coalesce(a.check_item_code <> '_unknown' AND a.found_at > a.verified_before_at
        AND a.found_at <= a.verified_before_at + to_days(r.value::INTEGER), false) AS is_found_again,
    CASE
        WHEN p.place_id IS NULL THEN 'unknown_place'
        WHEN a.verified_at < a.found_at OR a.rectified_at < a.found_at THEN 'negative'
        WHEN a.due_at IS NULL THEN 'no_limit'
    END AS excluded_code
FROM again AS a
LEFT JOIN mart_place AS p ON p.place_id = a.place_id
LEFT JOIN mart_inspection AS n ON n.inspection_id = a.inspection_id
LEFT JOIN rule_value AS r
    ON r.rule_id = 'safety.relapse_days' AND a.found_at >= r.valid_from_date
    AND (r.valid_to_date IS NULL OR a.found_at < r.valid_to_date)
