-- grain: one row per registered place as it stands now; opened, coded and closed as instants, so that any past day can be asked
WITH codes AS (
    SELECT
        place_key,
        min(coded_at) AS coded_at,
        count(*) FILTER (WHERE revoked_at IS NULL) AS code_count
    FROM raw_safety_code
    WHERE _is_current
    GROUP BY place_key
),
named AS (
    SELECT
        feed_id,
        field_code,
        source_code,
        code
    FROM dim_code
    WHERE field_code IN ('class8', 'industry', 'licence')
)
SELECT
    e.source_key AS place_id,
    e.place_name,
    coalesce(k.code, '_unknown') AS class8_code,
    coalesce(i.code, '_unknown') AS industry_code,
    coalesce(l.code, '_unknown') AS licence_code,
    timezone('UTC', timezone(w.zone_name, e.licence_from_date::TIMESTAMP)) AS licence_from_at,
    e.employee_count::INTEGER AS employee_count,
    e.floor_area_m2,
    e.has_hazardous,
    e.building_key,
    p.grid_id,
    e.lon,
    e.lat,
    timezone('UTC', timezone(w.zone_name, coalesce(e.opened_date, DATE '2000-01-01')::TIMESTAMP)) AS opened_at,
    timezone('UTC', timezone(w.zone_name, e.closed_date::TIMESTAMP)) AS closed_at,
    timezone('UTC', timezone(w.zone_name, e.moved_date::TIMESTAMP)) AS moved_at,
    c.coded_at,
    coalesce(c.code_count, 0)::INTEGER AS code_count
FROM raw_enterprise AS e
CROSS JOIN dim_work AS w
LEFT JOIN place_enterprise AS p ON p.enterprise_id = e.enterprise_id
LEFT JOIN codes AS c ON c.place_key = e.source_key
LEFT JOIN named AS k ON k.feed_id = e.feed_id AND k.field_code = 'class8' AND k.source_code = e.class8_source_code
LEFT JOIN named AS i ON i.feed_id = e.feed_id AND i.field_code = 'industry' AND i.source_code = e.industry_source_code
LEFT JOIN named AS l ON l.feed_id = e.feed_id AND l.field_code = 'licence' AND l.source_code = e.licence_source_code
WHERE e._is_current
