-- grain: one row per wish
SELECT
    w.wish_id,
    coalesce(k.code, '_unknown') AS wish_code,
    coalesce(g.code, '_unknown') AS benefit_group_code,
    c.code AS wish_claimant_code,
    a.area_id AS grid_id,
    w.made_at,
    local_at(w.made_at)::DATE AS made_date,
    w.claimed_at,
    w.done_at,
    w.withdrawn_at,
    w.made_at + to_days(claim.value::INTEGER) AS claim_due_at,
    local_at(w.made_at + to_days(claim.value::INTEGER))::DATE AS claim_due_date,
    w.made_at + to_days(done.value::INTEGER) AS done_due_at,
    local_at(w.made_at + to_days(done.value::INTEGER))::DATE AS done_due_date
FROM raw_wish AS w
LEFT JOIN dim_area AS a ON a.area_id = w.grid_source_code AND a.level_code = 'grid'
LEFT JOIN dim_code AS k
    ON k.feed_id = w.feed_id AND k.field_code = 'wish' AND k.source_code = w.wish_source_code
LEFT JOIN dim_code AS g
    ON g.feed_id = w.feed_id AND g.field_code = 'group' AND g.source_code = w.group_source_code
LEFT JOIN dim_code AS c
    ON c.feed_id = w.feed_id AND c.field_code = 'claimant' AND c.source_code = w.claimant_source_code
LEFT JOIN rule_value AS claim
    ON claim.rule_id = 'wish.claim_days' AND w.made_at::DATE >= claim.valid_from_date
    AND (claim.valid_to_date IS NULL OR w.made_at::DATE < claim.valid_to_date)
LEFT JOIN rule_value AS done
    ON done.rule_id = 'wish.done_days' AND w.made_at::DATE >= done.valid_from_date
    AND (done.valid_to_date IS NULL OR w.made_at::DATE < done.valid_to_date)
WHERE w._is_current
