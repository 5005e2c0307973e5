-- grain: one row per incident whose category has a limit in force; due_at in UTC (definitions 3.0 R7, 3.4)
-- work_days count as that many whole working days of work hours; a limit that runs out exactly at closing time is due then
WITH started AS (
    SELECT
        i.incident_id,
        p.department_id,
        p.limit_value,
        p.limit_unit,
        p.is_three_hour,
        p.version,
        p.valid_from,
        p.valid_to,
        i.first_signal_at,
        CASE p.start_point
            WHEN 'reported' THEN i.first_signal_at
            WHEN 'filed' THEN i.filed_at
            WHEN 'dispatched' THEN i.dispatched_at
            ELSE i.registered_at
        END AS start_at
    FROM core_incident AS i
    INNER JOIN dim_responsibility AS p ON p.category_code = i.category_code
),
limited AS (
    -- the list in force when the limit began to run (3.4); before it runs, when the case was first heard of
    SELECT incident_id, department_id, limit_value, limit_unit, is_three_hour, version, start_at
    FROM started
    WHERE local_at(coalesce(start_at, first_signal_at))::DATE BETWEEN valid_from AND valid_to
),
local AS (
    SELECT
        l.*,
        w.zone_name,
        w.spans,
        w.daily_s,
        local_at(l.start_at) AS start_local
    FROM limited AS l
    CROSS JOIN dim_work AS w
),
worked AS (
    SELECT
        l.incident_id,
        l.zone_name,
        l.spans,
        l.daily_s,
        d.workday_no * l.daily_s
        + CASE WHEN d.is_workday THEN list_sum(list_transform(l.spans, lambda x:
            greatest(0, least(date_diff('second', l.start_local::DATE::TIMESTAMP, l.start_local), x.end_s) - x.start_s)
        )) ELSE 0 END
        + l.limit_value * CASE l.limit_unit WHEN 'work_days' THEN l.daily_s ELSE 3600 END AS target_s
    FROM local AS l
    INNER JOIN dim_workday AS d ON d.local_date = l.start_local::DATE
    WHERE l.limit_unit IN ('work_hours', 'work_days')
),
work_due AS (
    SELECT
        w.incident_id,
        timezone('UTC', timezone(w.zone_name, d.local_date::TIMESTAMP + to_seconds((
            list_filter(w.spans, lambda x: r.rest_s > x.worked_s AND r.rest_s <= x.worked_s + x.end_s - x.start_s)[1].start_s
            - list_filter(w.spans, lambda x: r.rest_s > x.worked_s AND r.rest_s <= x.worked_s + x.end_s - x.start_s)[1].worked_s
            + r.rest_s
        )::BIGINT))) AS due_at
    FROM (
        SELECT
            incident_id,
            ceil(target_s / daily_s)::BIGINT - 1 AS day_no,
            target_s - (ceil(target_s / daily_s)::BIGINT - 1) * daily_s AS rest_s
        FROM worked
    ) AS r
    INNER JOIN worked AS w ON w.incident_id = r.incident_id
    INNER JOIN dim_workday AS d ON d.workday_no = r.day_no AND d.is_workday
)
SELECT
    l.incident_id,
    l.department_id,
    l.limit_value,
    l.limit_unit,
    l.is_three_hour,
    l.version,
    l.start_at,
    CASE l.limit_unit
        WHEN 'emergency_hours' THEN l.start_at + to_seconds((l.limit_value * 3600)::BIGINT)
        WHEN 'calendar_days'
            THEN timezone('UTC', timezone(
                l.zone_name,
                l.start_local + to_days(floor(l.limit_value)::INTEGER)
                + to_seconds(((l.limit_value - floor(l.limit_value)) * 86400)::BIGINT)
            ))
        ELSE w.due_at
    END AS due_at
FROM local AS l
LEFT JOIN work_due AS w ON w.incident_id = l.incident_id
