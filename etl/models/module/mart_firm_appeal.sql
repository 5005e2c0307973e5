-- grain: one appeal of a firm, with the firm it comes from
SELECT
    a.firm_appeal_id AS appeal_id,
    f.place_id,
    f.place_name,
    coalesce(f.industry_code, '_unknown') AS industry_code,
    b.building_id,
    f.grid_id,
    coalesce(t.code, '_unknown') AS firm_topic_code,
    coalesce(o.code, '_unknown') AS office_code,
    a.raised_at,
    local_at(a.raised_at)::DATE AS raised_date,
    a.due_at,
    local_at(a.due_at)::DATE AS due_date,
    a.answered_at,
    local_at(a.answered_at)::DATE AS answered_date,
    a.called_back_at,
    a.is_reached,
    a.is_solved,
    a.is_satisfied,
    CASE WHEN a.due_at IS NULL THEN 'no_limit' WHEN a.answered_at < a.raised_at THEN 'negative' END AS excluded_code
FROM raw_firm_appeal AS a
LEFT JOIN core_firm AS f ON f.enterprise_key = a.enterprise_key
LEFT JOIN mart_building AS b ON b.building_key = f.building_key
LEFT JOIN dim_code AS t
    ON t.feed_id = a.feed_id AND t.field_code = 'topic' AND t.source_code = a.topic_source_code
LEFT JOIN dim_code AS o
    ON o.feed_id = a.feed_id AND o.field_code = 'department' AND o.source_code = a.department_source_code
WHERE a._is_current
