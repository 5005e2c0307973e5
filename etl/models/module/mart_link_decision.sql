-- grain: one row per pair of reports somebody decided on: one incident or two
SELECT
    link_decision_id,
    decided_at,
    report_id,
    other_report_id,
    link_verdict_code,
    role_code,
    reason_text
FROM raw_link_decision
WHERE _is_current
