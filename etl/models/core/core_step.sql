-- grain: one row per step of the process logs (newest version), coded, clock-corrected; columns of reports are not repeated here
SELECT
    s.step_id,
    f.report_feed_id || ':' || s.report_source_key AS report_id,
    coalesce(code.code, s.step_source_code) AS step_code,
    s.acted_at - to_seconds(coalesce(o.offset_s, 0)) AS acted_at,
    dep.code AS department_id,
    coalesce(outc.code, s.outcome_source_code) AS outcome_code,
    s.reason_text,
    s.deadline_at,
    s.feed_id
FROM raw_step AS s
INNER JOIN dim_feed AS f ON f.feed_id = s.feed_id
LEFT JOIN core_clock_offset AS o
    ON o.feed_id = f.report_feed_id AND o.week_date = date_trunc('week', s.acted_at)::DATE
LEFT JOIN dim_code AS code
    ON code.feed_id = s.feed_id AND code.field_code = 'step' AND code.source_code = s.step_source_code
LEFT JOIN dim_code AS dep
    ON dep.feed_id = s.feed_id AND dep.field_code = 'department' AND dep.source_code = s.department_source_code
LEFT JOIN dim_code AS outc
    ON outc.feed_id = s.feed_id AND outc.field_code = 'outcome' AND outc.source_code = s.outcome_source_code
WHERE s._is_current
