-- grain: one row per task an organisation or members took on in a community, with the incident it names (null: none, or never received)
SELECT
    r.party_task_id,
    coalesce(k.code, '_unknown') AS task_code,
    coalesce(w.code, '_unknown') AS doer_code,
    s.area_id,
    s.grid_id,
    r.taken_at,
    CAST(local_at(r.taken_at) AS DATE) AS taken_date,
    r.completed_at,
    CAST(local_at(r.completed_at) AS DATE) AS task_done_date,
    r.service_hours,
    r.case_key,
    i.incident_id,
    -- Taken on once the case was closed, a task cannot have helped it.
    CASE
        WHEN r.case_key IS NULL THEN 'no_case'
        WHEN i.incident_id IS NULL THEN 'unknown_case'
        WHEN i.cancelled_code IS NOT NULL THEN 'cancelled'
        WHEN coalesce(r.taken_at > i.closed_at, false) THEN 'after_closing'
        ELSE 'linked'
    END AS case_link_code,
    i.category_code
FROM raw_party_task AS r
LEFT JOIN core_party_seat AS s ON s.area_id = r.community_source_code
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'task' AND k.source_code = r.task_source_code
LEFT JOIN dim_code AS w
    ON w.feed_id = r.feed_id AND w.field_code = 'doer' AND w.source_code = r.doer_source_code
LEFT JOIN dim_code AS c
    ON c.feed_id = r.feed_id AND c.field_code = 'case' AND c.source_code = r.case_source_code
LEFT JOIN mart_report AS m ON m.report_id = c.code || ':' || r.case_key
LEFT JOIN mart_incident AS i ON i.incident_id = m.incident_id
WHERE r._is_current
