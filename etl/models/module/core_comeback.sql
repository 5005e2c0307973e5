-- grain: one row per closed incident and the later one that shows it came back (definitions 3.5), the earliest; none if none did
WITH rule AS (
    SELECT
        max(v.value) FILTER (WHERE v.rule_id = 'recurrence.window_days') * 86400 AS window_s,
        max(v.value) FILTER (WHERE v.rule_id = 'recurrence.radius_m') AS radius_m
    FROM rule_value AS v
    CROSS JOIN day_input AS d
    WHERE d.as_of_date >= v.valid_from_date AND (v.valid_to_date IS NULL OR d.as_of_date < v.valid_to_date)
),
spot AS (
    SELECT
        i.incident_id, i.category_code, i.first_signal_at, i.closed_at, a.asset_key,
        CASE WHEN i.place_method_code = 'point' THEN i.lon * 111320 * cos(radians(g.origin_lat)) END AS x_m,
        CASE WHEN i.place_method_code = 'point' THEN i.lat * 110574 END AS y_m,
        r.window_s, r.radius_m, 4 * r.radius_m AS cell_m
    FROM mart_incident AS i
    CROSS JOIN dim_raster AS g
    CROSS JOIN rule AS r
    LEFT JOIN raw_report AS a ON a.report_id = i.lead_report_id AND a._is_current AND a.asset_key IS NOT NULL
    WHERE i.cancelled_code IS NULL
),
-- A new incident lies in the cell of a closed one's place, or in the next where the radius reaches over the border; the same
-- for time. So the join is by equal keys only.
probe AS (
    SELECT DISTINCT
        s.incident_id, s.category_code, s.closed_at, s.x_m, s.y_m, s.radius_m, s.window_s,
        floor((s.x_m + sx.v * s.radius_m) / s.cell_m) AS cell_x,
        floor((s.y_m + sy.v * s.radius_m) / s.cell_m) AS cell_y,
        floor(epoch(s.closed_at) / s.window_s) + st.v AS cell_t
    FROM spot AS s
    CROSS JOIN (VALUES (-1), (1)) AS sx (v)
    CROSS JOIN (VALUES (-1), (1)) AS sy (v)
    CROSS JOIN (VALUES (0), (1)) AS st (v)
    WHERE s.closed_at IS NOT NULL AND s.x_m IS NOT NULL
        AND (sx.v = -1 OR floor((s.x_m + s.radius_m) / s.cell_m) <> floor((s.x_m - s.radius_m) / s.cell_m))
        AND (sy.v = -1 OR floor((s.y_m + s.radius_m) / s.cell_m) <> floor((s.y_m - s.radius_m) / s.cell_m))
),
later AS (
    SELECT p.incident_id, o.incident_id AS later_id, o.first_signal_at AS later_at, 'near' AS rule_code
    FROM probe AS p
    INNER JOIN spot AS o
        ON o.category_code = p.category_code
        AND floor(o.x_m / o.cell_m) = p.cell_x
        AND floor(o.y_m / o.cell_m) = p.cell_y
        AND floor(epoch(o.first_signal_at) / o.window_s) = p.cell_t
    WHERE o.first_signal_at > p.closed_at AND o.first_signal_at <= p.closed_at + to_seconds(p.window_s::BIGINT)
        AND (o.x_m - p.x_m) ** 2 + (o.y_m - p.y_m) ** 2 <= p.radius_m ** 2
    UNION ALL
    SELECT p.incident_id, o.incident_id, o.first_signal_at, 'asset'
    FROM spot AS p
    INNER JOIN spot AS o ON o.asset_key = p.asset_key
    WHERE o.first_signal_at > p.closed_at AND o.first_signal_at <= p.closed_at + to_seconds(p.window_s::BIGINT)
)
SELECT
    incident_id,
    min(later_at) AS came_back_at,
    arg_min(later_id, (later_at, later_id)) AS later_incident_id,
    arg_min(rule_code, (later_at, later_id)) AS rule_code
FROM later
GROUP BY incident_id
