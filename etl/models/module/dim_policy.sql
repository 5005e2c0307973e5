-- grain: one row per policy, as the newest list of policies has it
SELECT
    p.source_key AS policy_id,
    p.name_zh,
    coalesce(p.name_en, p.name_zh) AS name_en,
    coalesce(g.code, '_unknown') AS benefit_group_code,
    coalesce(m.code, '_unknown') AS benefit_mode_code,
    p.standard_yuan,
    p.exclusive_key AS exclusive_policy_id,
    p.valid_from_date,
    p.valid_to_date,
    p.basis_text
FROM raw_policy AS p
LEFT JOIN dim_code AS g
    ON g.feed_id = p.feed_id AND g.field_code = 'group' AND g.source_code = p.group_source_code
LEFT JOIN dim_code AS m
    ON m.feed_id = p.feed_id AND m.field_code = 'mode' AND m.source_code = p.mode_source_code
WHERE p._is_current
