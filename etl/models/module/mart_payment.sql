-- grain: one row per payment (its newest version), with what was wrong with it; the person is a number of this build only
WITH coded AS (
    SELECT
        p.*,
        w.person_no,
        coalesce(m.code, '_unknown') AS benefit_mode_code,
        coalesce(r.code, '_unknown') AS payment_state_code,
        a.area_id AS grid_id
    FROM raw_payment AS p
    INNER JOIN core_benefit_person AS w ON w.person_hash = p.person_hash
    LEFT JOIN dim_code AS m
        ON m.feed_id = p.feed_id AND m.field_code = 'mode' AND m.source_code = p.mode_source_code
    LEFT JOIN dim_code AS r
        ON r.feed_id = p.feed_id AND r.field_code = 'result' AND r.source_code = p.result_source_code
    LEFT JOIN dim_area AS a ON a.area_id = p.grid_source_code AND a.level_code = 'grid'
    WHERE p._is_current
),
listed AS (  -- a person stands once on a policy's list of a month; if a feed names him twice, the list that stands longest counts
    SELECT
        person_hash,
        policy_key,
        benefit_date,
        min(matched_at) AS listed_at,
        CASE WHEN count(*) = count(withdrawn_at) THEN max(withdrawn_at) END AS withdrawn_at
    FROM raw_entitlement
    WHERE _is_current
    GROUP BY person_hash, policy_key, benefit_date
),
ranked AS (
    SELECT
        payment_id,
        row_number() OVER (
            PARTITION BY person_no, policy_key, benefit_date ORDER BY paid_at, payment_id
        ) AS payment_no
    FROM coded
    WHERE paid_at IS NOT NULL AND payment_state_code <> 'returned'
),
told AS (  -- a list of payments names the community only where at least so many people share policy, month and community
    SELECT
        c.policy_key,
        c.benefit_date,
        a.parent_id
    FROM coded AS c
    INNER JOIN dim_area AS a ON a.area_id = c.grid_id AND a.level_code = 'grid'
    CROSS JOIN (SELECT value FROM rule_value WHERE rule_id = 'privacy.least_people' AND valid_to_date IS NULL) AS k
    GROUP BY c.policy_key, c.benefit_date, a.parent_id
    HAVING count(DISTINCT c.person_no) >= any_value(k.value)
)
SELECT
    c.payment_id,
    c.person_no,
    c.policy_key AS policy_id,
    coalesce(d.benefit_group_code, '_unknown') AS benefit_group_code,
    c.benefit_mode_code,
    c.grid_id,
    t.parent_id AS told_area_id,
    c.benefit_date,
    c.amount_yuan,
    c.applied_at,
    c.matched_at,
    c.approved_at,
    c.paid_at,
    local_at(c.paid_at)::DATE AS paid_date,
    c.reversed_at,
    c.payment_state_code,
    CASE
        WHEN c.paid_at IS NULL OR c.payment_state_code = 'returned' THEN NULL
        WHEN k.payment_no > 1 THEN 'twice'
        WHEN c.payment_state_code = 'taken_back' THEN 'taken_back'
        WHEN l.listed_at IS NULL THEN 'unlisted'
        WHEN l.withdrawn_at <= c.paid_at THEN 'withdrawn'
    END AS payment_fault_code
FROM coded AS c
LEFT JOIN ranked AS k ON k.payment_id = c.payment_id
LEFT JOIN listed AS l
    ON l.person_hash = c.person_hash AND l.policy_key = c.policy_key AND l.benefit_date = c.benefit_date
LEFT JOIN dim_policy AS d ON d.policy_id = c.policy_key
LEFT JOIN dim_area AS g ON g.area_id = c.grid_id AND g.level_code = 'grid'
LEFT JOIN told AS t
    ON t.policy_key = c.policy_key AND t.benefit_date = c.benefit_date AND t.parent_id = g.parent_id
