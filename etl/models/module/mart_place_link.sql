-- grain: one row per incident that counts towards a place's code: of a listed category, and the place is the nearest within the limit
-- Cells as wide as the limit: what is near lies in the same cell or a neighbour.
WITH ruled AS MATERIALIZED (
    SELECT
        since_date,
        until_date,
        item,
        item['event.link_m'] AS link_m
    FROM core_safety_rule
),
scale AS MATERIALIZED (
    SELECT
        max(link_m) AS link_m,
        cos(radians((SELECT avg(lat) FROM mart_place))) AS shrink
    FROM ruled
),
happened AS MATERIALIZED (
    SELECT
        i.incident_id,
        i.category_code,
        i.domain_code,
        i.first_signal_at,
        r.link_m,
        r.item['linked_category.' || i.category_code] AS weight,
        i.lon * s.shrink * 111320 AS x_m,
        i.lat * 111320 AS y_m
    FROM mart_incident AS i
    INNER JOIN ruled AS r
        ON local_at(i.first_signal_at)::DATE >= r.since_date AND local_at(i.first_signal_at)::DATE < r.until_date
    CROSS JOIN scale AS s
    WHERE i.cancelled_code IS NULL AND i.lon IS NOT NULL AND r.item['linked_category.' || i.category_code] > 0
),
placed AS MATERIALIZED (
    SELECT
        p.place_id,
        p.opened_at,
        p.closed_at,
        p.lon * s.shrink * 111320 AS x_m,
        p.lat * 111320 AS y_m,
        floor(p.lon * s.shrink * 111320 / s.link_m) AS cell_no,
        floor(p.lat * 111320 / s.link_m) AS row_no
    FROM mart_place AS p
    CROSS JOIN scale AS s
    WHERE p.lon IS NOT NULL AND p.coded_at IS NOT NULL
),
near AS (
    SELECT
        h.incident_id,
        p.place_id,
        sqrt((h.x_m - p.x_m) ** 2 + (h.y_m - p.y_m) ** 2) AS distance_m,
        h.link_m
    FROM happened AS h
    CROSS JOIN scale AS s
    CROSS JOIN (VALUES (-1), (0), (1)) AS dx (v)
    CROSS JOIN (VALUES (-1), (0), (1)) AS dy (v)
    INNER JOIN placed AS p
        ON p.cell_no = floor(h.x_m / s.link_m) + dx.v AND p.row_no = floor(h.y_m / s.link_m) + dy.v
        AND p.opened_at <= h.first_signal_at AND coalesce(p.closed_at > h.first_signal_at, true)
)
SELECT
    h.incident_id,
    n.place_id,
    h.category_code,
    h.domain_code,
    h.first_signal_at,
    round(n.distance_m, 1) AS distance_m,
    h.weight AS link_weight
FROM happened AS h
INNER JOIN (
    SELECT
        incident_id,
        arg_min(place_id, (distance_m, place_id)) AS place_id,
        min(distance_m) AS distance_m
    FROM near
    WHERE distance_m <= link_m
    GROUP BY incident_id
) AS n ON n.incident_id = h.incident_id
