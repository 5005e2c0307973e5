-- grain: one row per line of a list of those entitled, with the first payment that stands; the person is a number of this build only
WITH paid AS (
    SELECT
        person_no,
        policy_id,
        benefit_date,
        min(paid_at) AS paid_at
    FROM mart_payment
    WHERE paid_at IS NOT NULL AND payment_state_code <> 'returned' AND payment_state_code <> 'taken_back'
    GROUP BY person_no, policy_id, benefit_date
),
clashing AS (  -- on the lists of two policies that exclude each other, in one month
    SELECT DISTINCT
        a.entitlement_id,
        b.policy_key AS clash_policy_id
    FROM raw_entitlement AS a
    INNER JOIN raw_entitlement AS b
        ON b.person_hash = a.person_hash AND b.benefit_date = a.benefit_date AND b._is_current AND b.withdrawn_at IS NULL
    INNER JOIN dim_policy AS d
        ON (d.policy_id = a.policy_key AND d.exclusive_policy_id = b.policy_key)
        OR (d.policy_id = b.policy_key AND d.exclusive_policy_id = a.policy_key)
    WHERE a._is_current AND a.withdrawn_at IS NULL
),
told AS (  -- as in mart_payment: a list names the community only where enough people share policy, month and community
    SELECT
        e.policy_key,
        e.benefit_date,
        a.parent_id
    FROM raw_entitlement AS e
    INNER JOIN dim_area AS a ON a.area_id = e.grid_source_code AND a.level_code = 'grid'
    CROSS JOIN (SELECT value FROM rule_value WHERE rule_id = 'privacy.least_people' AND valid_to_date IS NULL) AS k
    WHERE e._is_current
    GROUP BY e.policy_key, e.benefit_date, a.parent_id
    HAVING count(DISTINCT e.person_hash) >= any_value(k.value)
)
SELECT
    e.entitlement_id,
    w.person_no,
    e.policy_key AS policy_id,
    coalesce(d.benefit_group_code, '_unknown') AS benefit_group_code,
    coalesce(d.benefit_mode_code, '_unknown') AS benefit_mode_code,
    a.area_id AS grid_id,
    t.parent_id AS told_area_id,
    e.benefit_date,
    e.matched_at,
    local_at(e.matched_at)::DATE AS matched_date,
    e.matched_at + to_days(days.value::INTEGER) AS due_at,
    local_at(e.matched_at + to_days(days.value::INTEGER))::DATE AS due_date,
    e.matched_at + to_seconds(quick.value) AS instant_due_at,
    e.withdrawn_at,
    why.code AS withdrawn_code,
    p.paid_at,
    x.clash_policy_id
FROM raw_entitlement AS e
INNER JOIN core_benefit_person AS w ON w.person_hash = e.person_hash
LEFT JOIN paid AS p
    ON p.person_no = w.person_no AND p.policy_id = e.policy_key AND p.benefit_date = e.benefit_date
LEFT JOIN clashing AS x ON x.entitlement_id = e.entitlement_id
LEFT JOIN dim_policy AS d ON d.policy_id = e.policy_key
LEFT JOIN dim_area AS a ON a.area_id = e.grid_source_code AND a.level_code = 'grid'
LEFT JOIN told AS t
    ON t.policy_key = e.policy_key AND t.benefit_date = e.benefit_date AND t.parent_id = a.parent_id
LEFT JOIN dim_code AS why
    ON why.feed_id = e.feed_id AND why.field_code = 'withdrawn' AND why.source_code = e.withdrawn_source_code
LEFT JOIN rule_value AS days
    ON days.rule_id = 'benefit.pay_days' AND e.matched_at::DATE >= days.valid_from_date
    AND (days.valid_to_date IS NULL OR e.matched_at::DATE < days.valid_to_date)
LEFT JOIN rule_value AS quick
    ON quick.rule_id = 'benefit.instant_seconds' AND e.matched_at::DATE >= quick.valid_from_date
    AND (quick.valid_to_date IS NULL OR e.matched_at::DATE < quick.valid_to_date)
WHERE e._is_current
