-- grain: one row per pair of reports that may be one incident, earlier report first; link_subject = the reports to look at
WITH spot AS (
    SELECT
        r.report_id, r.feed_id, r.category_code, r.link_group, r.reported_at, r.closed_at, r.is_duplicate, r.asset_key,
        r.link_radius_m, r.link_window_minutes,
        r.lon * 111320 * cos(radians(g.origin_lat)) AS x_m,
        r.lat * 110574 AS y_m,
        epoch(r.reported_at) / 60 AS minute_no,
        g.radius_m, g.window_minutes
    FROM core_report AS r
    INNER JOIN (
        SELECT c.link_group, max(c.link_radius_m) AS radius_m, max(c.link_window_minutes) AS window_minutes,
            any_value(s.origin_lat) AS origin_lat
        FROM dim_category AS c
        CROSS JOIN dim_raster AS s
        WHERE c.link_group IS NOT NULL AND c.link_radius_m > 0
        GROUP BY c.link_group
    ) AS g ON g.link_group = r.link_group
    WHERE r.place_method_code = 'point'
),
probe AS (
    SELECT DISTINCT
        s.*,
        floor((s.x_m + sx.v * s.radius_m) / (4 * s.radius_m)) AS cell_x,
        floor((s.y_m + sy.v * s.radius_m) / (4 * s.radius_m)) AS cell_y,
        floor((s.minute_no + st.v * s.window_minutes) / (4 * s.window_minutes)) AS cell_t
    FROM spot AS s
    INNER JOIN link_subject AS t ON t.report_id = s.report_id
    CROSS JOIN (VALUES (-1), (1)) AS sx (v)
    CROSS JOIN (VALUES (-1), (1)) AS sy (v)
    CROSS JOIN (VALUES (-1), (1)) AS st (v)
    WHERE (sx.v = -1 OR floor((s.x_m + s.radius_m) / (4 * s.radius_m)) <> floor((s.x_m - s.radius_m) / (4 * s.radius_m)))
        AND (sy.v = -1 OR floor((s.y_m + s.radius_m) / (4 * s.radius_m)) <> floor((s.y_m - s.radius_m) / (4 * s.radius_m)))
        AND (
            st.v = -1
            OR floor((s.minute_no + s.window_minutes) / (4 * s.window_minutes))
            <> floor((s.minute_no - s.window_minutes) / (4 * s.window_minutes))
        )
),
near AS (
    SELECT
        p.report_id AS subject_id,
        o.report_id AS other_id,
        (p.reported_at, p.report_id) < (o.reported_at, o.report_id) AS subject_first,
        sqrt((p.x_m - o.x_m) ** 2 + (p.y_m - o.y_m) ** 2) / least(p.link_radius_m, o.link_radius_m) AS distance_share,
        abs(p.minute_no - o.minute_no) / least(p.link_window_minutes, o.link_window_minutes) AS gap_share,
        p.category_code = o.category_code AS is_same_category,
        greatest(p.reported_at, o.reported_at) AS linked_at,
        CASE WHEN (p.reported_at, p.report_id) < (o.reported_at, o.report_id) THEN p.closed_at < o.reported_at AND NOT p.is_duplicate
            ELSE o.closed_at < p.reported_at AND NOT o.is_duplicate END AS is_after_closing
    FROM probe AS p
    INNER JOIN spot AS o
        ON o.link_group = p.link_group
        AND floor(o.x_m / (4 * o.radius_m)) = p.cell_x
        AND floor(o.y_m / (4 * o.radius_m)) = p.cell_y
        AND floor(o.minute_no / (4 * o.window_minutes)) = p.cell_t
        AND o.report_id <> p.report_id
),
asset AS (
    SELECT p.report_id AS subject_id, o.report_id AS other_id,
        (p.reported_at, p.report_id) < (o.reported_at, o.report_id) AS subject_first,
        CASE WHEN (p.reported_at, p.report_id) < (o.reported_at, o.report_id) THEN p.closed_at < o.reported_at
            ELSE o.closed_at < p.reported_at END AS is_after_closing
    FROM core_report AS p
    INNER JOIN link_subject AS t ON t.report_id = p.report_id
    INNER JOIN core_report AS o
        ON o.asset_key = p.asset_key AND o.category_code = p.category_code AND o.report_id <> p.report_id
        AND abs(epoch(o.reported_at) - epoch(p.reported_at)) <= (SELECT asset_window_days FROM dim_link) * 86400
),
transfer AS (
    SELECT p.report_id AS subject_id, o.report_id AS other_id,
        (p.reported_at, p.report_id) < (o.reported_at, o.report_id) AS subject_first
    FROM core_report AS p
    INNER JOIN core_report AS o ON o.report_id = p.transfer_report_id
    WHERE p.report_id IN (SELECT report_id FROM link_subject) OR o.report_id IN (SELECT report_id FROM link_subject)
),
same_case AS (
    SELECT p.report_id AS subject_id, o.report_id AS other_id,
        (p.reported_at, p.report_id) < (o.reported_at, o.report_id) AS subject_first
    FROM core_report AS p
    INNER JOIN link_subject AS t ON t.report_id = p.report_id
    INNER JOIN core_report AS o ON o.case_id = p.case_id AND o.has_case_key AND o.report_id <> p.report_id
    WHERE p.has_case_key
),
pair AS (
    SELECT subject_id, other_id, subject_first, 'case' AS rule_code, 1.0 AS score, NULL::TIMESTAMP AS linked_at FROM same_case
    UNION ALL
    SELECT subject_id, other_id, subject_first, 'transfer', 1.0, NULL FROM transfer
    UNION ALL
    SELECT subject_id, other_id, subject_first, 'asset', 0.98, NULL FROM asset WHERE is_after_closing IS NOT TRUE
    UNION ALL
    SELECT subject_id, other_id, subject_first, 'near',
        w.base + w.same_category * is_same_category::INTEGER + w.nearness * (1 - distance_share) + w.promptness * (1 - gap_share),
        linked_at
    FROM near
    CROSS JOIN dim_link AS w
    WHERE distance_share <= 1 AND gap_share <= 1 AND is_after_closing IS NOT TRUE
)
SELECT
    CASE WHEN subject_first THEN subject_id ELSE other_id END AS report_a,
    CASE WHEN subject_first THEN other_id ELSE subject_id END AS report_b,
    arg_max(rule_code, score) AS rule_code,
    max(score) AS score,
    max(score) >= any_value(l.automatic_score) AS is_automatic,
    max(linked_at) AS linked_at
FROM pair
CROSS JOIN dim_link AS l
GROUP BY report_a, report_b
