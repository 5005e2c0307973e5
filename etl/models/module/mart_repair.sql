-- grain: one row per repair order
SELECT
    r.repair_id,
    coalesce(k.code, '_unknown') AS repair_code,
    coalesce(h.code, '_unknown') AS repair_handler_code,
    a.code AS repair_answer_code,
    p.grid_id,
    r.reported_at,
    local_at(r.reported_at)::DATE AS reported_date,
    r.assigned_at,
    r.finished_at,
    r.answered_at,
    r.promised_at,
    local_at(r.promised_at)::DATE AS promised_date,
    r.finished_at + to_days(d.value::INTEGER) AS answer_due_at,
    local_at(r.finished_at + to_days(d.value::INTEGER))::DATE AS answer_due_date,
    r.cancelled_at,
    CASE
        WHEN r.cancelled_at IS NOT NULL THEN 'cancelled'
        WHEN r.finished_at < r.reported_at OR r.assigned_at < r.reported_at OR r.answered_at < r.finished_at THEN 'negative'
    END AS excluded_code
FROM raw_repair AS r
LEFT JOIN place_repair AS p ON p.repair_id = r.repair_id
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'repair' AND k.source_code = r.repair_source_code
LEFT JOIN dim_code AS h
    ON h.feed_id = r.feed_id AND h.field_code = 'handler' AND h.source_code = r.handler_source_code
LEFT JOIN dim_code AS a
    ON a.feed_id = r.feed_id AND a.field_code = 'answer' AND a.source_code = r.answer_source_code
LEFT JOIN rule_value AS d
    ON d.rule_id = 'repair.answer_days' AND r.finished_at::DATE >= d.valid_from_date
    AND (d.valid_to_date IS NULL OR r.finished_at::DATE < d.valid_to_date)
WHERE r._is_current
