-- grain: one row per month and indicator of the index: its value (null: not published), its z-score against the base, its weight
WITH weight AS (
    SELECT w.item_code AS indicator_code, w.value AS weight_pct, d.value AS direction
    FROM rule_value AS w
    JOIN rule_value AS d
        ON d.rule_id = 'economy.env_direction' AND d.item_code = w.item_code AND d.valid_to_date IS NULL
    WHERE w.rule_id = 'economy.env_weight' AND w.valid_to_date IS NULL
),
base AS (
    SELECT
        max(value) FILTER (WHERE item_code = 'first') AS first_month,
        max(value) FILTER (WHERE item_code = 'last') AS last_month
    FROM rule_value
    WHERE rule_id = 'economy.env_base' AND valid_to_date IS NULL
),
measured AS (
    SELECT
        c.code AS indicator_code,
        local_at(r.measured_at)::DATE AS month_date,
        arg_max(r.measured_at, r.version_at) AS measured_at,
        arg_max(r.indicator_value, r.version_at) AS indicator_value,
        arg_max(r.publisher_name, r.version_at) AS publisher_name,
        min(r.version_at) AS published_at
    FROM raw_env_indicator AS r
    JOIN dim_code AS c
        ON c.feed_id = r.feed_id AND c.field_code = 'indicator' AND c.source_code = r.indicator_source_code
    WHERE r._is_current AND r.indicator_value IS NOT NULL
    GROUP BY ALL
),
yardstick AS (
    SELECT
        m.indicator_code,
        count(*) AS base_count,
        avg(m.indicator_value) AS base_value,
        stddev_samp(m.indicator_value) AS base_spread
    FROM measured AS m
    CROSS JOIN base AS b
    WHERE year(m.month_date) * 100 + month(m.month_date) BETWEEN b.first_month AND b.last_month
    GROUP BY m.indicator_code
),
calendar AS (
    SELECT month_date, max(measured_at) AS measured_at, min(published_at) AS month_published_at FROM measured GROUP BY month_date
)

SELECT
    c.month_date,
    c.measured_at,
    c.month_published_at,
    m.published_at,
    strftime(c.month_date, '%Y-%m') AS month_id,
    w.indicator_code,
    m.publisher_name,
    m.indicator_value,
    y.base_value,
    y.base_spread,
    w.weight_pct,
    w.direction,
    CASE WHEN y.base_count >= 6 AND y.base_spread > 0
        THEN w.direction * (m.indicator_value - y.base_value) / y.base_spread END AS z_score,
    CASE
        WHEN m.indicator_value IS NULL THEN 'not_published'
        WHEN coalesce(y.base_count, 0) < 6 OR coalesce(y.base_spread, 0) = 0 THEN 'no_base'
    END AS excluded_code
FROM calendar AS c
CROSS JOIN weight AS w
LEFT JOIN measured AS m ON m.month_date = c.month_date AND m.indicator_code = w.indicator_code
LEFT JOIN yardstick AS y ON y.indicator_code = w.indicator_code
