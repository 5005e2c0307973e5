-- grain: one row per registered enterprise, with its grid, its industry and when it was there
WITH firm AS (
    SELECT
        e.enterprise_id,
        e.source_key AS enterprise_key,
        e.place_name,
        coalesce(i.code, '_unknown') AS industry_code,
        coalesce(p.grid_id, g.area_id) AS grid_id,
        e.building_key,
        e.employee_count,
        e.opened_date,
        e.closed_date,
        row_number() OVER (PARTITION BY e.source_key ORDER BY e.enterprise_id) AS copy_no
    FROM raw_enterprise AS e
    LEFT JOIN place_enterprise AS p ON p.enterprise_id = e.enterprise_id
    LEFT JOIN dim_area AS g ON g.area_id = e.grid_source_code AND g.level_code = 'grid'
    LEFT JOIN dim_code AS i
        ON i.feed_id = e.feed_id AND i.field_code = 'industry' AND i.source_code = e.industry_source_code
    WHERE e._is_current
)

SELECT
    enterprise_key AS place_id,
    enterprise_key,
    place_name,
    industry_code,
    grid_id,
    building_key,
    employee_count,
    -- The instant at which the civil day began here.
    opened_date::TIMESTAMP - (local_at(opened_date::TIMESTAMP) - opened_date::TIMESTAMP) AS opened_at,
    closed_date::TIMESTAMP - (local_at(closed_date::TIMESTAMP) - closed_date::TIMESTAMP) AS closed_at
FROM firm
WHERE copy_no = 1
