-- grain: one row per local day for which the state of a device is known, up to the day of the last build: its instants in UTC
SELECT
    d.local_date,
    timezone('UTC', timezone(w.zone_name, d.local_date::TIMESTAMP)) AS day_from_at,
    timezone('UTC', timezone(w.zone_name, (d.local_date + 1)::TIMESTAMP)) AS day_to_at
FROM (
    SELECT unnest(range(s.first_date, i.as_of_date + 1, INTERVAL 1 DAY))::DATE AS local_date
    FROM (SELECT min(local_at(started_at)::DATE) AS first_date FROM raw_device_status WHERE _is_current) AS s
    CROSS JOIN day_input AS i
) AS d
CROSS JOIN dim_work AS w
