-- grain: one row per merchant enough residents rated: how many recommend it, and the least share that may mean (95 %, Wilson)
WITH said AS (
    SELECT
        place_id,
        any_value(place_name) AS place_name,
        any_value(industry_code) AS industry_code,
        any_value(grid_id) AS grid_id,
        count(*)::INTEGER AS said_count,
        count(*) FILTER (WHERE is_recommended)::INTEGER AS liked_count,
        max(rated_at) AS rated_at
    FROM mart_merchant_rating
    WHERE void_code IS NULL AND revised_at IS NULL AND is_recommended IS NOT NULL
    GROUP BY place_id
)

SELECT
    place_id,
    place_name,
    industry_code,
    grid_id,
    said_count,
    liked_count,
    rated_at,
    100.0 * liked_count / said_count AS liked_pct,
    100 * (liked_count + 1.9207 - 1.96 * sqrt(liked_count * (said_count - liked_count) / said_count + 0.9604))
    / (said_count + 3.8415) AS liked_low_pct
FROM said
CROSS JOIN (
    SELECT value AS least_count FROM rule_value WHERE rule_id = 'reporting.min_n' AND valid_to_date IS NULL
)
WHERE said_count >= least_count
