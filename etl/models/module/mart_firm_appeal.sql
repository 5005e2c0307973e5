-- grain: one row per appeal of a firm: raised, due, answered, asked afterwards
WITH limit_of AS (
    SELECT value FROM rule_value WHERE rule_id = 'economy.appeal_answer_days' AND valid_to_date IS NULL
),
appeal AS (
    SELECT
        a.*,
        coalesce(a.due_at, a.raised_at + to_days(l.value::INTEGER)) AS limit_at
    FROM raw_firm_appeal AS a
    CROSS JOIN limit_of AS l
    WHERE a._is_current
)

SELECT
    a.firm_appeal_id AS appeal_id,
    a.raised_at,
    local_at(a.raised_at)::DATE AS raised_date,
    a.limit_at AS due_at,
    local_at(a.limit_at)::DATE AS due_date,
    a.answered_at,
    local_at(a.answered_at)::DATE AS answered_date,
    a.called_back_at,
    a.is_reached,
    CASE WHEN a.is_reached THEN a.is_solved END AS is_solved,
    CASE WHEN a.is_reached THEN a.is_satisfied END AS is_satisfied,
    coalesce(t.code, '_unknown') AS firm_topic_code,
    coalesce(d.code, '_unknown') AS office_code,
    f.place_id,
    f.place_name,
    coalesce(f.industry_code, '_unknown') AS industry_code,
    f.building_id,
    f.grid_id,
    CASE WHEN a.answered_at < a.raised_at THEN 'negative' END AS excluded_code
FROM appeal AS a
LEFT JOIN mart_firm AS f ON f.place_id = a.enterprise_key
LEFT JOIN dim_code AS t ON t.feed_id = a.feed_id AND t.field_code = 'topic' AND t.source_code = a.topic_source_code
LEFT JOIN dim_code AS d
    ON d.feed_id = a.feed_id AND d.field_code = 'department' AND d.source_code = a.department_source_code
