-- grain: one row per feed: what arrived, how late, how much was refused, how its clock runs
WITH arrived AS (
    SELECT
        feed_id,
        max(landed_at) AS last_arrival_at,
        max(watermark_at) AS watermark_at,
        count(*) FILTER (WHERE status_code = 'loaded') AS file_count,
        sum(row_count) AS row_count,
        sum(quarantined_count) AS quarantined_count,
        count(*) FILTER (WHERE status_code = 'refused') AS refused_count,
        max(load_id) AS last_load_id
    FROM ledger
    WHERE status_code <> 'duplicate'
    GROUP BY feed_id
),
offset_now AS (
    SELECT
        feed_id,
        arg_max(measured_offset_s, week_date) / 60.0 AS clock_offset_minutes,
        arg_max(offset_s, week_date) / 60.0 AS corrected_minutes,
        arg_max(pair_count, week_date) AS clock_pair_count
    FROM core_clock_offset
    GROUP BY feed_id
)
SELECT
    f.feed_id,
    a.last_arrival_at,
    a.watermark_at,
    date_diff('second', a.watermark_at, g.now_at) / 60.0 AS lag_minutes,
    coalesce(a.file_count, 0) AS file_count,
    coalesce(a.row_count, 0)::BIGINT AS row_count,
    coalesce(a.quarantined_count, 0)::BIGINT AS quarantined_count,
    coalesce(a.refused_count, 0) AS refused_count,
    a.last_load_id,
    o.clock_offset_minutes,
    o.corrected_minutes,
    o.clock_pair_count,
    n.negative_pct,
    n.negative_count
FROM dim_feed AS f
CROSS JOIN generation_input AS g
LEFT JOIN arrived AS a ON a.feed_id = f.feed_id
LEFT JOIN offset_now AS o ON o.feed_id = f.feed_id
LEFT JOIN feed_negative AS n ON n.feed_id = f.feed_id
