-- grain: one row per registered place and one stretch of time with one colour and one score; never coded and expired are grey
-- Up at once, down only by a passed check (hysteresis): the worst colour since the last passed check is in force.
WITH turned AS (
    SELECT
        core_code_score.*,
        sum(is_passed::INTEGER) OVER (PARTITION BY place_id ORDER BY changed_at) AS turn_no
    FROM core_code_score
),
held AS (
    SELECT
        turned.*,
        max(colour_level) OVER (PARTITION BY place_id, turn_no ORDER BY changed_at) AS held_level,
        lead(changed_at) OVER (PARTITION BY place_id ORDER BY changed_at) AS next_at
    FROM turned
),
stretch AS (
    SELECT
        place_id, rule_version, last_check_at, score, inherent_score, hazard_score, behaviour_score, event_score,
        changed_at AS valid_from_at,
        next_at AS valid_to_at,
        CASE held_level WHEN 3 THEN 'red' WHEN 2 THEN 'yellow' ELSE 'green' END AS colour_code,
        CASE WHEN held_level > colour_level THEN 'awaits_check' ELSE cause_code END AS colour_reason_code,
        CASE held_level WHEN 3 THEN red_days WHEN 2 THEN yellow_days ELSE green_days END AS recheck_days,
        CASE WHEN held_level = 1 THEN last_check_at + to_days((expiry_factor * green_days)::INTEGER) END AS expires_at
    FROM held
),
split AS (
    SELECT stretch.* EXCLUDE (expires_at) REPLACE (least(valid_to_at, expires_at) AS valid_to_at)
    FROM stretch
    WHERE expires_at IS NULL OR expires_at > valid_from_at
    UNION ALL
    -- a green code nobody has looked at for twice its interval has expired
    SELECT stretch.* EXCLUDE (expires_at) REPLACE (
        greatest(expires_at, valid_from_at) AS valid_from_at, 'grey' AS colour_code, 'expired' AS colour_reason_code
    )
    FROM stretch
    WHERE expires_at IS NOT NULL AND (valid_to_at IS NULL OR expires_at < valid_to_at)
    UNION ALL
    SELECT
        place_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        opened_at, coded_at, 'grey', 'never_coded', NULL
    FROM mart_place
    WHERE coded_at IS NULL OR opened_at < coded_at
)
SELECT
    s.place_id,
    p.place_name,
    p.class8_code,
    p.industry_code,
    p.grid_id,
    s.valid_from_at,
    least(s.valid_to_at, p.closed_at) AS valid_to_at,
    s.colour_code,
    s.colour_reason_code,
    round(s.score, 1) AS code_score,
    round(s.inherent_score, 1) AS inherent_score,
    round(s.hazard_score, 1) AS hazard_score,
    round(s.behaviour_score, 1) AS behaviour_score,
    round(s.event_score, 1) AS event_score,
    s.last_check_at,
    s.recheck_days::INTEGER AS recheck_days,
    s.rule_version
FROM split AS s
INNER JOIN mart_place AS p ON p.place_id = s.place_id
WHERE p.closed_at IS NULL OR s.valid_from_at < p.closed_at
