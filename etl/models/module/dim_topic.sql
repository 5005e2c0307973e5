-- grain: one row per topic of the last eight weeks
SELECT
    topic_id,
    any_value(topic_name) AS name_zh,
    any_value(topic_name) AS name_en,
    mode(category_code ORDER BY category_code) AS category_code,
    min(reported_at) AS first_seen_at,
    count(*)::INTEGER AS report_count
FROM core_topic_voice
WHERE topic_id IS NOT NULL
GROUP BY topic_id
