-- grain: one row per incident: its signals from all its reports, its handling from the lead case (decision 0006)
WITH member AS (
    SELECT m.incident_id, r.*
    FROM core_incident_report AS m
    INNER JOIN core_report AS r ON r.report_id = m.report_id
),
grouped AS (
    SELECT
        incident_id,
        count(*) AS report_count,
        count(DISTINCT feed_id) AS feed_count,
        list_sort(list_distinct(list(feed_id))) AS feed_list,
        min(occurred_at) AS any_occurred_at,
        max(occurred_at) FILTER (WHERE report_id = incident_id) AS first_occurred_at,
        min(occurred_lb_at) AS occurred_lb_at,
        min(occurred_ub_at) AS occurred_ub_at,
        min(reported_at) AS first_signal_at,
        min(received_at) AS registered_at,
        max(severity_level) AS severity_level,
        arg_min(grid_id, (reported_at, report_id)) FILTER (WHERE place_method_code = 'point') AS point_grid_id,
        arg_min(lon, (reported_at, report_id)) FILTER (WHERE place_method_code = 'point') AS point_lon,
        arg_min(lat, (reported_at, report_id)) FILTER (WHERE place_method_code = 'point') AS point_lat
    FROM member
    GROUP BY incident_id
),
signal AS (
    -- a later witness's own time is not when it happened: only a time no later than the first signal counts
    SELECT
        g.incident_id, g.report_count, g.feed_count, g.feed_list, g.first_signal_at, g.registered_at, g.severity_level,
        g.point_grid_id, g.point_lon, g.point_lat,
        CASE WHEN g.any_occurred_at <= g.first_signal_at THEN g.any_occurred_at ELSE g.first_occurred_at END AS occurred_at,
        CASE WHEN g.occurred_lb_at <= g.first_signal_at THEN g.occurred_lb_at END AS occurred_lb_at,
        CASE WHEN g.occurred_lb_at <= g.first_signal_at THEN least(g.occurred_ub_at, g.first_signal_at) END
            AS occurred_ub_at
    FROM grouped AS g
    UNION ALL
    SELECT
        r.report_id, 1, 1, [r.feed_id], r.reported_at, r.received_at, r.severity_level,
        CASE WHEN r.place_method_code = 'point' THEN r.grid_id END,
        CASE WHEN r.place_method_code = 'point' THEN r.lon END,
        CASE WHEN r.place_method_code = 'point' THEN r.lat END,
        r.occurred_at, r.occurred_lb_at, r.occurred_ub_at
    FROM core_report AS r
    ANTI JOIN core_incident_report AS m ON m.report_id = r.report_id
),
lead_case AS (
    SELECT
        m.incident_id,
        first(c.case_id ORDER BY c.cancelled_code IS NOT NULL OR c.is_duplicate, c.dispatched_at NULLS LAST,
            c.received_at NULLS LAST, c.case_id) AS case_id
    FROM (SELECT DISTINCT incident_id, case_id FROM member) AS m
    INNER JOIN core_case AS c ON c.case_id = m.case_id
    GROUP BY m.incident_id
    UNION ALL
    SELECT r.report_id, r.case_id
    FROM core_report AS r
    ANTI JOIN core_incident_report AS m ON m.report_id = r.report_id
)
SELECT
    s.*,
    c.* EXCLUDE (case_id, report_id, feed_id, received_at, cancelled_code, is_duplicate),
    -- reports their source calls duplicates, of a case we never received: not an incident of its own
    coalesce(c.cancelled_code, CASE WHEN c.is_duplicate THEN 'duplicate' END) AS cancelled_code,
    r.report_id AS lead_report_id,
    r.feed_id,
    r.category_code,
    r.domain_code,
    r.kind_code,
    r.given_department_id,
    r.title_text,
    r.address_text,
    r.is_self_handled,
    r.is_auto_dispatched,
    r.told_level_code,
    r.target_at,
    r.source_on_time_code,
    r.offset_s,
    coalesce(s.point_grid_id, r.grid_id) AS grid_id,
    coalesce(s.point_lon, r.lon) AS lon,
    coalesce(s.point_lat, r.lat) AS lat,
    CASE WHEN s.point_grid_id IS NOT NULL THEN 'point' ELSE r.place_method_code END AS place_method_code,
    local_at(s.first_signal_at) AS signal_local
FROM signal AS s
INNER JOIN lead_case AS l ON l.incident_id = s.incident_id
INNER JOIN core_case AS c ON c.case_id = l.case_id
INNER JOIN core_report AS r ON r.report_id = c.report_id
