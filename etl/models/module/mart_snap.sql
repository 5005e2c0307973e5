-- grain: one row per citizen report (随手拍) with the answer it got and the rating given (null: none, never a rating)
SELECT
    r.report_id,
    r.incident_id,
    r.feed_id,
    r.category_code,
    r.domain_code,
    c.matter_code,
    r.department_id,
    r.grid_id,
    r.severity_level,
    r.reported_at,
    r.reported_date,
    r.cancelled_code,
    coalesce(c.matter_code = 'dispute', false) AS is_dispute,
    i.closed_at,
    s.replied_at,
    r.reported_at + to_seconds((v.value * 3600)::BIGINT) AS reply_by_at,
    local_at(r.reported_at + to_seconds((v.value * 3600)::BIGINT))::DATE AS reply_by_date,
    s.invited_at,
    s.rated_at,
    CASE WHEN s.star_number BETWEEN 1 AND 5 THEN s.star_number::INTEGER END AS star_level,
    s.citizen_rating_id IS NOT NULL AS has_record
FROM mart_report AS r
INNER JOIN dim_feed AS f ON f.feed_id = r.feed_id AND f.channel = 'citizen'
INNER JOIN mart_incident AS i ON i.incident_no = r.incident_no
LEFT JOIN dim_category AS c ON c.category_code = r.category_code
LEFT JOIN raw_citizen_rating AS s ON s.source_key = r.source_key AND s._is_current
INNER JOIN rule_value AS v
    ON v.rule_id = 'snap.reply_hours'
    AND r.reported_date >= v.valid_from_date AND (v.valid_to_date IS NULL OR r.reported_date < v.valid_to_date)
