-- grain: one row per pair below the automatic score, the newest 500, for a person to decide
SELECT report_a, report_b, rule_code, round(score, 3) AS score, linked_at
FROM core_link
WHERE NOT is_automatic
ORDER BY linked_at DESC, report_b, report_a
LIMIT 500
