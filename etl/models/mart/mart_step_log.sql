-- grain: one row per step of a process log, with its incident
SELECT
    p.incident_id,
    p.incident_no,
    p.month_id,
    s.report_id,
    s.step_code,
    s.acted_at,
    s.department_id,
    s.reason_text,
    s.outcome_code,
    s.deadline_at,
    s.feed_id
FROM core_step AS s
INNER JOIN mart_report AS p ON p.report_id = s.report_id
