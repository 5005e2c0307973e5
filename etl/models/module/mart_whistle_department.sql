-- grain: one row per department called by a whistle: called, due, reported in (报到), left
SELECT
    d.whistle_department_id,
    m.whistle_id,
    m.incident_id,
    coalesce(dep.code, '_unknown') AS department_id,
    m.whistle_level_code,
    m.whistler_code,
    m.cause_code,
    m.category_code,
    m.domain_code,
    m.grid_id,
    d.called_at,
    m.limit_minutes,
    coalesce(d.called_at + to_seconds((m.limit_minutes * 60)::BIGINT), d.called_at) AS due_at,
    local_at(coalesce(d.called_at + to_seconds((m.limit_minutes * 60)::BIGINT), d.called_at))::DATE AS due_date,
    d.arrived_at,
    d.left_at,
    round(epoch(d.arrived_at - d.called_at) / 60.0, 1) AS arrival_minutes,
    CASE
        WHEN m.whistle_id IS NULL THEN 'no_whistle'
        WHEN m.limit_minutes IS NULL THEN 'no_limit'
        WHEN d.arrived_at < d.called_at THEN 'negative'
    END AS excluded_code
FROM raw_whistle_department AS d
LEFT JOIN mart_whistle AS m ON m.whistle_key = d.whistle_source_key
LEFT JOIN dim_code AS dep
    ON dep.feed_id = d.feed_id AND dep.field_code = 'department' AND dep.source_code = d.department_source_code
WHERE d._is_current
