-- grain: one row per feed and week with transfers from or to the reference clock; offset in seconds, feed ahead = positive
-- applied in half-minute steps, so that a correction does not flicker with every new pair
WITH transfer AS (
    SELECT
        r.feed_id,
        r.reported_at,
        r.transfer_at,
        r.transfer_feed_code || ':' || r.transfer_key AS other_id,
        f.is_clock_reference
    FROM raw_report AS r
    INNER JOIN dim_feed AS f ON f.feed_id = r.feed_id
    WHERE r._is_current AND r.transfer_key IS NOT NULL AND r.transfer_at IS NOT NULL
),
pair AS (
    SELECT
        o.feed_id,
        date_trunc('week', o.reported_at)::DATE AS week_date,
        epoch(o.reported_at) - epoch(t.transfer_at) AS offset_s
    FROM transfer AS t
    INNER JOIN raw_report AS o ON o.report_id = t.other_id AND o._is_current
    WHERE t.is_clock_reference
    UNION ALL
    SELECT
        t.feed_id,
        date_trunc('week', t.reported_at)::DATE AS week_date,
        epoch(t.transfer_at) - epoch(o.reported_at) AS offset_s
    FROM transfer AS t
    INNER JOIN raw_report AS o ON o.report_id = t.other_id AND o._is_current
    INNER JOIN dim_feed AS f ON f.feed_id = o.feed_id AND f.is_clock_reference
)
SELECT
    p.feed_id,
    p.week_date,
    CASE WHEN count(*) >= 10 AND any_value(f.is_clock_corrected) THEN round(median(p.offset_s) / 30)::BIGINT * 30 ELSE 0 END AS offset_s,
    round(median(p.offset_s))::BIGINT AS measured_offset_s,
    count(*) AS pair_count
FROM pair AS p
INNER JOIN dim_feed AS f ON f.feed_id = p.feed_id
WHERE abs(p.offset_s) < 3600
GROUP BY p.feed_id, p.week_date
