-- grain: one row per resident drawn for the survey, reached or not; what was answered by the rule of the day of asking
WITH coded AS (
    SELECT
        s.safety_survey_id AS survey_id,
        dense_rank() OVER (ORDER BY coalesce(s.resident_hash, s.safety_survey_id)) AS person_no,
        g.area_id AS grid_id,
        g.parent_id,
        s.asked_at,
        local_at(s.asked_at)::DATE AS asked_date,
        coalesce(r.code, '_unknown') AS survey_reached_code,
        CASE WHEN r.code = 'reached' THEN f.code END AS feeling_code,
        CASE WHEN r.code = 'reached' THEN c.code END AS contentment_code,
        s.resident_hash IS NOT NULL AND row_number() OVER (
            PARTITION BY s.resident_hash, date_trunc('month', local_at(s.asked_at))
            ORDER BY s.asked_at DESC, s.safety_survey_id
        ) > 1 AS is_repeated
    FROM raw_safety_survey AS s
    LEFT JOIN dim_area AS g ON g.area_id = s.grid_source_code AND g.level_code = 'grid'
    LEFT JOIN dim_code AS r
        ON r.feed_id = s.feed_id AND r.field_code = 'reached' AND r.source_code = s.reached_source_code
    LEFT JOIN dim_code AS f
        ON f.feed_id = s.feed_id AND f.field_code = 'feeling' AND f.source_code = s.feeling_source_code
    LEFT JOIN dim_code AS c
        ON c.feed_id = s.feed_id AND c.field_code = 'contentment' AND c.source_code = s.contentment_source_code
    WHERE s._is_current
),
told AS (  -- a list of answers names the community only where at least so many people of it were asked that month
    SELECT
        parent_id,
        date_trunc('month', asked_date) AS month_date
    FROM coded
    CROSS JOIN (SELECT value FROM rule_value WHERE rule_id = 'privacy.least_people' AND valid_to_date IS NULL) AS k
    WHERE survey_reached_code = 'reached'
    GROUP BY parent_id, date_trunc('month', asked_date)
    HAVING count(DISTINCT person_no) >= any_value(k.value)
)

SELECT
    c.survey_id,
    c.person_no,
    c.grid_id,
    t.parent_id AS told_area_id,
    c.asked_at,
    c.asked_date,
    c.survey_reached_code,
    c.feeling_code,
    c.contentment_code,
    safe.value = 1 AS is_safe,
    content.value = 1 AS is_content,
    CASE WHEN c.is_repeated THEN 'duplicate' END AS excluded_code
FROM coded AS c
LEFT JOIN told AS t ON t.parent_id = c.parent_id AND t.month_date = date_trunc('month', c.asked_date)
LEFT JOIN rule_value AS safe
    ON safe.rule_id = 'survey.safe' AND safe.item_code = c.feeling_code AND c.asked_date >= safe.valid_from_date
    AND (safe.valid_to_date IS NULL OR c.asked_date < safe.valid_to_date)
LEFT JOIN rule_value AS content
    ON content.rule_id = 'survey.content' AND content.item_code = c.contentment_code
    AND c.asked_date >= content.valid_from_date
    AND (content.valid_to_date IS NULL OR c.asked_date < content.valid_to_date)
