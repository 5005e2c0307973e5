-- grain: one row per span of working hours, from three years before the day of the build to one year after
WITH span AS (
    SELECT
        timezone('UTC', timezone(w.zone_name, d.local_date::TIMESTAMP + to_seconds(s.start_s))) AS begin_at,
        timezone('UTC', timezone(w.zone_name, d.local_date::TIMESTAMP + to_seconds(s.end_s))) AS end_at,
        (d.workday_no * w.daily_s + s.worked_s) / 60.0 AS worked_minutes
    FROM dim_workday AS d
    CROSS JOIN dim_work AS w
    CROSS JOIN day_input AS i
    CROSS JOIN LATERAL (SELECT unnest(w.spans, recursive := true)) AS s
    WHERE d.is_workday AND d.local_date BETWEEN i.as_of_date - 1100 AND i.as_of_date + 370
)
SELECT
    begin_at,
    end_at,
    lead(begin_at, 1, end_at + INTERVAL 30 DAY) OVER (ORDER BY begin_at) AS next_at,
    worked_minutes
FROM span
