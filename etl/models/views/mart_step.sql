-- grain: one row per act in an incident's life: the clock points of its reports and the steps of the process logs
SELECT r.incident_id, r.incident_no, r.report_id, c.step_code, c.acted_at, r.department_id, NULL::VARCHAR AS reason_text,
    CASE WHEN c.step_code = 'check' THEN r.check_outcome_code END AS outcome_code,
    CASE WHEN c.step_code = 'extend' THEN r.extended_to_at END AS deadline_at, r.feed_id
FROM mart_report AS r
CROSS JOIN LATERAL (VALUES
    ('occur', r.occurred_at), ('signal', r.reported_at), ('register', r.received_at), ('verify', r.verified_at),
    ('file', r.filed_at), ('dispatch', r.dispatched_at), ('accept', r.accepted_at), ('arrive', r.arrived_at),
    ('handle', r.handled_at), ('check', r.checked_at), ('close', r.closed_at), ('call_back', r.called_back_at),
    ('reopen', r.reopened_at), ('suspend', r.suspended_at)
) AS c (step_code, acted_at)
WHERE c.acted_at IS NOT NULL
UNION ALL
SELECT incident_id, incident_no, report_id, step_code, acted_at, department_id, reason_text, outcome_code, deadline_at, feed_id
FROM mart_step_log
