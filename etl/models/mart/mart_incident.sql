-- grain: one row per incident with its limits; the widest table the screens read
SELECT
    j.incident_id,
    hash(j.incident_id) AS incident_no,
    j.feed_id,
    j.lead_report_id,
    j.category_code,
    j.domain_code,
    j.kind_code,
    j.severity_level,
    coalesce(j.given_department_id, d.department_id) AS department_id,
    j.grid_id, j.lon, j.lat, j.place_method_code, j.title_text, j.address_text,
    j.report_count, j.feed_count, j.feed_list,
    j.occurred_at, j.occurred_lb_at, j.occurred_ub_at,
    CASE WHEN j.occurred_at IS NOT NULL THEN 'measured' WHEN j.occurred_lb_at IS NOT NULL THEN 'bounded' ELSE 'unknown' END
        AS evidence_code,
    j.first_signal_at, j.registered_at, j.verify_sent_at, j.verified_at, j.filed_at,
    j.dispatched_first_at, j.dispatched_at, j.accepted_at, j.arrived_at, j.handled_at,
    j.check_sent_at, j.checked_at, j.closed_at, j.called_back_at,
    j.dispatch_count, j.return_count, j.failed_check_count, j.reopen_count, j.extension_count,
    j.is_suspended AND j.closed_at IS NULL AS is_suspended,
    j.supervised_at,
    j.is_self_handled, j.is_auto_dispatched,
    -- where it was solved: as its feed says, else the grid itself, else the level of the department that handled it
    CASE WHEN coalesce(j.handled_at, j.closed_at) IS NULL OR j.cancelled_code IS NOT NULL THEN NULL ELSE
        coalesce(j.told_level_code, CASE WHEN j.is_self_handled THEN 'grid' END, o.level_code) END AS resolved_level_code,
    f.is_registration_recorded, f.is_dispatch_recorded, f.is_handling_recorded, f.is_check_recorded,
    coalesce(d.is_three_hour, false) AS is_three_hour,
    j.cancelled_code,
    CASE
        WHEN j.cancelled_code IS NOT NULL THEN 'cancelled'
        WHEN j.closed_at IS NOT NULL THEN 'closed'
        WHEN j.is_suspended THEN 'suspended'
        WHEN NOT f.is_dispatch_recorded AND j.handled_at IS NULL THEN 'handling'
        WHEN j.dispatched_at IS NULL AND j.handled_at IS NULL AND NOT j.is_self_handled THEN 'to_dispatch'
        WHEN j.handled_at IS NULL AND coalesce(j.accepted_at, j.arrived_at) IS NULL AND NOT j.is_self_handled THEN 'to_accept'
        WHEN j.handled_at IS NULL THEN 'handling'
        WHEN j.checked_at IS NULL AND f.is_check_recorded THEN 'to_check'
        ELSE 'to_close'
    END AS stage_code,
    j.closed_at IS NULL AND j.cancelled_code IS NULL AS is_open,
    d.version AS responsibility_version,
    d.limit_unit AS limit_unit_code,
    -- nobody can be late in a feed that never tells when a case ended
    CASE WHEN f.is_end_recorded THEN coalesce(d.due_at, j.target_at) END AS due_raw_at,
    CASE WHEN f.is_end_recorded THEN greatest(coalesce(d.due_at, j.target_at), j.extended_to_at) END AS due_at,
    -- a line of the list whose limit has not begun to run has no start; without a line, the source's own limit runs from here
    coalesce(d.start_at, CASE WHEN d.incident_id IS NULL OR j.target_at IS NOT NULL THEN j.registered_at END) AS limit_start_at,
    j.target_at AS source_due_at,
    j.source_on_time_code,
    j.signal_local::DATE AS signal_date,
    hour(j.signal_local) AS signal_hour,
    strftime(j.signal_local, '%Y-%m') AS month_id,
    round(j.offset_s / 60.0, 2) AS clock_offset_minutes
FROM core_incident AS j
INNER JOIN dim_feed AS f ON f.feed_id = j.feed_id
LEFT JOIN core_due AS d ON d.incident_id = j.incident_id
LEFT JOIN dim_department AS o ON o.department_id = coalesce(j.given_department_id, d.department_id)
