-- grain: one row per service point, open or closed
SELECT
    s.service_point_id,
    s.place_name,
    coalesce(k.code, '_unknown') AS service_code,
    p.grid_id,
    s.lon,
    s.lat,
    s.hours_text,
    s.opened_date,
    s.closed_date
FROM raw_service_point AS s
LEFT JOIN place_service_point AS p ON p.service_point_id = s.service_point_id
LEFT JOIN dim_code AS k
    ON k.feed_id = s.feed_id AND k.field_code = 'service' AND k.source_code = s.service_source_code
WHERE s._is_current
