-- grain: one row per pair of reports that may be one incident, earlier report first, after what people decided by hand
WITH decided AS (
    SELECT
        CASE WHEN (p.reported_at, p.report_id) < (o.reported_at, o.report_id) THEN p.report_id ELSE o.report_id END AS report_a,
        CASE WHEN (p.reported_at, p.report_id) < (o.reported_at, o.report_id) THEN o.report_id ELSE p.report_id END AS report_b,
        arg_max(d.link_verdict_code, (d.decided_at, d.source_key)) AS link_verdict_code,
        max(d.decided_at) AS decided_at
    FROM raw_link_decision AS d
    INNER JOIN core_report AS p ON p.report_id = d.report_id
    INNER JOIN core_report AS o ON o.report_id = d.other_report_id AND o.report_id <> p.report_id
    WHERE d._is_current
        AND (p.report_id IN (SELECT report_id FROM link_subject) OR o.report_id IN (SELECT report_id FROM link_subject))
    GROUP BY 1, 2
)
SELECT
    coalesce(f.report_a, d.report_a) AS report_a,
    coalesce(f.report_b, d.report_b) AS report_b,
    CASE WHEN d.link_verdict_code IS NULL THEN f.rule_code ELSE 'hand' END AS rule_code,
    CASE d.link_verdict_code WHEN 'same' THEN 1.0 WHEN 'apart' THEN 0.0 ELSE f.score END AS score,
    CASE d.link_verdict_code WHEN 'same' THEN true WHEN 'apart' THEN false ELSE f.is_automatic END AS is_automatic,
    CASE WHEN d.link_verdict_code IS NULL THEN f.linked_at ELSE d.decided_at END AS linked_at
FROM link_found AS f
FULL JOIN decided AS d ON d.report_a = f.report_a AND d.report_b = f.report_b
WHERE f.report_a IS NOT NULL OR d.link_verdict_code = 'same'
