-- grain: one row per report with the incident it belongs to and its own clock points (for the timeline)
SELECT
    r.report_id,
    coalesce(m.incident_id, r.report_id) AS incident_id,
    i.incident_no,
    i.month_id,
    r.feed_id,
    r.source_key,
    r.category_code,
    r.domain_code,
    coalesce(r.given_department_id, i.department_id) AS department_id,
    r.grid_id,
    r.severity_level,
    r.reported_at,
    r.received_at,
    local_at(r.reported_at)::DATE AS reported_date,
    hour(local_at(r.reported_at)) AS reported_hour,
    r.cancelled_code,
    r.is_duplicate,
    r.lon, r.lat, r.place_method_code,
    r.title_text, r.description_text, r.address_text, r.channel_code,
    r.load_id,
    r.row_no,
    g.file_name,
    coalesce(m.rule_code, 'single') AS link_rule_code,
    coalesce(m.score, 1.0) AS link_score,
    r.report_id = i.lead_report_id AS is_lead,
    r.occurred_at, r.verify_sent_at, r.verified_at, r.filed_at, r.dispatched_at, r.accepted_at, r.arrived_at,
    r.handled_at, r.check_sent_at, r.checked_at, r.check_outcome_code, r.closed_at, r.called_back_at, r.reopened_at,
    r.suspended_at, r.target_at, r.extended_to_at,
    r.callback_reached_code, r.callback_solved_code, r.callback_satisfied_code
FROM core_report AS r
LEFT JOIN core_incident_report AS m ON m.report_id = r.report_id
INNER JOIN mart_incident AS i
    ON i.incident_id = coalesce(m.incident_id, r.report_id)
LEFT JOIN ledger AS g ON g.load_id = r.load_id
