-- grain: one row per pair below the automatic score, the newest 500, for a person to decide
SELECT e.report_a, e.report_b, e.rule_code, round(e.score, 3) AS score
FROM core_link AS e
INNER JOIN core_report AS r ON r.report_id = e.report_b
WHERE NOT e.is_automatic
QUALIFY row_number() OVER (ORDER BY r.reported_at DESC, e.report_b, e.report_a) <= 500
