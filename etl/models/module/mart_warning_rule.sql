-- grain: one row per town: what makes a warning on the day of the build
SELECT
    max(v.value) FILTER (WHERE v.rule_id = 'warning.least_count')::BIGINT AS least_count,
    max(v.value) FILTER (WHERE v.rule_id = 'warning.least_ratio')::DOUBLE AS least_ratio,
    max(v.value) FILTER (WHERE v.rule_id = 'warning.wide_ratio')::DOUBLE AS wide_ratio,
    max(v.value) FILTER (WHERE v.rule_id = 'warning.false_alarm_pct')::DOUBLE AS false_alarm_pct
FROM rule_value AS v
CROSS JOIN day_input AS d
WHERE
    v.rule_id LIKE 'warning.%'
    AND d.as_of_date >= v.valid_from_date AND (v.valid_to_date IS NULL OR d.as_of_date < v.valid_to_date)
