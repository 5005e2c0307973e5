-- grain: one row per community and local month since the first activity: how many activities somebody came to
WITH bound AS (  -- a register that begins in the middle of a month tells nothing of the whole of it: the next month is its first
    SELECT
        date_trunc('month', min(e.held_date) + INTERVAL 28 DAY) AS first_month,
        any_value(d.as_of_date) AS as_of_date
    FROM mart_party_event AS e
    CROSS JOIN day_input AS d
),
month AS (
    SELECT unnest(generate_series(first_month::TIMESTAMP, as_of_date::TIMESTAMP, INTERVAL 1 MONTH)) AS month_start
    FROM bound
    WHERE first_month <= as_of_date
),
held AS (
    SELECT
        area_id,
        date_trunc('month', held_date)::TIMESTAMP AS month_start,
        count(*) AS event_count
    FROM mart_party_event
    WHERE excluded_code IS NULL AND came_count > 0
    GROUP BY ALL
)

SELECT
    s.area_id || ':' || strftime(m.month_start, '%Y-%m') AS party_month_id,
    s.area_id,
    s.grid_id,
    strftime(m.month_start, '%Y-%m') AS month_id,
    -- The month's last local second: a month still running has not ripened.
    timezone('UTC', timezone(w.zone_name, m.month_start + INTERVAL 1 MONTH - INTERVAL 1 SECOND)) AS ripe_at,
    CAST(m.month_start + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS ripe_date,
    coalesce(h.event_count, 0) AS event_count
FROM core_party_seat AS s
CROSS JOIN month AS m
CROSS JOIN dim_work AS w
LEFT JOIN held AS h ON h.area_id = s.area_id AND h.month_start = m.month_start
