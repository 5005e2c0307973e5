-- grain: one row per offer among neighbours
SELECT
    e.exchange_offer_id AS exchange_id,
    coalesce(k.code, '_unknown') AS exchange_code,
    a.area_id AS grid_id,
    e.offered_at,
    local_at(e.offered_at)::DATE AS offered_date,
    e.matched_at,
    e.withdrawn_at,
    e.is_disputed,
    e.offered_at + to_days(d.value::INTEGER) AS match_due_at,
    local_at(e.offered_at + to_days(d.value::INTEGER))::DATE AS match_due_date
FROM raw_exchange_offer AS e
LEFT JOIN dim_area AS a ON a.area_id = e.grid_source_code AND a.level_code = 'grid'
LEFT JOIN dim_code AS k
    ON k.feed_id = e.feed_id AND k.field_code = 'exchange' AND k.source_code = e.exchange_source_code
LEFT JOIN rule_value AS d
    ON d.rule_id = 'exchange.match_days' AND e.offered_at::DATE >= d.valid_from_date
    AND (d.valid_to_date IS NULL OR e.offered_at::DATE < d.valid_to_date)
WHERE e._is_current
