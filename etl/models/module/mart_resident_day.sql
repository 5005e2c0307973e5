-- grain: one row per grid x local day: who lives there, so that a rate per 1,000 residents and year can be asked of any period
SELECT
    a.area_id AS grid_id,
    d.resident_date,
    d.resident_date::TIMESTAMP - (local_at(d.resident_date::TIMESTAMP) - d.resident_date::TIMESTAMP) AS day_at,
    a.population_count AS resident_count
FROM dim_area AS a
CROSS JOIN (
    SELECT unnest(range(i.as_of_date - INTERVAL 800 DAY, i.as_of_date + INTERVAL 2 DAY, INTERVAL 1 DAY))::DATE AS resident_date
    FROM day_input AS i
) AS d
WHERE a.level_code = 'grid'
