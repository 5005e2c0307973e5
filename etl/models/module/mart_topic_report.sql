-- grain: one row per text of the last eight weeks (a report or a repair order) with its topic
SELECT
    voice_id,
    report_id,
    incident_id,
    feed_id,
    category_code,
    department_id,
    grid_id,
    reported_at,
    local_at(reported_at)::DATE AS reported_date,
    date_trunc('week', local_at(reported_at))::DATE AS week_date,
    topic_id,
    description_text,
    row_number() OVER (PARTITION BY voice_key ORDER BY reported_at, voice_id) = 1 AS is_first_voice
FROM core_topic_voice
