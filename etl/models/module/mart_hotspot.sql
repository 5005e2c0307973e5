-- grain: one row per place, category and local month with at least the least number of incidents (高频点位)
-- A place is a square; four rasters, shifted by half a side, so that no place is cut in two; each incident counts once,
-- in its fullest square.
WITH rule AS (
    SELECT
        max(v.value) FILTER (WHERE v.rule_id = 'hotspot.cell_m') AS cell_m,
        max(v.value) FILTER (WHERE v.rule_id = 'hotspot.least_cases')::BIGINT AS least_count,
        max(v.value) FILTER (WHERE v.rule_id = 'hotspot.many_cases')::BIGINT AS many_count
    FROM rule_value AS v
    CROSS JOIN day_input AS d
    WHERE d.as_of_date >= v.valid_from_date AND (v.valid_to_date IS NULL OR d.as_of_date < v.valid_to_date)
),
spot AS (
    SELECT
        i.incident_id, i.category_code, i.domain_code, i.month_id, i.department_id, i.grid_id, i.lon, i.lat, i.first_signal_at,
        i.report_count, r.least_count, r.many_count,
        i.lon * 111320 * cos(radians(g.origin_lat)) / r.cell_m AS x,
        i.lat * 110574 / r.cell_m AS y
    FROM mart_incident AS i
    CROSS JOIN dim_raster AS g
    CROSS JOIN rule AS r
    CROSS JOIN day_input AS d
    WHERE i.cancelled_code IS NULL AND i.place_method_code = 'point' AND i.first_signal_at <= d.as_of_at
),
placed AS (
    SELECT s.*, o.v AS raster_no, floor(s.x + o.dx)::INTEGER AS cell_x, floor(s.y + o.dy)::INTEGER AS cell_y
    FROM spot AS s
    CROSS JOIN (VALUES (0, 0.0, 0.0), (1, 0.5, 0.0), (2, 0.0, 0.5), (3, 0.5, 0.5)) AS o (v, dx, dy)
),
full_cell AS (
    SELECT category_code, month_id, raster_no, cell_x, cell_y, count(*) AS incident_count
    FROM placed
    GROUP BY category_code, month_id, raster_no, cell_x, cell_y
    HAVING count(*) >= any_value(least_count)
),
chosen AS (
    SELECT
        p.*,
        row_number() OVER (
            PARTITION BY p.incident_id ORDER BY f.incident_count DESC, p.raster_no, p.cell_x, p.cell_y
        ) AS choice_no
    FROM placed AS p
    INNER JOIN full_cell AS f
        ON f.category_code = p.category_code AND f.month_id = p.month_id AND f.raster_no = p.raster_no
        AND f.cell_x = p.cell_x AND f.cell_y = p.cell_y
)
SELECT
    category_code || ':' || month_id || ':' || raster_no || ':' || cell_x || ':' || cell_y AS hotspot_id,
    category_code,
    any_value(domain_code) AS domain_code,
    month_id,
    arg_min(department_id, (first_signal_at, incident_id)) AS department_id,
    mode(grid_id ORDER BY grid_id) AS grid_id,
    round(avg(lon), 6) AS lon,
    round(avg(lat), 6) AS lat,
    count(*) AS incident_count,
    sum(report_count)::BIGINT AS report_count,
    min(first_signal_at) AS first_signal_at,
    max(first_signal_at) AS last_signal_at,
    list_sort(list(first_signal_at))[any_value(least_count)] AS reached_at,
    local_at(list_sort(list(first_signal_at))[any_value(least_count)])::DATE AS reached_date,
    list_sort(list(first_signal_at))[any_value(many_count)] AS reached_many_at
FROM chosen
WHERE choice_no = 1
GROUP BY category_code, month_id, raster_no, cell_x, cell_y
HAVING count(*) >= any_value(least_count)
