-- grain: one row per post of a board (统战, 纪检, 宣传), with its views as last told
SELECT
    r.media_post_id,
    coalesce(k.code, '_unknown') AS board_code,
    r.title_name,
    r.posted_at,
    CAST(local_at(r.posted_at) AS DATE) AS posted_date,
    r.read_count,
    r.reaction_count,
    r.taken_down_at
FROM raw_media_post AS r
LEFT JOIN dim_code AS k
    ON k.feed_id = r.feed_id AND k.field_code = 'board' AND k.source_code = r.board_source_code
WHERE r._is_current
