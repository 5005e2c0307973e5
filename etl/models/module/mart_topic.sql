-- grain: one row per topic, area (the town, a community) and window, as of the day of the build
WITH agenda AS (
    SELECT
        g.topic_id,
        g.area_id,
        arg_max(b.deliberation_id, b.proposed_at) AS deliberation_id
    FROM (SELECT DISTINCT topic_id, area_id FROM core_topic_growth) AS g
    INNER JOIN dim_topic AS t ON t.topic_id = g.topic_id
    CROSS JOIN day_input AS d
    INNER JOIN mart_deliberation AS b
        ON b.category_code = t.category_code AND (g.area_id = 'town' OR b.area_id = g.area_id)
        AND b.withdrawn_at IS NULL AND b.proposed_at >= t.first_seen_at AND b.proposed_at <= d.as_of_at
    GROUP BY g.topic_id, g.area_id
),
weekly AS (
    SELECT
        g.topic_id,
        g.area_id,
        string_agg(g.voice_count, ' ' ORDER BY g.week_no DESC) AS weeks_text
    FROM (
        SELECT
            k.topic_id,
            k.area_id,
            w.week_no,
            count(DISTINCT v.voice_key) AS voice_count
        FROM (SELECT DISTINCT topic_id, area_id FROM core_topic_growth) AS k
        CROSS JOIN (SELECT unnest(range(8)) AS week_no) AS w
        LEFT JOIN core_topic_voice AS v
            ON v.topic_id = k.topic_id AND (k.area_id = 'town' OR v.community_id = k.area_id)
            AND v.age_days BETWEEN 7 * w.week_no + 1 AND 7 * w.week_no + 7
        GROUP BY k.topic_id, k.area_id, w.week_no
    ) AS g
    GROUP BY g.topic_id, g.area_id
)
SELECT
    g.topic_id || ':' || g.area_id || ':' || g.window_days AS topic_window_id,
    g.topic_id,
    g.area_id AS area_id,
    g.window_days,
    t.category_code,
    g.voice_count,
    g.report_count,
    g.base_count,
    g.ratio AS growth_ratio,
    g.low_ratio,
    g.high_ratio,
    coalesce(g.is_hot, false) AS is_hot,
    g.ratio IS NOT NULL OR g.base_count IS NOT NULL AS is_judged,
    w.weeks_text,
    t.first_seen_at,
    a.deliberation_id,
    CASE
        WHEN a.deliberation_id IS NULL THEN 'none'
        WHEN b.answered_at <= d.as_of_at THEN 'answered'
        WHEN b.held_at <= d.as_of_at THEN 'held'
        ELSE 'proposed'
    END AS agenda_code,
    g.sampled_pct,
    d.as_of_at AS known_at
FROM core_topic_growth AS g
CROSS JOIN day_input AS d
INNER JOIN dim_topic AS t ON t.topic_id = g.topic_id
LEFT JOIN weekly AS w ON w.topic_id = g.topic_id AND w.area_id = g.area_id
LEFT JOIN agenda AS a ON a.topic_id = g.topic_id AND a.area_id = g.area_id
LEFT JOIN mart_deliberation AS b ON b.deliberation_id = a.deliberation_id
