-- grain: one row per party activity, held, planned or called off
SELECT
    r.party_event_id,
    coalesce(k.code, '_unknown') AS event_code,
    s.area_id,
    s.grid_id,
    r.held_at,
    CAST(local_at(r.held_at) AS DATE) AS held_date,
    r.planned_count,
    r.came_count,
    r.is_online,
    r.cancelled_at,
    CASE WHEN r.cancelled_at IS NOT NULL THEN 'called_off' END AS excluded_code
FROM raw_party_event AS r
LEFT JOIN core_party_seat AS s ON s.area_id = r.community_source_code
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'event' AND k.source_code = r.event_source_code
WHERE r._is_current
