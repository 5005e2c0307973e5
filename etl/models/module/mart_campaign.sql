-- grain: one row per campaign: its classes, the coded places in them, how many were visited under it and what was found
WITH told AS (
    SELECT
        c.*,
        coalesce(k.code, '_unknown') AS kind_code,
        timezone('UTC', timezone(w.zone_name, c.first_date::TIMESTAMP)) AS started_at,
        timezone('UTC', timezone(w.zone_name, (c.last_date + 1)::TIMESTAMP)) AS ended_at
    FROM raw_campaign AS c
    CROSS JOIN dim_work AS w
    LEFT JOIN dim_code AS k ON k.feed_id = c.feed_id AND k.field_code = 'kind' AND k.source_code = c.kind_source_code
    WHERE c._is_current
),
scope AS (
    -- the classes are told in the enterprise register's own codes
    SELECT DISTINCT
        t.source_key AS campaign_id,
        coalesce(d.code, '_unknown') AS class8_code
    FROM (SELECT source_key, unnest(string_split(scope_source_code, ';')) AS source_code FROM told) AS t
    LEFT JOIN dim_code AS d ON d.feed_id = 'enterprise' AND d.field_code = 'class8' AND d.source_code = t.source_code
),
held AS (
    SELECT
        s.campaign_id,
        count(*) AS scope_count
    FROM scope AS s
    INNER JOIN told AS t ON t.source_key = s.campaign_id
    INNER JOIN mart_place AS p
        ON p.class8_code = s.class8_code AND p.coded_at < coalesce(t.ended_at, p.coded_at + INTERVAL 1 DAY)
        AND coalesce(p.closed_at > t.started_at, true)
    GROUP BY s.campaign_id
),
visited AS (
    SELECT
        campaign_id,
        count(*) AS visit_count,
        count(DISTINCT place_id) AS covered_count
    FROM mart_inspection
    WHERE excluded_code IS NULL AND campaign_id IS NOT NULL
    GROUP BY campaign_id
),
found AS (
    SELECT
        campaign_id,
        count(*) AS hazard_count,
        count(verified_at) AS verified_count
    FROM mart_hazard
    WHERE campaign_id IS NOT NULL
    GROUP BY campaign_id
)
SELECT
    t.source_key AS campaign_id,
    t.kind_code AS campaign_kind_code,
    (SELECT list(class8_code ORDER BY class8_code) FROM scope AS s WHERE s.campaign_id = t.source_key) AS class_list,
    t.first_date,
    t.last_date,
    t.started_at,
    t.ended_at,
    t.target_count::INTEGER AS target_count,
    CASE WHEN t.scope_source_code IS NOT NULL THEN coalesce(h.scope_count, 0)::INTEGER END AS scope_count,
    CASE WHEN t.scope_source_code IS NOT NULL THEN coalesce(v.covered_count, 0)::INTEGER END AS covered_count,
    CASE WHEN t.scope_source_code IS NOT NULL THEN coalesce(v.visit_count, 0)::INTEGER END AS visit_count,
    CASE WHEN t.scope_source_code IS NOT NULL THEN coalesce(f.hazard_count, 0)::INTEGER END AS hazard_count,
    CASE WHEN t.scope_source_code IS NOT NULL THEN coalesce(f.verified_count, 0)::INTEGER END AS verified_count
FROM told AS t
LEFT JOIN held AS h ON h.campaign_id = t.source_key
LEFT JOIN visited AS v ON v.campaign_id = t.source_key
LEFT JOIN found AS f ON f.campaign_id = t.source_key
