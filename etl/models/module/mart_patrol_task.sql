-- grain: one row per round or visiting task of a grid's workers, with whether it was full and how fast it went
SELECT
    t.patrol_task_id,
    coalesce(k.code, '_unknown') AS round_code,
    g.area_id AS grid_id,
    t.assigned_at,
    t.due_at,
    local_at(t.due_at)::DATE AS due_date,
    t.begun_at,
    t.finished_at,
    t.planned_count::INTEGER AS planned_count,
    t.signed_count::INTEGER AS signed_count,
    t.cancelled_at,
    coalesce(t.signed_count >= t.planned_count * f.value / 100, false) AS is_full,
    -- seconds at a point, from the first signature to the handing in
    epoch(t.finished_at - t.begun_at) / nullif(t.signed_count, 0) < h.value AS is_hasty,
    CASE
        WHEN t.due_at IS NULL THEN 'no_limit'
        WHEN t.finished_at < t.begun_at OR t.due_at < t.assigned_at THEN 'negative'
        WHEN coalesce(t.planned_count, 0) <= 0 THEN 'no_points'
    END AS excluded_code
FROM raw_patrol_task AS t
LEFT JOIN dim_area AS g ON g.area_id = t.grid_source_code AND g.level_code = 'grid'
LEFT JOIN dim_code AS k
    ON k.feed_id = t.feed_id AND k.field_code = 'round' AND k.source_code = t.round_source_code
LEFT JOIN rule_value AS f
    ON f.rule_id = 'round.full_pct' AND t.assigned_at::DATE >= f.valid_from_date
    AND (f.valid_to_date IS NULL OR t.assigned_at::DATE < f.valid_to_date)
LEFT JOIN rule_value AS h
    ON h.rule_id = 'round.hasty_seconds' AND h.item_code = k.code AND t.assigned_at::DATE >= h.valid_from_date
    AND (h.valid_to_date IS NULL OR t.assigned_at::DATE < h.valid_to_date)
WHERE t._is_current
