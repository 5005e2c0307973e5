-- grain: one row per agenda item of a residents' council
WITH limits AS (
    SELECT
        max(value) FILTER (WHERE rule_id = 'deliberation.held_days')::INTEGER AS held_days,
        max(value) FILTER (WHERE rule_id = 'deliberation.answer_days')::INTEGER AS answer_days
    FROM rule_value
    WHERE valid_to_date IS NULL
)
SELECT
    r.deliberation_id,
    r.agenda_text,
    coalesce(c.code, '_unknown') AS category_code,
    coalesce(o.code, '_unknown') AS council_origin_code,
    a.area_id AS area_id,
    r.proposed_at,
    local_at(r.proposed_at)::DATE AS proposed_date,
    r.invited_at,
    r.sms_count::INTEGER AS sms_count,
    r.scan_count::INTEGER AS scan_count,
    r.planned_at,
    r.held_at,
    r.proposed_at + to_days(l.held_days) AS held_due_at,
    local_at(r.proposed_at + to_days(l.held_days))::DATE AS held_due_date,
    r.attendee_count::INTEGER AS attendee_count,
    r.decision_text,
    r.answered_at,
    r.held_at + to_days(l.answer_days) AS answer_due_at,
    local_at(r.held_at + to_days(l.answer_days))::DATE AS answer_due_date,
    r.asked_count::INTEGER AS asked_count,
    r.reached_count::INTEGER AS heard_count,
    r.satisfied_count::INTEGER AS satisfied_count,
    r.withdrawn_at,
    CASE
        WHEN r.held_at < r.proposed_at OR r.answered_at < r.held_at OR (r.answered_at IS NOT NULL AND r.held_at IS NULL) THEN 'negative'
    END AS void_code
FROM raw_deliberation AS r
CROSS JOIN limits AS l
LEFT JOIN dim_area AS a ON a.area_id = r.community_source_code AND a.level_code <> 'grid'
LEFT JOIN dim_code AS c
    ON c.feed_id = r.feed_id AND c.field_code = 'category' AND c.source_code = r.category_source_code
LEFT JOIN dim_code AS o
    ON o.feed_id = r.feed_id AND o.field_code = 'origin' AND o.source_code = r.origin_source_code
WHERE r._is_current
