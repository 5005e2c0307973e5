-- grain: one row per grid x kind of service (and `all`: every kind): how many of its residents have one within 15 minutes on foot
-- People are taken to live evenly over a grid; the way is the straight line times a detour factor. Points open today.
WITH spot AS (  -- every third cell of the town's raster in both directions: about 50 m apart, inside one grid each
    SELECT
        c.grid_id,
        c.cell_x * 1000 + c.cell_y AS spot_no,
        r.origin_lon + (c.cell_x + 0.5) * r.cell_lon AS lon,
        r.origin_lat + (c.cell_y + 0.5) * r.cell_lat AS lat
    FROM dim_cell AS c
    CROSS JOIN dim_raster AS r
    WHERE c.grid_id IS NOT NULL AND c.cell_x % 3 = 1 AND c.cell_y % 3 = 1
),
kind AS (
    SELECT DISTINCT service_code FROM mart_service_point WHERE service_code <> 'red_flag'
),
open_point AS (
    SELECT s.* FROM mart_service_point AS s
    CROSS JOIN day_input AS d
    WHERE s.lon IS NOT NULL AND s.service_code <> 'red_flag' AND coalesce(s.opened_date <= d.as_of_date, true)
        AND (s.closed_date IS NULL OR s.closed_date > d.as_of_date)
),
near AS (
    SELECT
        s.grid_id,
        s.spot_no,
        o.service_code,
        min(sqrt(
            pow((s.lon - o.lon) * 111320 * cos(radians(s.lat)), 2) + pow((s.lat - o.lat) * 110574, 2)
        )) * any_value(t.value) / 100 AS way_m
    FROM spot AS s
    CROSS JOIN open_point AS o
    CROSS JOIN (SELECT value FROM rule_value WHERE rule_id = 'service.detour_pct' AND valid_to_date IS NULL) AS t
    GROUP BY s.grid_id, s.spot_no, o.service_code
),
reached AS (
    SELECT
        s.grid_id,
        s.spot_no,
        k.service_code,
        n.way_m,
        coalesce(n.way_m <= w.value, false) AS is_reached
    FROM spot AS s
    CROSS JOIN kind AS k
    CROSS JOIN (SELECT value FROM rule_value WHERE rule_id = 'service.walk_m' AND valid_to_date IS NULL) AS w
    LEFT JOIN near AS n ON n.spot_no = s.spot_no AND n.service_code = k.service_code
),
share AS (
    SELECT
        grid_id,
        service_code,
        avg(is_reached::INTEGER) AS share,
        median(way_m) AS way_m
    FROM reached
    GROUP BY grid_id, service_code
    UNION ALL
    SELECT grid_id, 'all', avg(is_all::INTEGER), NULL
    FROM (SELECT grid_id, spot_no, bool_and(is_reached) AS is_all FROM reached GROUP BY grid_id, spot_no)
    GROUP BY grid_id
)
SELECT
    s.grid_id || ':' || s.service_code AS service_reach_id,
    s.grid_id,
    s.service_code,
    round(s.way_m) AS way_m,
    round(100 * s.share, 1) AS reach_pct,
    a.population_count,
    a.population_count * s.share AS reached_count
FROM share AS s
INNER JOIN dim_area AS a ON a.area_id = s.grid_id AND a.level_code = 'grid'
