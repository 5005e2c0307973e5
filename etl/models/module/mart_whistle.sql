-- grain: one row per whistle (吹哨): where, about which incident, who came first, whether it was settled
WITH call AS (
    SELECT
        w.whistle_source_key,
        count(*) AS department_count,
        count(w.arrived_at) AS mustered_count,
        min(w.arrived_at) AS first_arrived_at
    FROM raw_whistle_department AS w
    WHERE w._is_current
    GROUP BY w.whistle_source_key
)
SELECT
    w.whistle_id,
    w.source_key AS whistle_key,
    w.whistled_at,
    local_at(w.whistled_at)::DATE AS whistled_date,
    coalesce(lev.code, '_unknown') AS whistle_level_code,
    coalesce(who.code, '_unknown') AS whistler_code,
    coalesce(why.code, '_unknown') AS cause_code,
    w.limit_minutes,
    r.incident_id,
    r.category_code,
    r.domain_code,
    coalesce(p.grid_id, g.area_id, r.grid_id) AS grid_id,
    coalesce(c.department_count, 0) AS department_count,
    coalesce(c.mustered_count, 0) AS mustered_count,
    c.first_arrived_at,
    round(epoch(c.first_arrived_at - w.whistled_at) / 60.0, 1) AS first_arrival_minutes,
    w.solved_at,
    w.is_solved,
    w.whistled_at + to_seconds((v.value * 86400)::BIGINT) AS settle_by_at,
    local_at(w.whistled_at + to_seconds((v.value * 86400)::BIGINT))::DATE AS settle_by_date
FROM raw_whistle AS w
LEFT JOIN rule_value AS v
    ON v.rule_id = 'whistle.settle_days'
    AND local_at(w.whistled_at)::DATE >= v.valid_from_date
    AND (v.valid_to_date IS NULL OR local_at(w.whistled_at)::DATE < v.valid_to_date)
LEFT JOIN dim_code AS lev ON lev.feed_id = w.feed_id AND lev.field_code = 'level' AND lev.source_code = w.level_source_code
LEFT JOIN dim_code AS who ON who.feed_id = w.feed_id AND who.field_code = 'whistler' AND who.source_code = w.whistler_source_code
LEFT JOIN dim_code AS why ON why.feed_id = w.feed_id AND why.field_code = 'cause' AND why.source_code = w.cause_source_code
LEFT JOIN dim_code AS sys
    ON sys.feed_id = w.feed_id AND sys.field_code = 'report_feed' AND sys.source_code = w.report_feed_source_code
LEFT JOIN place_whistle AS p ON p.whistle_id = w.whistle_id
LEFT JOIN dim_area AS g ON g.area_id = w.grid_source_code AND g.level_code = 'grid'
LEFT JOIN mart_report AS r ON r.report_id = sys.code || ':' || w.report_source_key
LEFT JOIN call AS c ON c.whistle_source_key = w.source_key
WHERE w._is_current
