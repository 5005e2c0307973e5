-- grain: one row per version of the safety code's rules, from the day one of them changed to the next change; `item` has every number
WITH cut AS (
    SELECT
        valid_from_date AS since_date,
        lead(valid_from_date, 1, DATE '9999-12-31') OVER (ORDER BY valid_from_date) AS until_date
    FROM (SELECT DISTINCT valid_from_date FROM rule_value WHERE rule_id LIKE 'safety_code.%')
)
SELECT
    strftime(c.since_date, '%Y-%m-%d') AS rule_version,
    c.since_date,
    c.until_date,
    map_from_entries(list((replace(v.rule_id, 'safety_code.', '') || '.' || v.item_code, v.value))) AS item
FROM cut AS c
INNER JOIN rule_value AS v
    ON v.valid_from_date <= c.since_date AND (v.valid_to_date IS NULL OR v.valid_to_date > c.since_date)
WHERE v.rule_id LIKE 'safety_code.%'
GROUP BY ALL
