-- grain: one row per pair of feeds of reports (a feed with itself too): the name a pair has on the screens
SELECT
    a.feed_id || '+' || b.feed_id AS feed_pair_code,
    CASE WHEN a.feed_id = b.feed_id THEN a.name_zh || '（同源）' ELSE a.name_zh || ' + ' || b.name_zh END AS name_zh,
    CASE WHEN a.feed_id = b.feed_id THEN a.name_en || ' (itself)' ELSE a.name_en || ' + ' || b.name_en END AS name_en
FROM dim_feed AS a
INNER JOIN dim_feed AS b ON a.feed_id <= b.feed_id
WHERE a.entity_code = 'report' AND b.entity_code = 'report'
