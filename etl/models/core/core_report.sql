-- grain: one row per report (its newest version), coded, placed, clock-corrected; instants in UTC
WITH located AS (
    SELECT
        r.*,
        c.grid_id AS cell_grid_id,
        coalesce(c.is_border, false) AS is_border,
        coalesce(o.offset_s, 0) AS offset_s
    FROM raw_report AS r
    LEFT JOIN dim_cell AS c
        ON c.cell_x = cell_x(r.lon) AND c.cell_y = cell_y(r.lat)
    LEFT JOIN core_clock_offset AS o
        ON o.feed_id = r.feed_id AND o.week_date = date_trunc('week', r.reported_at)::DATE
    WHERE r._is_current
),
coded AS (
    SELECT
        l.* EXCLUDE (source_on_time_code),
        coalesce(cat.code, '_unknown') AS category_code,
        dep.code AS given_department_id,
        outc.code AS outcome_code,
        sev.code AS given_severity_code,
        coalesce(chk.code, l.check_outcome_source_code) AS check_outcome_code,
        lev.code AS told_level_code,
        coalesce(gcode.code, l.grid_source_code) AS given_grid_id,
        coalesce(ontime.code, l.source_on_time_code) AS source_on_time_code
    FROM located AS l
    LEFT JOIN dim_code AS cat
        ON cat.feed_id = l.feed_id AND cat.field_code = 'category' AND cat.source_code = l.category_source_code
    LEFT JOIN dim_code AS dep
        ON dep.feed_id = l.feed_id AND dep.field_code = 'department' AND dep.source_code = l.department_source_code
    LEFT JOIN dim_code AS outc
        ON outc.feed_id = l.feed_id AND outc.field_code = 'outcome' AND outc.source_code = l.outcome_source_code
    LEFT JOIN dim_code AS sev
        ON sev.feed_id = l.feed_id AND sev.field_code = 'severity' AND sev.source_code = l.severity_source_code
    LEFT JOIN dim_code AS chk
        ON chk.feed_id = l.feed_id AND chk.field_code = 'check_outcome'
        AND chk.source_code = l.check_outcome_source_code
    LEFT JOIN dim_code AS lev
        ON lev.feed_id = l.feed_id AND lev.field_code = 'resolved_level' AND lev.source_code = l.resolved_level_source_code
    LEFT JOIN dim_code AS gcode
        ON gcode.feed_id = l.feed_id AND gcode.field_code = 'grid' AND gcode.source_code = l.grid_source_code
    LEFT JOIN dim_code AS ontime
        ON ontime.feed_id = l.feed_id AND ontime.field_code = 'on_time'
        AND ontime.source_code = l.source_on_time_code
)
SELECT
    k.report_id,
    k.feed_id,
    k.source_key,
    k.feed_id || ':' || coalesce(k.case_key, k.source_key) AS case_id,
    k.case_key IS NOT NULL AS has_case_key,
    k.category_code,
    d.domain_code,
    d.kind_code,
    coalesce(try_cast(k.given_severity_code AS INTEGER), d.severity_level::INTEGER) AS severity_level,
    d.link_group,
    d.link_radius_m,
    d.link_window_minutes,
    k.given_department_id,
    CASE WHEN k.outcome_code <> 'duplicate' THEN k.outcome_code END AS cancelled_code,
    coalesce(k.outcome_code = 'duplicate', false) AS is_duplicate,
    k.lon,
    k.lat,
    coalesce(CASE WHEN k.is_border THEN x.grid_id ELSE k.cell_grid_id END, given.area_id) AS grid_id,
    CASE
        WHEN coalesce(CASE WHEN k.is_border THEN x.grid_id ELSE k.cell_grid_id END) IS NOT NULL THEN 'point'
        WHEN given.area_id IS NOT NULL THEN 'source_grid'
        WHEN k.lon IS NOT NULL THEN 'outside'
        ELSE 'none'
    END AS place_method_code,
    k.address_text,
    k.title_text,
    k.description_text,
    k.reporter_hash,
    k.asset_key,
    k.channel_code,
    CASE WHEN k.transfer_key IS NOT NULL THEN k.transfer_feed_code || ':' || k.transfer_key END AS transfer_report_id,
    coalesce(k.is_self_handled, false) AS is_self_handled,
    coalesce(k.is_auto_dispatched, false) AS is_auto_dispatched,
    k.offset_s,
    k.received_at,
    k.reported_at - to_seconds(k.offset_s) AS reported_at,
    k.occurred_at - to_seconds(k.offset_s) AS occurred_at,
    k.occurred_lb_at - to_seconds(k.offset_s) AS occurred_lb_at,
    k.occurred_ub_at - to_seconds(k.offset_s) AS occurred_ub_at,
    k.verify_sent_at - to_seconds(k.offset_s) AS verify_sent_at,
    k.verified_at - to_seconds(k.offset_s) AS verified_at,
    k.filed_at - to_seconds(k.offset_s) AS filed_at,
    k.dispatched_at - to_seconds(k.offset_s) AS dispatched_at,
    k.accepted_at - to_seconds(k.offset_s) AS accepted_at,
    k.arrived_at - to_seconds(k.offset_s) AS arrived_at,
    k.handled_at - to_seconds(k.offset_s) AS handled_at,
    k.check_sent_at - to_seconds(k.offset_s) AS check_sent_at,
    k.checked_at - to_seconds(k.offset_s) AS checked_at,
    k.check_outcome_code,
    k.told_level_code,
    k.closed_at - to_seconds(k.offset_s) AS closed_at,
    k.called_back_at - to_seconds(k.offset_s) AS called_back_at,
    k.reopened_at - to_seconds(k.offset_s) AS reopened_at,
    k.suspended_at - to_seconds(k.offset_s) AS suspended_at,
    k.target_at,
    k.extended_to_at,
    k.source_on_time_code,
    k.callback_reached_code,
    k.callback_solved_code,
    k.callback_satisfied_code,
    k._load_id AS load_id,
    k._row AS row_no
FROM coded AS k
INNER JOIN dim_category AS d ON d.category_code = k.category_code
LEFT JOIN place_exact AS x ON x.report_id = k.report_id
LEFT JOIN dim_area AS given ON given.area_id = k.given_grid_id AND given.level_code = 'grid'
