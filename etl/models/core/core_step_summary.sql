-- grain: one row per report that has a process log
WITH moved AS (
    SELECT
        report_id,
        step_code,
        acted_at,
        lead(step_code) OVER (PARTITION BY report_id ORDER BY acted_at, step_id) AS next_code
    FROM core_step
    WHERE step_code IN ('dispatch', 'return')
),
dispatches AS (
    SELECT
        report_id,
        min(acted_at) FILTER (WHERE step_code = 'dispatch') AS first_dispatched_at,
        min(acted_at) FILTER (WHERE step_code = 'dispatch' AND next_code IS DISTINCT FROM 'return') AS kept_dispatched_at,
        max(acted_at) FILTER (WHERE step_code = 'return') AS last_returned_at,
        count(*) FILTER (WHERE step_code = 'dispatch') AS dispatch_count,
        count(*) FILTER (WHERE step_code = 'return') AS return_count
    FROM moved
    GROUP BY report_id
)
SELECT
    s.report_id,
    any_value(d.first_dispatched_at) AS first_dispatched_at,
    any_value(d.kept_dispatched_at) AS kept_dispatched_at,
    any_value(d.last_returned_at) AS last_returned_at,
    coalesce(any_value(d.dispatch_count), 0) AS dispatch_count,
    coalesce(any_value(d.return_count), 0) AS return_count,
    min(s.acted_at) FILTER (WHERE s.step_code = 'accept' AND s.acted_at >= coalesce(d.last_returned_at, s.acted_at)) AS accepted_at,
    min(s.acted_at) FILTER (WHERE s.step_code = 'arrive') AS arrived_at,
    min(s.acted_at) FILTER (WHERE s.step_code = 'handle') AS handled_at,
    min(s.acted_at) FILTER (WHERE s.step_code = 'verify') AS verified_at,
    min(s.acted_at) FILTER (WHERE s.step_code = 'file') AS filed_at,
    min(s.acted_at) FILTER (WHERE s.step_code = 'check' AND s.outcome_code IS DISTINCT FROM 'failed') AS checked_at,
    count(*) FILTER (WHERE s.step_code = 'check' AND s.outcome_code = 'failed') AS failed_check_count,
    max(s.acted_at) FILTER (WHERE s.step_code = 'close') AS closed_at,
    max(s.acted_at) FILTER (WHERE s.step_code = 'reopen') AS reopened_at,
    count(*) FILTER (WHERE s.step_code = 'reopen') AS reopen_count,
    count(*) FILTER (WHERE s.step_code = 'extend' AND s.outcome_code IS DISTINCT FROM 'refused') AS extension_count,
    max(s.deadline_at) FILTER (WHERE s.step_code = 'extend' AND s.outcome_code IS DISTINCT FROM 'refused') AS extended_to_at,
    min(s.acted_at) FILTER (WHERE s.step_code = 'supervise') AS supervised_at,
    max(s.acted_at) FILTER (WHERE s.step_code = 'suspend') AS suspended_at,
    max(s.acted_at) FILTER (WHERE s.step_code = 'resume') AS resumed_at
FROM core_step AS s
LEFT JOIN dispatches AS d ON d.report_id = s.report_id
GROUP BY s.report_id
